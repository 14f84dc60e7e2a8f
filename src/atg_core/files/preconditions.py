"""Conditional requests: preconditions first, then ranges (RFC 9110, sections 13.2.2 and 14.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

from atg_core.files.model import StoredObject
from atg_core.files.ranges import ByteRange, parse_range

type Status = Literal[200, 206, 304, 412, 416]

# The library accepts more than an HTTP-date, such as other zones.
_DATE = re.compile(
    r"\w{3}, \d\d \w{3} \d{4} (\d\d:){2}\d\d GMT"
    r"|\w{6,9}, \d\d-\w{3}-\d\d (\d\d:){2}\d\d GMT"
    r"|\w{3} \w{3} [\d ]\d (\d\d:){2}\d\d \d{4}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ConditionalResponse:
    """`ranges`: the bytes to send: all, some ranges, or none."""

    status: Status
    ranges: tuple[ByteRange, ...] = ()


def evaluate(method: str, headers: Mapping[str, str], stored: StoredObject) -> ConditionalResponse:
    """The response to a GET or HEAD; `headers` by lower-case name."""
    if _precondition_failed(headers, stored):
        return ConditionalResponse(412)
    if _is_known(headers, stored):
        return ConditionalResponse(304)
    whole = ConditionalResponse(200, (ByteRange(0, stored.size - 1),) if stored.size else ())
    if method != "GET" or "range" not in headers or not _range_applies(headers, stored):
        return whole
    ranges = parse_range(headers["range"], stored.size)
    if ranges is None:
        return whole
    return ConditionalResponse(206, tuple(ranges)) if ranges else ConditionalResponse(416)


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
    """If-None-Match compares weakly and takes precedence over If-Modified-Since."""
    if "if-none-match" in headers:
        tags = {tag.removeprefix("W/") for tag in _tags(headers["if-none-match"])}
        return "*" in tags or stored.etag in tags
    since = _date(headers.get("if-modified-since"))
    return since is not None and _seconds(stored.last_modified) <= since


def _range_applies(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """If-Range (section 13.1.5): needs the same strong ETag, or exactly the date of the last change."""
    condition = headers.get("if-range", "").strip()
    if not condition:
        return "if-range" not in headers
    if condition.startswith(('"', "W/")):
        return condition == stored.etag
    return _date(condition) == _seconds(stored.last_modified)


def _tags(header: str) -> set[str]:
    """The ETags of a list; an ETag may contain a comma."""
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
    """A date in any of the three formats (section 5.6.7); None for anything else, which is ignored."""
    if not header or not _DATE.fullmatch(header.strip()):
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
