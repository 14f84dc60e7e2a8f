"""Parsing the aggregated rows of journal columns."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_adapters.sql.gradebook import journal_columns
from atg_core.gradebook.model import AttendanceStatus, Column, ColumnKind, Roster, Window
from tests.unit.gradebook.journals import ABSENT, MARCH, PRESENT, roster

WINDOW = Window(zone=UTC)
type Day = date


class ColumnRow(NamedTuple):
    kind: str
    id: int
    group_id: int
    title: str
    at: datetime | None
    date: Day | None
    max_grade: Decimal | None
    weight: Decimal | None
    cells: str | None
    due_at: datetime | None = None
    percent: Decimal | None = None
    floor: Decimal | None = None
    days: int | None = None
    exempt: str | None = None


def column_row(
    kind: str, cells: str | None, *, number: int = 7, at: datetime | None = MARCH, day: Day | None = None
) -> ColumnRow:
    return ColumnRow(kind, number, 1, "x", at, day, None, None, cells)


def columns_of(
    rows: list[ColumnRow], rosters: list[Roster], window: Window, *, in_hundredths: bool
) -> dict[int, list[Column]]:
    found: dict[int, list[Column]] = {each.group_id: [] for each in rosters}
    for group_id, column in journal_columns.columns_of(rows, rosters, window, in_hundredths=in_hundredths):  # type: ignore[arg-type]
        found[group_id].append(column)
    return found


def cells(values: str, group: Roster, written: str = "hex") -> str:
    """Values with the students who have them, as a database gives them: in any order, SQLite without dashes."""
    ids = [student.id for student in group.students]
    return f"{values};{','.join(each.hex if written == 'hex' else str(each) for each in ids)}"


@pytest.mark.parametrize("written", ["hex", "dashes"])
def test_cells_stand_by_id_and_come_out_by_name(written: str) -> None:
    group = roster("a", "b", "c")
    by_name = Roster(group_id=1, name="x", teacher_id=group.teacher_id, students=group.students[::-1])
    [column] = columns_of(
        [column_row("lesson", cells("present,,absent", group, written))], [by_name], WINDOW, in_hundredths=False
    )[1]
    assert (column.kind, column.cells) == (ColumnKind.LESSON, (ABSENT, None, PRESENT))


def test_who_has_no_value_has_none_in_each_column_whatever_the_order_of_the_others() -> None:
    group = roster("a", "b", "c")
    told = [
        Roster(group_id=1, name="x", teacher_id=group.teacher_id, students=group.students[part])
        for part in (slice(2, None), slice(None, None, -2), slice(None, None, -1))
    ]
    rows = [
        column_row("lesson", cells(values, each), number=number)
        for number, (values, each) in enumerate(
            zip(("present", "absent,present", "present,absent,"), told, strict=True)
        )
    ]
    columns = columns_of(rows, [group], WINDOW, in_hundredths=False)[1]
    assert [column.cells for column in columns] == [
        (None, None, PRESENT),
        (PRESENT, None, ABSENT),
        (None, ABSENT, PRESENT),
    ]


def test_who_has_left_meanwhile_has_nothing_and_who_has_joined_is_not_shown() -> None:
    known, now = roster("a", "b", "c"), roster("a", "b", "c", "d")
    left = Roster(group_id=1, name="x", teacher_id=now.teacher_id, students=(now.students[0], *now.students[2:]))
    rows = [column_row("control_point", cells("1.00,2.00,3.00", left), at=None, day=date(2026, 3, 1))]
    [column] = columns_of(rows, [known], WINDOW, in_hundredths=False)[1]
    assert column.cells == (Decimal("1.00"), None, Decimal("2.00"))


@pytest.mark.parametrize("joined", [None, "", cells("present", roster("a"))])
def test_nobody_has_no_cells(joined: str | None) -> None:
    [column] = columns_of([column_row("lesson", joined)], [roster()], WINDOW, in_hundredths=False)[1]
    assert column.cells == ()


def test_a_group_that_is_gone_has_no_columns() -> None:
    assert columns_of([], [roster("a")], WINDOW, in_hundredths=False) == {1: []}


grades = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
values = st.one_of(st.none(), st.sampled_from(AttendanceStatus), grades)


@given(st.lists(st.lists(values, min_size=3, max_size=3), max_size=5))
def test_whatever_the_cells_are_they_come_out_exactly(matrix: list[list[AttendanceStatus | Decimal | None]]) -> None:
    group = roster("a", "b", "c")
    for in_hundredths in (False, True):
        rows = [
            column_row(
                "homework",
                cells(",".join(written(value, in_hundredths=in_hundredths) for value in line), group),
                number=number,
            )
            for number, line in enumerate(matrix)
        ]
        columns = columns_of(rows, [group], WINDOW, in_hundredths=in_hundredths)[1]
        assert [str(column.cells) for column in columns] == [str(tuple(line)) for line in matrix]


def written(value: AttendanceStatus | Decimal | None, *, in_hundredths: bool) -> str:
    if value is None:
        return ""
    return str(int(value * 100)) if in_hundredths and isinstance(value, Decimal) else str(value)
