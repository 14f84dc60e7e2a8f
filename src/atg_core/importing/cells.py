"""What the text of a cell means. Parsers take trimmed, non-empty text and raise ValueError with the reason.

A parser's docstring says what it takes, in the words of the documentation.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

type Parse = Callable[[str], Any]

_EMAIL = re.compile(r"[^@\s,;<>()\x00-\x1f]+@[^@\s,;<>()\x00-\x1f]+\.[^@\s.,;<>()\x00-\x1f]+")
_ITEM = re.compile(r"(?:\\.|[^;\\]|\\\Z)+", re.DOTALL)
_ESCAPED, _TO_ESCAPE = re.compile(r"\\([;\\])"), re.compile(r"[;\\]")
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_LOCAL_TIME = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INT4 = 2**31 - 1
_TRUE, _FALSE = {"true", "1", "yes", "да"}, {"false", "0", "no", "нет"}


def text(most: int | None = None) -> Parse:
    """Text of at most `most` characters."""

    def parse(cell: str) -> str:
        if "\x00" in cell:
            raise ValueError("holds a NUL character")
        if most is not None and len(cell) > most:
            raise ValueError(f"is longer than {most} characters")
        return cell

    parse.__doc__ = f"text of at most {most} characters" if most else "text"
    return parse


def integer(least: int = 0, most: int = _INT4) -> Parse:
    def parse(cell: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", cell):
            raise ValueError("is not a whole number")
        if not least <= int(cell) <= most:
            raise ValueError(f"is not between {least} and {most}")
        return int(cell)

    parse.__doc__ = f"whole number from {least}" + (f" to {most}" if most < _INT4 else "")
    return parse


def choice(values: type[StrEnum], *, but: Collection[StrEnum] = ()) -> Parse:
    allowed = {value.value: value for value in values if value not in but}

    def parse(cell: str) -> StrEnum:
        try:
            return allowed[cell]
        except KeyError:
            raise ValueError(f"is none of {', '.join(allowed)}") from None

    parse.__doc__ = "one of " + ", ".join(f"`{value}`" for value in allowed)
    return parse


def boolean(cell: str) -> bool:
    """`true` or `false` (also 1, 0, yes, no, да, нет)"""
    if cell.lower() in _TRUE:
        return True
    if cell.lower() in _FALSE:
        return False
    raise ValueError("is neither true nor false")


def instant(cell: str) -> datetime:
    """date or time in ISO 8601, UTC where it has no offset"""
    try:
        moment = datetime.fromisoformat(cell)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, it may be before the year 1 or after 9999
        raise ValueError("is not a time in ISO 8601, such as 2026-03-02T08:00:00Z") from None


def local_time(cell: str) -> time:
    """local time, `HH:MM` or `HH:MM:SS`"""
    if not _LOCAL_TIME.fullmatch(cell):
        raise ValueError("is not a local time, such as 09:00")
    return time.fromisoformat(cell if cell[1] != ":" else f"0{cell}")


def local_time_text(value: time) -> str:
    """Seconds only where there are some."""
    return value.isoformat("auto" if value.second or value.microsecond else "minutes")


def day(cell: str) -> date:
    """day, `YYYY-MM-DD`"""
    try:
        return date.fromisoformat(cell if _DAY.fullmatch(cell) else "")
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
    if len(cell) > 254 or not _EMAIL.fullmatch(cell):
        raise ValueError("is not an email address")
    return cell.lower()


def password(cell: str) -> str:
    """8 to 128 characters, stored as their hash"""
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
    if len(cell) > 100 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", cell):
        raise ValueError("is not made of Latin letters, digits, dots, hyphens and underscores")
    return cell


def promo_code(cell: str) -> str:
    """at most 50 Latin letters, digits, hyphens and underscores, kept in upper case"""
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
    """JSON in one form: members in the order of their names. Raises ValueError for what JSON has no number for."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def items(cell: str) -> list[str]:
    """The parts between semicolons; `\\;` is a semicolon within one, `\\\\` a backslash."""
    parts = (_ESCAPED.sub(r"\1", part).strip() for part in _ITEM.findall(cell))
    return [part for part in parts if part]


def joined(parts: Iterable[str]) -> str:
    """The cell whose items these are."""
    return ";".join(_TO_ESCAPE.sub(r"\\\g<0>", part.strip()) for part in parts)
