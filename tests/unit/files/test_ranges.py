"""Ranges and conditions against a plain reading of RFC 9110 that shares no code with the core."""

import itertools
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atg_core.files.model import StoredObject
from atg_core.files.preconditions import ConditionalResponse, evaluate, http_date
from atg_core.files.ranges import ByteRange, MultipartRanges, parse_range

CHANGED = datetime(2026, 3, 2, 8, 0, 0, 999_000, tzinfo=UTC)


def stored(size: int = 100) -> StoredObject:
    return StoredObject(key="k", size=size, etag='"v1"', last_modified=CHANGED, content_type="application/pdf")


def ask(method: str, size: int, headers: dict[str, str]) -> ConditionalResponse:
    return evaluate(method, {name.replace("_", "-"): value for name, value in headers.items()}, stored(size))


def get(size: int = 100, **headers: str) -> ConditionalResponse:
    return ask("GET", size, headers)


def head(**headers: str) -> ConditionalResponse:
    return ask("HEAD", 100, headers)


numbers = st.integers(0, 120) | st.sampled_from([10**30, 10**31])
specs = st.one_of(
    st.tuples(numbers, numbers).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    numbers.map(lambda number: f"{number}-"),
    numbers.map(lambda number: f"-{number}"),
    st.sampled_from(["", "-", "a-b", "1-2-3", " 1-2 ", "+1-2", "٣-٤"]),
)


def plainly_read(header: str, size: int) -> set[int] | None:
    """The requested positions, one by one; None if the header is to be ignored."""
    unit, equals, rest = header.partition("=")
    if unit.lower() != "bytes" or not equals:
        return None
    wanted: set[int] = set()
    pieces = [piece.strip(" \t") for piece in rest.split(",") if piece.strip(" \t")]
    if not 1 <= len(pieces) <= 16:
        return None
    for piece in pieces:
        left, dash, right = piece.partition("-")
        if not dash or any(character not in "0123456789" for character in left + right) or not (left or right):
            return None
        if left and right and int(left) > int(right):
            return None
        for position in range(size):
            from_end = not left and position >= size - int(right)
            within = left and int(left) <= position and (not right or position <= int(right))
            if from_end or within:
                wanted.add(position)
    return wanted


@given(st.integers(0, 100), st.lists(specs, max_size=18).map(lambda some: "bytes=" + ",".join(some)))
@example(0, "bytes=-5")
@example(100, "bytes=-0")
@example(100, "bytes=0-0,-1")
@example(100, f"bytes={10**31}-{10**30}")
@example(100, "byte\u017f=0-1")
def test_what_is_sent_is_what_was_asked_for(size: int, header: str) -> None:
    """F1, F2, F3, F4."""
    expected, found = plainly_read(header, size), get(size=size, range=header)
    sent = [position for each in found.ranges for position in range(each.first, each.last + 1)]
    if expected is None:
        assert found.status == 200
        assert sent == list(range(size))
    elif not expected:
        assert (found.status, sent) == (416, [])
    else:
        assert found.status == 206
        assert sorted(sent) == sorted(expected)
        ordered = sorted(found.ranges, key=lambda each: each.first)
        assert all(one.last + 1 < two.first for one, two in itertools.pairwise(ordered))


@given(st.text(max_size=40), st.integers(0, 10))
def test_no_header_is_too_odd(header: str, size: int) -> None:
    names = ("range", "if_range", "if_match", "if_none_match", "if_modified_since", "if_unmodified_since")
    for name in names:
        assert ask("GET", size, {name: header}).status in {200, 206, 304, 412, 416}
    assert get(size=size, range="bytes=0-0", if_range=header).status in {200, 206, 416}


@pytest.mark.parametrize(
    "header",
    [
        "bytes=9-5", "bytes=", "bytes", "bytes=-", "bytes=a-b", "bytes=1-2-3", "bytes 1-2", "items=0-1", "bytes=1:2",
        "bytes=0x1-2", "bytes=1-2;q=1", "bytes=" + ",".join(["0-0"] * 17), "bytes=" + "0-0," * 500, "", "bytes =0-1",
        "bytes=1 - 2", "bytes=-1-2", "bytes=٠-١", "bytes=0-1\n", "bytes=0-1,9-5", "bytes=,", "byte\u017f=0-1",
        f"bytes={10**19 + 5}-{10**19}", "bytes=9-" + "0" * 30 + "5", "bytes=" + "9" * 10_000 + "-5",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_ignored(header: str) -> None:
    """F3, F4."""
    assert get(range=header) == ConditionalResponse(200, (ByteRange(0, 99),))


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        ("bytes=0-499", [(0, 499)]), ("bytes=500-999", [(500, 999)]), ("bytes=-500", [(9500, 9999)]),
        ("bytes=9500-", [(9500, 9999)]), ("bytes=0-0,-1", [(0, 0), (9999, 9999)]),
        ("bytes=0-0, 500-599, -1", [(0, 0), (500, 599), (9999, 9999)]),
        ("bytes= 0-999, 4500-5499, -1000", [(0, 999), (4500, 5499), (9000, 9999)]),
        ("bytes=500-600,601-999", [(500, 999)]), ("bytes=500-700,601-999", [(500, 999)]),
        ("bytes=-99999", [(0, 9999)]), ("bytes=0-99999", [(0, 9999)]), ("bytes=9999-,10000-", [(9999, 9999)]),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc_are_read_as_it_says(header: str, ranges: list[tuple[int, int]]) -> None:
    """F1, F4; section 14.1.2, of an object of 10,000 bytes."""
    assert get(10_000, range=header) == ConditionalResponse(206, tuple(ByteRange(*each) for each in ranges))


@given(st.binary(min_size=1, max_size=5_000), st.integers(0, 5_200), st.integers(0, 5_200))
def test_one_range_is_a_slice(content: bytes, first: int, more: int) -> None:
    """F1."""
    size = len(content)
    expected = {
        f"bytes={first}-{first + more}": content[first : first + more + 1],
        f"bytes={first}-": content[first:],
        f"bytes=-{more}": content[max(size - more, 0) :] if more else b"",
    }
    for header, sliced in expected.items():
        found = get(size, range=header)
        assert found.status == (206 if sliced else 416)
        assert b"".join(content[each.first : each.last + 1] for each in found.ranges) == sliced
        assert [each.length for each in found.ranges] == ([len(sliced)] if sliced else [])


def test_ranges_keep_their_order_and_those_that_touch_are_one() -> None:
    """F4."""
    assert parse_range("bytes=50-59,0-9,10-19,55-70", 100) == [ByteRange(50, 70), ByteRange(0, 19)]
    assert parse_range("BYTES= 5-", 10) == [ByteRange(5, 9)]
    assert parse_range("bytes=, 0-1 ,,2-1000000000000000000000000", 10) == [ByteRange(0, 9)]


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=100-200,300-"])
def test_what_can_not_be_satisfied_is_416(header: str) -> None:
    """F2."""
    assert get(range=header) == ConditionalResponse(416)
    assert get(size=0, range="bytes=-5") == get(size=0, range="bytes=0-") == ConditionalResponse(416)


def test_a_number_of_a_million_digits_is_read_at_once() -> None:
    assert get(range="bytes=0-" + "9" * 1_000_000).status == 206
    assert get(range="bytes=" + "9" * 1_000_000 + "-").status == 416


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"v1"', 206), ('"v2"', 200), ('W/"v1"', 200), ("*", 200), ("", 200), ("nonsense", 200),
        (http_date(CHANGED), 206), (http_date(CHANGED + timedelta(seconds=1)), 200),
        (http_date(CHANGED - timedelta(seconds=1)), 200), ("Monday, 02-Mar-26 08:00:00 GMT", 206),
        ("Mon Mar  2 08:00:00 2026", 206), ("Mon, 02 Mar 2026 10:00:00 +0200", 200), ('"v1", "v2"', 200),
        ("Mon, 02 Mar 2026 08:00:00", 200), (http_date(CHANGED) + ", " + http_date(CHANGED), 200),
    ],
)  # fmt: skip
def test_if_range_needs_the_very_version(condition: str, status: int) -> None:
    """F5."""
    assert get(range="bytes=0-0", if_range=condition).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_match": '"v1"'}, 200), ({"if_match": "*"}, 200), ({"if_match": '"a,b", "v1"'}, 200),
        ({"if_match": 'W/"v1"'}, 412), ({"if_match": '"v2"'}, 412),
        ({"if_none_match": '"v1"'}, 304), ({"if_none_match": 'W/"v1"'}, 304), ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"v2"'}, 200), ({"if_none_match": '"v1,"'}, 200),
        ({"if_none_match": '"a,*,b"'}, 200), ({"if_match": '"a,*,b"'}, 412),
        ({"if_modified_since": http_date(CHANGED)}, 304),
        ({"if_modified_since": http_date(CHANGED - timedelta(seconds=1))}, 200),
        ({"if_modified_since": "soon"}, 200), ({"if_modified_since": "Fri, 31 Feb 2040 08:00:00 GMT"}, 200),
        ({"if_modified_since": "Mon, 02 Mar 2026 10:00:00 +0200"}, 200),
        ({"if_modified_since": http_date(CHANGED) + ", " + http_date(CHANGED)}, 200),
        ({"if_unmodified_since": "Mon, 02 Mar 2020 10:00:00 +0200"}, 200), ({"if_unmodified_since": "soon"}, 200),
        ({"if_unmodified_since": "Mon, ٠٢ Mar 2020 08:00:00 GMT"}, 200),
        ({"if_unmodified_since": "Sun Nov  6 08:49:37 1994"}, 412),
        ({"if_unmodified_since": "Sunday, 06-Nov-94 08:49:37 GMT"}, 412),
        ({"if_none_match": '"v2"', "if_modified_since": http_date(CHANGED)}, 200),
        ({"if_unmodified_since": http_date(CHANGED)}, 200),
        ({"if_unmodified_since": http_date(CHANGED - timedelta(seconds=1))}, 412),
        ({"if_match": '"v1"', "if_unmodified_since": http_date(CHANGED - timedelta(seconds=1))}, 200),
        ({"if_match": '"v2"', "if_none_match": '"v1"'}, 412),
        ({"if_none_match": '"v1"', "range": "bytes=900-"}, 304),
        ({"if_match": '"v2"', "range": "bytes=900-"}, 412),
    ],
)  # fmt: skip
def test_conditions_come_in_the_order_of_the_rfc(headers: dict[str, str], status: int) -> None:
    """F5."""
    assert ask("GET", 100, headers).status == ask("HEAD", 100, headers).status == status


def test_head_has_no_ranges() -> None:
    """F3, F5."""
    assert head(range="bytes=0-1").status == 200
    assert head(range="bytes=900-").status == 200
    assert head(range="bytes=0-1", if_range='"v1"').status == 200


def test_if_range_means_nothing_without_a_range() -> None:
    """F5; section 13.1.5."""
    assert get(if_range='"v2"') == get() == ConditionalResponse(200, (ByteRange(0, 99),))
    assert get(range="bytes=900-", if_range='"v2"').status == 200


@given(
    st.binary(min_size=100, max_size=200),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), min_size=1, max_size=16),
)
@example(b"ab\r\n--b0unda" * 10, [(90, 9), (0, 3), (10, 0)])
def test_several_ranges_are_read_back_from_the_body(content: bytes, bounds: list[tuple[int, int]]) -> None:
    """F4."""
    header = "bytes=" + ",".join(f"{first}-{first + more}" for first, more in bounds)
    ranges = parse_range(header, len(content)) or []
    frame = MultipartRanges(ranges=ranges, size=len(content), content_type="application/pdf", boundary="b0undary")
    body = b"".join(head + content[each.first : each.last + 1] for head, each in frame.parts()) + frame.end
    assert len(body) == frame.length
    message: Any = message_from_bytes(f"Content-Type: {frame.media_type}\r\n\r\n".encode() + body)
    read = [(part["Content-Range"], part.get_payload(decode=True)) for part in message.get_payload()]
    assert read == [(each.content_range(len(content)), content[each.first : each.last + 1]) for each in ranges]
