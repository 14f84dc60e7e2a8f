"""Validation of object keys (spec: files, Keys and rights)."""

from unicodedata import category, is_normalized

from atg_core.errors import Invalid
from atg_core.words import phrase

MAX_KEY_BYTES = 1024


class InvalidKey(Invalid):
    """The key is not valid"""


def checked_key(key: str, *, field: str = "key") -> str:
    """Returns a valid key: 1 to 1024 bytes of NFC UTF-8, no empty, `.` or `..` segment, no backslash, no control
    character. Raises InvalidKey, which says what is wrong.
    """
    if fault := _fault(key):
        raise InvalidKey(fault, field=field, max=MAX_KEY_BYTES)
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix of a folder, with a trailing slash; empty for the root. Raises InvalidKey."""
    trimmed = prefix.strip("/")
    return f"{checked_key(trimmed, field='prefix')}/" if trimmed else ""


def _fault(key: str) -> str | None:
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return phrase("The key is not UTF-8 text")
    faults = {
        phrase("The key is missing"): not key,
        phrase("The key is longer than {max} bytes"): size > MAX_KEY_BYTES,
        phrase("The key has an empty, . or .. segment"): any(part in {"", ".", ".."} for part in key.split("/")),
        phrase("The key has a backslash or a control character"): any(
            letter == "\\" or category(letter) == "Cc" for letter in key
        ),
        phrase("The key is not in Unicode's normal form C"): not is_normalized("NFC", key),
    }
    return next((fault for fault, found in faults.items() if found), None)


def name_of(key: str) -> str:
    """The last segment of a key."""
    return key.rsplit("/", 1)[-1]
