"""Range requests and multipart/byteranges (RFC 9110, section 14; spec: files, Range)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_RANGES = 16
_RANGES = re.compile(r"bytes=(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_RANGE = re.compile(r"([0-9]*)-([0-9]*)")
_MAX_DIGITS = 18  # more than any size, and few enough to be read at once


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def content_range(self, size: int) -> str:
        """The value of `Content-Range` (section 14.4)."""
        return f"bytes {self.first}-{self.last}/{size}"


def parse_range(header: str, size: int) -> list[ByteRange] | None:
    """The satisfiable ranges of a `Range` header, in order; overlapping and adjacent ones are merged.

    None if the header is to be ignored: another unit, invalid syntax, more than 16 ranges. An empty list if none of
    the ranges can be satisfied (section 14.1.2).
    """
    if not (match := _RANGES.fullmatch(header)):
        return None
    specs = [spec.strip(" \t") for spec in match[1].split(",")]
    specs = [spec for spec in specs if spec]  # a list may have empty elements (section 5.6.1)
    if not 0 < len(specs) <= MAX_RANGES:
        return None
    found: list[ByteRange] = []
    for spec in specs:
        bounds = _bounds(spec)
        if bounds is None:
            return None
        if each := _satisfied(*bounds, size):
            found.append(each)
    return _coalesced(found)


def _bounds(spec: str) -> tuple[int | None, int | None] | None:
    """First and last position, each None if not given; None for an invalid range."""
    match = _RANGE.fullmatch(spec)
    if not match or match[0] == "-":
        return None
    first, last = match.groups()
    if first and last and _magnitude(last) < _magnitude(first):
        return None
    return _number(first), _number(last)


def _magnitude(digits: str) -> tuple[int, str]:
    """Compares like the number, without parsing any number of digits."""
    significant = digits.lstrip("0")
    return len(significant), significant


def _number(digits: str) -> int | None:
    if not digits:
        return None
    count, significant = _magnitude(digits)
    return int(significant or "0") if count <= _MAX_DIGITS else 10**_MAX_DIGITS


def _satisfied(first: int | None, last: int | None, size: int) -> ByteRange | None:
    if first is None:
        length = min(last or 0, size)
        return ByteRange(size - length, size - 1) if length else None
    if first >= size:
        return None
    return ByteRange(first, size - 1 if last is None else min(last, size - 1))


def _coalesced(ranges: Sequence[ByteRange]) -> list[ByteRange]:
    """Merged ranges, each at the place of the first of its ranges."""
    merged: list[tuple[int, ByteRange]] = []
    for place, each in sorted(enumerate(ranges), key=lambda placed: placed[1].first):
        if merged and each.first <= merged[-1][1].last + 1:
            earlier_place, earlier = merged[-1]
            merged[-1] = (min(place, earlier_place), ByteRange(earlier.first, max(earlier.last, each.last)))
        else:
            merged.append((place, each))
    return [each for _, each in sorted(merged, key=lambda placed: placed[0])]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartRanges:
    """The framing of a `multipart/byteranges` body (section 14.6); the boundary must not occur in the content."""

    ranges: Sequence[ByteRange]
    size: int
    content_type: str
    boundary: str

    @property
    def media_type(self) -> str:
        return f"multipart/byteranges; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """The value of `Content-Length`."""
        heads = sum(len(head) + each.length for head, each in self.parts())
        return heads + len(self.end)

    def parts(self) -> Iterator[tuple[bytes, ByteRange]]:
        """The header block before each range, and the range."""
        for number, each in enumerate(self.ranges):
            start = "\r\n" if number else ""
            head = f"Content-Type: {self.content_type}\r\nContent-Range: {each.content_range(self.size)}\r\n\r\n"
            yield f"{start}--{self.boundary}\r\n{head}".encode("latin-1"), each

    @property
    def end(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode("latin-1")
