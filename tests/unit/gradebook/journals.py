"""Builders of rosters and journal columns."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from atg_core.gradebook.model import AttendanceStatus, Cell, Column, ColumnKind, Roster, Student

MARCH = datetime(2026, 3, 1, 9, tzinfo=UTC)
PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def roster(*names: str) -> Roster:
    students = tuple(Student(id=UUID(int=place), username=name, name=name) for place, name in enumerate(names, start=1))
    return Roster(group_id=1, name="ТК-1", teacher_id=UUID(int=99), students=students)


def lesson(day: int, *cells: Cell, column_id: int = 1) -> Column:
    return _column(ColumnKind.LESSON, day, column_id, cells)


def graded(
    day: int,
    *cells: str | None,
    of: str | None = "10.00",
    weight: str = "1.00",
    kind: ColumnKind = ColumnKind.CONTROL_POINT,
    column_id: int = 1,
) -> Column:
    values = tuple(number(cell) for cell in cells)
    return _column(kind, day, column_id, values, max_grade=number(of), weight=number(weight))


def _column(
    kind: ColumnKind,
    day: int,
    column_id: int,
    cells: tuple[Cell, ...],
    *,
    max_grade: Decimal | None = None,
    weight: Decimal | None = None,
) -> Column:
    at = MARCH + timedelta(days=day)
    return Column(
        kind=kind,
        id=column_id,
        title="x",
        at=at,
        day=at.date(),
        cells=cells,
        max_grade=max_grade,
        weight=weight,
    )
