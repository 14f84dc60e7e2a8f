"""What a request for an object is answered: conditions first, then ranges (RFC 9110, sections 13.2.2 and 14.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

from atg_core.files.model import StoredObject
from atg_core.files.ranges import ByteRange, requested

type Status = Literal[200, 206, 304, 412, 416]

# The library reads far more than an HTTP-date: other zones, or the first of two dates.
_DATE = re.compile(
    r"\w{3}, \d\d \w{3} \d{4} (\d\d:){2}\d\d GMT"
    r"|\w{6,9}, \d\d-\w{3}-\d\d (\d\d:){2}\d\d GMT"
    r"|\w{3} \w{3} [\d ]\d (\d\d:){2}\d\d \d{4}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`ranges`: what of the object is sent: all, parts of it, or nothing."""

    status: Status
    ranges: tuple[ByteRange, ...] = ()


def answer(method: str, headers: Mapping[str, str], stored: StoredObject) -> Answer:
    """What a GET or HEAD gets; `headers` by their names in lower case."""
    if _precondition_failed(headers, stored):
        return Answer(412)
    if _is_known(headers, stored):
        return Answer(304)
    whole = Answer(200, (ByteRange(0, stored.size - 1),) if stored.size else ())
    if method != "GET" or "range" not in headers or not _range_applies(headers, stored):
        return whole
    ranges = requested(headers["range"], stored.size)
    if ranges is None:
        return whole
    return Answer(206, tuple(ranges)) if ranges else Answer(416)


def http_date(moment: datetime) -> str:
    """An IMF-fixdate (section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _precondition_failed(headers: Mapping[str, str], stored: StoredObject) -> bool:
    if "if-match" in headers:
        tags = _tags(headers["if-match"])
        return "*" not in tags and stored.etag not in tags
    since = _date(headers.get("if-unmodified-since"))
    return since is not None and _seconds(stored.last_modified) > since


def _is_known(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """If-None-Match compares weakly, and If-Modified-Since is not looked at beside it."""
    if "if-none-match" in headers:
        tags = {tag.removeprefix("W/") for tag in _tags(headers["if-none-match"])}
        return "*" in tags or stored.etag in tags
    since = _date(headers.get("if-modified-since"))
    return since is not None and _seconds(stored.last_modified) <= since


def _range_applies(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """If-Range (section 13.1.5): the very ETag, a weak one never, or the very date of the last change."""
    condition = headers.get("if-range", "").strip()
    if not condition:
        return "if-range" not in headers
    if condition.startswith(('"', "W/")):
        return condition == stored.etag
    return _date(condition) == _seconds(stored.last_modified)


def _tags(header: str) -> set[str]:
    """The ETags of a list; a comma may stand within one."""
    tags, quoted, current = set(), False, ""
    for letter in header:
        if letter == "," and not quoted:
            tags.add(current.strip())
            current = ""
            continue
        quoted ^= letter == '"'
        current += letter
    return {*tags, current.strip()}


def _date(header: str | None) -> datetime | None:
    """A date in any of the three forms (section 5.6.7); None for anything else, which is then not looked at."""
    if not header or not _DATE.fullmatch(header.strip()):
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
