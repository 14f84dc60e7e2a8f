"""The keys of objects: what is one, and which prefixes are reserved (spec: files, Keys and rights)."""

from unicodedata import category, is_normalized

from atg_core.errors import Invalid

MOST_KEY_BYTES = 1024


class InvalidKey(Invalid):
    """The key is not valid"""


def checked_key(key: str, *, field: str = "key") -> str:
    """The key itself, if it is one: 1 to 1024 bytes of NFC UTF-8, no empty, `.` or `..` segment, no backslash, no
    control character. Raises InvalidKey, which says what is wrong.
    """
    if fault := _fault(key):
        raise InvalidKey(f"The key {fault}", field=field)
    return key


def checked_prefix(prefix: str) -> str:
    """The folder of that name, which ends in a slash; the empty one is everything. Raises InvalidKey."""
    trimmed = prefix.strip("/")
    return f"{checked_key(trimmed, field='prefix')}/" if trimmed else ""


def _fault(key: str) -> str | None:
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    faults = {
        "is missing": not key,
        f"is longer than {MOST_KEY_BYTES} bytes": size > MOST_KEY_BYTES,
        "has an empty, . or .. segment": any(segment in {"", ".", ".."} for segment in key.split("/")),
        "has a backslash or a control character": any(letter == "\\" or category(letter) == "Cc" for letter in key),
        "is not in Unicode's normal form C": not is_normalized("NFC", key),
    }
    return next((fault for fault, found in faults.items() if found), None)


def name_of(key: str) -> str:
    """The last segment."""
    return key.rsplit("/", 1)[-1]
