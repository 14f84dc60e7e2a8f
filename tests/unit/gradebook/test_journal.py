"""Journals and progress series computed from columns."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.errors import Invalid
from atg_core.gradebook.journal import journal_of
from atg_core.gradebook.model import ColumnKind, Roster, Student, Window
from atg_core.gradebook.progress import progress_of
from tests.unit.gradebook.journals import ABSENT, MARCH, PRESENT, graded, lesson, roster

MOSCOW = ZoneInfo("Europe/Moscow")


def test_columns_are_by_time_and_rows_as_on_the_roll() -> None:
    columns = [
        graded(2, "4.00", None),
        graded(1, "3.00", "2.00", kind=ColumnKind.HOMEWORK),
        lesson(1, PRESENT, ABSENT, column_id=2),
        lesson(1, PRESENT, PRESENT, column_id=1),
    ]
    journal = journal_of(roster("Анна", "Борис"), columns)
    assert [(column.kind, column.id) for column in journal.columns] == [
        (ColumnKind.LESSON, 1),
        (ColumnKind.LESSON, 2),
        (ColumnKind.HOMEWORK, 1),
        (ColumnKind.CONTROL_POINT, 1),
    ]
    assert [(row.student.name, row.cells) for row in journal.rows] == [
        ("Анна", (PRESENT, PRESENT, Decimal("3.00"), Decimal("4.00"))),
        ("Борис", (PRESENT, ABSENT, Decimal("2.00"), None)),
    ]
    assert [(row.average, row.attendance_rate) for row in journal.rows] == [
        (Decimal("35.00"), Decimal("100.00")),
        (Decimal("20.00"), Decimal("50.00")),
    ]


def test_a_journal_without_columns_or_without_students_is_empty() -> None:
    [row] = journal_of(roster("Анна"), []).rows
    assert (row.cells, row.average, row.attendance_rate) == ((), None, None)
    journal = journal_of(roster(), [lesson(0), graded(1)])
    assert (journal.rows, len(journal.columns)) == ([], 2)


people = st.lists(
    st.tuples(st.sampled_from(["Анна", "анна", "Ёж", "ёж", "", "Zoë"]), st.integers(0, 99).map(str)),
    unique_by=lambda person: person[1],
    max_size=8,
)


@given(people, st.integers(1, 9), people)
def test_the_parts_of_a_roll_are_all_of_it_whoever_comes_and_goes(
    members: list[tuple[str, str]], size: int, others: list[tuple[str, str]]
) -> None:
    """Those who are there all the time are shown once each."""
    whole, key = by_name(members), None
    named = {username for _, username in members}
    joined = [person for person in others if person[1] not in named]
    shown: list[str] = []
    for turn in range(len(members) + len(joined) + 1):
        now = by_name([*members, *joined]) if turn % 2 else whole
        part = now.page(key, size)
        assert len(part.students) <= size
        if not part.students:
            break
        shown += [student.username for student in part.students]
        key = part.students[-1].sort_key
    assert [name for name in shown if name in named] == [student.username for student in whole.students]
    assert len(set(shown)) == len(shown)
    assert whole.page(None, None).is_complete
    assert whole.page(None, size).is_complete == (len(members) <= size)


def by_name(members: list[tuple[str, str]]) -> Roster:
    students = [Student(id=uuid5(NAMESPACE_OID, username), username=username, name=name) for name, username in members]
    return replace(roster(), students=tuple(sorted(students, key=lambda student: student.sort_key)))


def test_a_series_has_a_point_for_each_day_of_which_something_is_known() -> None:
    columns = [
        lesson(0, PRESENT, ABSENT),
        graded(0, "5.00", None),
        graded(1, None, None),
        graded(2, "10.00", "2.00", weight="3.00"),
        lesson(3, ABSENT, ABSENT),
    ]
    group = roster("Анна", "Борис")
    anna = progress_of(group, columns, group.students[0].id)
    assert anna.student == group.students[0]
    told = [
        (point.date.day, point.average, point.group_average, point.attendance_rate, point.group_attendance_rate)
        for point in anna.points
    ]
    assert [tuple(None if each is None else str(each) for each in point) for point in told] == [
        ("1", "50.00", "50.00", "100.00", "50.00"),
        ("3", "87.50", "53.75", "100.00", "50.00"),
        ("4", "87.50", "53.75", "50.00", "25.00"),
    ]
    alone = progress_of(group, columns, None)
    assert [(point.average, point.attendance_rate) for point in alone.points] == [(None, None)] * 3
    assert [point.group_average for point in alone.points] == [point.group_average for point in anna.points]
    assert progress_of(group, columns, UUID(int=77)).student is None


def test_a_window_has_the_days_whose_beginning_is_in_it() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    midnight = datetime(2026, 3, 2, tzinfo=MOSCOW)
    assert Window(zone=MOSCOW, start=midnight, end=midnight + timedelta(days=1)).days == (date(2026, 3, 2),) * 2
    assert Window(zone=MOSCOW, start=noon, end=noon + timedelta(days=2)).days == (date(2026, 3, 3), date(2026, 3, 4))
    assert Window(zone=UTC, start=midnight, end=noon).days == (date(2026, 3, 2),) * 2
    first, last = Window(zone=MOSCOW).days
    assert (first.year, last.year) == (1900, 8999) or (first.year, last.year) == (1900, 9000)
    assert Window(zone=MOSCOW).midnight(date(2026, 3, 2)) == midnight
    assert Window(zone=MOSCOW).day_of(datetime(2026, 3, 1, 21, tzinfo=UTC)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (MARCH, MARCH, "end"),
        (MARCH, MARCH - timedelta(seconds=1), "end"),
        (datetime(1, 1, 1, tzinfo=UTC), None, "start"),
        (None, datetime(9999, 12, 31, tzinfo=UTC), "end"),
    ],
)
def test_a_window_that_is_none_is_refused(start: datetime | None, end: datetime | None, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Window(zone=MOSCOW, start=start, end=end)
    assert refusal.value.field == field
    assert replace(Window(zone=MOSCOW), start=MARCH).instants[0] == MARCH
