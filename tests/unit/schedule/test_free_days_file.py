"""Free days from .ics files (spec: schedule, Groups and lessons)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_adapters.ical.free_days import read_free_days
from atg_core.errors import Invalid
from atg_core.schedule.ports import NewFreeDays

FIRST, LAST = date(2026, 1, 1), date(2031, 12, 31)


def calendar(*events: str) -> bytes:
    inside = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x\r\n{inside}END:VCALENDAR\r\n".encode()


async def read(*events: str) -> list[tuple[str, str, str]]:
    found = await read_free_days(calendar(*events), FIRST, LAST)
    return [(each.name, each.start.isoformat(), each.end.isoformat()) for each in found]


async def test_days_spans_and_repetitions_are_read() -> None:
    found = await read(
        "SUMMARY:Новый год\r\nDTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270109",
        "SUMMARY:День знаний\r\nDTSTART;VALUE=DATE:20260901",
        "SUMMARY:Победа\r\nDTSTART;VALUE=DATE:19450509\r\nRRULE:FREQ=YEARLY;UNTIL=20280601",
        "SUMMARY:Неделя\r\nDTSTART;VALUE=DATE:20270301\r\nDURATION:P1W",
    )
    assert found == [
        ("Победа", "2026-05-09", "2026-05-09"),
        ("День знаний", "2026-09-01", "2026-09-01"),
        ("Новый год", "2027-01-01", "2027-01-08"),
        ("Неделя", "2027-03-01", "2027-03-07"),
        ("Победа", "2027-05-09", "2027-05-09"),
        ("Победа", "2028-05-09", "2028-05-09"),
    ]


async def test_what_is_excepted_moved_timed_or_cancelled_is_left_out() -> None:
    yearly = "SUMMARY:x\r\nDTSTART;VALUE=DATE:20270401\r\nRRULE:FREQ=MONTHLY;COUNT=3"
    assert await read(
        f"{yearly}\r\nEXDATE;VALUE=DATE:20270501\r\nRDATE;VALUE=DATE:20270710",
        "SUMMARY:Звонок\r\nDTSTART:20270501T090000Z\r\nDTEND:20270501T100000Z",
        "SUMMARY:Отменено\r\nDTSTART;VALUE=DATE:20270502\r\nSTATUS:CANCELLED",
    ) == [(*("x", day, day),) for day in ("2027-04-01", "2027-06-01", "2027-07-10")]
    moved = calendar(yearly, "SUMMARY:y\r\nDTSTART;VALUE=DATE:20270503\r\nRECURRENCE-ID;VALUE=DATE:20270501").replace(
        b"UID:1", b"UID:0"
    )
    found = await read_free_days(moved, FIRST, LAST)
    assert [(each.name, each.start.month, each.start.day) for each in found] == [("x", 4, 1), ("y", 5, 3), ("x", 6, 1)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_icalendar"),
        (b"name;start\nx;2027-01-01", "not_icalendar"),
        (b"\xff\xfe\x00", "not_utf8"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not_icalendar"),
        (calendar(), "empty"),
        (calendar("SUMMARY:x\r\nDTSTART:20270101T090000Z"), "empty"),
        (calendar("SUMMARY:x\r\nDTSTART;VALUE=DATE:20010101"), "empty"),
        (calendar("SUMMARY:\r\nDTSTART;VALUE=DATE:20270101"), "no_name"),
        (calendar("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270105\r\nDTEND;VALUE=DATE:20270101"), "ends_before_start"),
        (calendar("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270105\r\nRRULE:FREQ=HOURLY"), "unknown_rule"),
        (calendar("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270105\r\nRRULE:FREQ=DAILY;BYMONTHDAY=31"), "unknown_rule"),
        (calendar("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270105\r\nRRULE:FREQ=DAILY"), "too_many"),
    ],
)
async def test_a_file_that_is_none_is_refused_with_the_reason(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read_free_days(content, FIRST, LAST)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("file", code)]


@given(
    start=st.dates(FIRST, LAST - timedelta(days=400)),
    length=st.integers(1, 300),
    every=st.integers(1, 60),
    count=st.integers(1, 40),
)
async def test_repetitions_are_as_many_days_apart_as_the_rule_says(
    start: date, length: int, every: int, count: int
) -> None:
    last_day = (start + timedelta(days=length)).strftime("%Y%m%d")
    rule = f"RRULE:FREQ=DAILY;INTERVAL={every};COUNT={count}"
    content = calendar(f"SUMMARY:x\r\nDTSTART;VALUE=DATE:{start:%Y%m%d}\r\nDTEND;VALUE=DATE:{last_day}\r\n{rule}")
    begins = [start + timedelta(days=every * number) for number in range(count)]
    expected = [NewFreeDays(name="x", start=day, end=day + timedelta(days=length - 1)) for day in begins if day <= LAST]
    assert list(await read_free_days(content, FIRST, LAST)) == expected
