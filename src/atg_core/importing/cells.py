"""Parsers of cells. They take trimmed, non-empty text and raise ValueError with the reason.

The docstring of a parser is its description in docs/import.md.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from atg_core.text import canonical_email

type Parse = Callable[[str], Any]

_EMAIL = re.compile(r"[^@\s,;<>()\x00-\x1f]+@[^@\s,;<>()\x00-\x1f]+\.[^@\s.,;<>()\x00-\x1f]+")
_ITEM = re.compile(r"(?:\\.|[^;\\]|\\\Z)+", re.DOTALL)
_ESCAPED, _TO_ESCAPE = re.compile(r"\\([;\\])"), re.compile(r"[;\\]")
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_LOCAL_TIME = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOTTED = re.compile(
    r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})"
    r"(?:[ T]+(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)
_SHORT_HOUR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]:.*)")
_WHOLE = re.compile(r"([+-]?[0-9]{1,19})(?:[.,]0{1,2})?")
_INT4 = 2**31 - 1
_TRUE, _FALSE = {"true", "1", "yes", "да", "истина"}, {"false", "0", "no", "нет", "ложь"}
# What is not seen: marks of direction, joiners, fillers, tags (Unicode, Default_Ignorable_Code_Point), and controls.
_UNSEEN = (
    "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"
_INVISIBLE = re.compile(f"[{_UNSEEN}{_JOINERS}]")
# Joiners shape letters of Persian and Indian names, and emoji.
_INVISIBLE_IN_NAMES = re.compile(f"[{_UNSEEN}]|(?<![^\\x00-\\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\\x00-\\x7f])")
_ODD_BLANK = re.compile(r"[^\S ]")
_EDGES = re.compile(rf"\A[\s{_UNSEEN}{_JOINERS}]+|[\s{_UNSEEN}{_JOINERS}]+\Z")


def tidy(cell: str) -> str:
    """The cell without white space and invisible characters at its ends."""
    cell = cell.strip()
    return cell if cell.isascii() and cell.isprintable() else _EDGES.sub("", cell)


def fitted(identifier: str, length: int) -> str:
    """The identifier, if it is too long its beginning and a digest: the same one for the same identifier."""
    if len(identifier) <= length:
        return identifier
    digest = sha256(identifier.encode(errors="surrogatepass")).hexdigest()[:10]
    return f"{identifier[: length - len(digest) - 1]}-{digest}"


def text(max_length: int | None = None) -> Parse:
    """Text of at most `max_length` characters, in NFC."""

    def parse(cell: str) -> str:
        if not cell.isascii():
            cell = unicodedata.normalize("NFC", cell)
        if "\x00" in cell:
            raise ValueError("holds a NUL character")
        if max_length is not None and len(cell) > max_length:
            raise ValueError(f"is longer than {max_length} characters")
        return cell

    parse.__doc__ = f"text of at most {max_length} characters" if max_length else "text"
    return parse


def line(max_length: int) -> Parse:
    """Text on one line, without characters that are not seen."""
    return _seen(max_length, _INVISIBLE_IN_NAMES)


def name(max_length: int) -> Parse:
    """The same for names of people: white space of any kind is a space."""
    return _seen(max_length, _INVISIBLE_IN_NAMES, blank=_ODD_BLANK)


def code(max_length: int) -> Parse:
    """The same for what is compared: joiners are taken out, too."""
    return _seen(max_length, _INVISIBLE, blank=_ODD_BLANK)


def _seen(max_length: int, invisible: re.Pattern[str], blank: re.Pattern[str] | None = None) -> Parse:
    within = text(max_length)

    def parse(cell: str) -> Any:
        if not (cell.isascii() and cell.isprintable()):
            cell = invisible.sub("", cell)
            cell = blank.sub(" ", cell).strip() if blank else cell
            if not cell:
                raise ValueError("holds nothing that is seen")
        return within(cell)

    parse.__doc__ = within.__doc__
    return parse


def integer(minimum: int = 0, maximum: int = _INT4) -> Parse:
    """A whole number; `10,0` and `10.0` are 10, but `1,000` may be either and is refused."""

    def parse(cell: str) -> int:
        match = _WHOLE.fullmatch(cell)
        if not match:
            raise ValueError("is not a whole number")
        number = int(match[1])
        if not minimum <= number <= maximum:
            raise ValueError(f"is not between {minimum} and {maximum}")
        return number

    parse.__doc__ = f"whole number from {minimum}" + (f" to {maximum}" if maximum < _INT4 else "")
    return parse


_percent = integer(0, 100)


def percent(cell: str) -> Any:
    """whole number from 0 to 100, also with `%`"""
    return _percent(cell.removesuffix("%").rstrip())


def choice(values: type[StrEnum], *, but: Collection[StrEnum] = ()) -> Parse:
    allowed = {value.value: value for value in values if value not in but}
    folded = {written.casefold(): value for written, value in allowed.items()}

    def parse(cell: str) -> StrEnum:
        try:
            return folded[cell.casefold()]
        except KeyError:
            raise ValueError(f"is none of {', '.join(allowed)}") from None

    parse.__doc__ = "one of " + ", ".join(f"`{value}`" for value in allowed)
    return parse


def boolean(cell: str) -> bool:
    """`true` or `false` (also 1, 0, yes, no, да, нет, истина, ложь)"""
    if cell.lower() in _TRUE:
        return True
    if cell.lower() in _FALSE:
        return False
    raise ValueError("is neither true nor false")


def instant(cell: str) -> datetime:
    """date or time in ISO 8601, or `31.12.2030`, `31.12.2030 23:59`; UTC where it has no offset"""
    try:
        moment = datetime.fromisoformat(_in_iso(cell))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, it may be before the year 1 or after 9999
        raise ValueError("is not a time in ISO 8601, such as 2026-03-02T08:00:00Z") from None


def _in_iso(cell: str) -> str:
    """Dotted dates, and hours of one digit, in the form of ISO 8601."""
    if match := _DOTTED.fullmatch(cell):
        at = match["time"] or "00:00"
        return f"{match['year']}-{match['month']:0>2}-{match['day']:0>2}T{at if at[1] != ':' else f'0{at}'}"
    if match := _SHORT_HOUR.fullmatch(cell):
        return f"{match[1]}T0{match[2]}"
    return cell


def local_time(cell: str) -> time:
    """local time, `HH:MM` or `HH:MM:SS`"""
    if not _LOCAL_TIME.fullmatch(cell):
        raise ValueError("is not a local time, such as 09:00")
    return time.fromisoformat(cell if cell[1] != ":" else f"0{cell}")


def local_time_text(value: time) -> str:
    """`HH:MM`, with seconds only if they are not zero."""
    return value.isoformat("auto" if value.second or value.microsecond else "minutes")


def day(cell: str) -> date:
    """day, `YYYY-MM-DD` or `DD.MM.YYYY`"""
    dotted = _in_iso(cell).removesuffix(":00").removesuffix("T00:00") if _DOTTED.fullmatch(cell) else cell
    try:
        return date.fromisoformat(dotted if _DAY.fullmatch(dotted) else "")
    except ValueError:
        raise ValueError("is not a day, such as 2026-09-01") from None


def timezone(cell: str) -> str:
    """name of a time zone of IANA, such as `Europe/Moscow`"""
    try:
        return ZoneInfo(cell).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not the name of a time zone, such as Europe/Moscow") from None


def email(cell: str) -> str:
    """email address, kept in lower case"""
    cell = _INVISIBLE.sub("", cell)
    if len(cell) > 254 or not (cell.isprintable() and _EMAIL.fullmatch(cell)):
        raise ValueError("is not an email address")
    return canonical_email(cell)


def password(cell: str) -> str:
    """8 to 128 characters that are hard to guess, stored as their hash"""
    if not 8 <= len(cell) <= 128:
        raise ValueError("has not 8 to 128 characters")
    return cell


def password_hash(cell: str) -> str:
    """hash of argon2id or bcrypt in its usual form"""
    if len(cell) > 255 or not re.fullmatch(r"\$argon2id\$[!-~]+|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", cell):
        raise ValueError("is not an argon2id or bcrypt hash")
    return cell


def slug(cell: str) -> str:
    """at most 100 Latin letters, digits, dots, hyphens and underscores, the first a letter or digit"""
    cell = _INVISIBLE.sub("", cell)
    if len(cell) > 100 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", cell):
        raise ValueError("is not made of Latin letters, digits, dots, hyphens and underscores")
    return cell


def promo_code(cell: str) -> str:
    """at most 50 Latin letters, digits, hyphens and underscores, kept in upper case"""
    cell = _INVISIBLE.sub("", cell)
    if len(cell) > 50 or not re.fullmatch(r"[A-Za-z0-9_-]+", cell):
        raise ValueError("is not made of at most 50 Latin letters, digits, hyphens and underscores")
    return cell.upper()


def json_object(cell: str) -> dict[str, Any]:
    """JSON object"""
    try:
        value = json.loads(cell)
        json_text(value).encode()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or _NUL_IN_JSON.search(cell):
        raise ValueError("is not a JSON object")
    return value


def json_text(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces. Raises ValueError for NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def items(cell: str) -> list[str]:
    """The items of a list, separated by semicolons; `\\;` is a semicolon in an item, `\\\\` a backslash."""
    parts = (_ESCAPED.sub(r"\1", part).strip() for part in _ITEM.findall(cell))
    return [part for part in parts if part]


def joined(parts: Iterable[str]) -> str:
    """The cell of a list with these items."""
    return ";".join(_TO_ESCAPE.sub(r"\\\g<0>", part.strip()) for part in parts)
