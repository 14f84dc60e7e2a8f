"""What is made of the rows in which a database gives a journal's columns."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_adapters.sql.journal_columns import columns_of
from atg_core.gradebook.model import AttendanceStatus, ColumnKind, Roll, Window
from tests.unit.gradebook.journals import ABSENT, MARCH, PRESENT, roll

WINDOW = Window(zone=UTC)
type Day = date


class Given(NamedTuple):
    kind: str
    cells: str | None
    group_id: int = 1
    id: int = 7
    title: str = "x"
    at: datetime | None = MARCH
    date: Day | None = None
    max_grade: Decimal | None = None
    weight: Decimal | None = None


def members(group: Roll, written: str = "hex") -> Given:
    """As a database gives them, SQLite without dashes."""
    ids = sorted(student.id for student in group.students)
    return Given("members", ",".join(each.hex if written == "hex" else str(each) for each in ids) or None)


@pytest.mark.parametrize("written", ["hex", "dashes"])
def test_cells_stand_by_id_and_come_out_by_name(written: str) -> None:
    group = roll("a", "b", "c")
    by_name = Roll(group_id=1, name="x", teacher_id=group.teacher_id, students=group.students[::-1])
    rows = [Given("lesson", "present,,absent"), members(group, written)]
    [column] = columns_of(rows, [by_name], WINDOW, in_hundredths=False)[1]
    assert (column.kind, column.cells) == (ColumnKind.LESSON, (ABSENT, None, PRESENT))


def test_who_has_left_meanwhile_has_nothing_and_who_has_joined_is_not_shown() -> None:
    known, now = roll("a", "b", "c"), roll("a", "b", "c", "d")
    left = Roll(group_id=1, name="x", teacher_id=now.teacher_id, students=(now.students[0], *now.students[2:]))
    rows = [members(left), Given("control_point", "1.00,2.00,3.00", at=None, date=date(2026, 3, 1))]
    [column] = columns_of(rows, [known], WINDOW, in_hundredths=False)[1]
    assert column.cells == (Decimal("1.00"), None, Decimal("2.00"))


@pytest.mark.parametrize("joined", [None, ""])
def test_nobody_has_no_cells(joined: str | None) -> None:
    [column] = columns_of([members(roll()), Given("lesson", joined)], [roll()], WINDOW, in_hundredths=False)[1]
    assert column.cells == ()


def test_a_group_that_is_gone_has_no_columns() -> None:
    assert columns_of([], [roll("a")], WINDOW, in_hundredths=False) == {1: []}


grades = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
values = st.one_of(st.none(), st.sampled_from(AttendanceStatus), grades)


@given(st.lists(st.lists(values, min_size=3, max_size=3), max_size=5))
def test_whatever_the_cells_are_they_come_out_exactly(matrix: list[list[AttendanceStatus | Decimal | None]]) -> None:
    group = roll("a", "b", "c")
    for in_hundredths in (False, True):
        rows = [
            Given("homework", ",".join(written(value, in_hundredths=in_hundredths) for value in line), id=number)
            for number, line in enumerate(matrix)
        ]
        columns = columns_of([members(group), *rows], [group], WINDOW, in_hundredths=in_hundredths)[1]
        assert [str(column.cells) for column in columns] == [str(tuple(line)) for line in matrix]


def written(value: AttendanceStatus | Decimal | None, *, in_hundredths: bool) -> str:
    if value is None:
        return ""
    return str(int(value * 100)) if in_hundredths and isinstance(value, Decimal) else str(value)
