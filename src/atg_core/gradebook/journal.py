"""The journal of a group: a matrix of what its students got and where they were (spec: homework-gradebook)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal
from uuid import UUID

from atg_core.gradebook.averaging import Averages, Rates
from atg_core.gradebook.model import Cell, Column, ColumnKind, Roll, Student, StudentKey, Viewer, Window
from atg_core.gradebook.ports import Gradebook, GroupNotFound

_ORDER = {kind: place for place, kind in enumerate(ColumnKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """What a student has, in the order of the columns; both numbers in percent, None of nothing."""

    student: Student
    cells: tuple[Cell, ...]
    attendance_rate: Decimal | None
    average: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """`comments`: of a student's own grades, by control point. `last`: whose row is the last one, if others follow."""

    roll: Roll
    columns: Sequence[Column]
    rows: Sequence[JournalRow]
    comments: Mapping[int, str] = field(default_factory=dict)
    last: StudentKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which rows of a journal are shown: those after a student, and so many at most. None: from the first, to the last.

    Neither the columns nor the numbers of a row depend on it.
    """

    after: StudentKey | None = None
    size: int | None = None


ALL_ROWS = Rows()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJournal:
    """Of a group that the viewer teaches. Raises GroupNotFound."""

    gradebook: Gradebook

    async def __call__(self, viewer: Viewer, group_id: int, window: Window, rows: Rows = ALL_ROWS) -> Journal:
        """Two statements, whatever the size."""
        whole = await self.gradebook.roll(group_id)
        if not whole.is_taught_by(viewer):
            raise GroupNotFound
        roll = whole.part(rows.after, rows.size)
        columns = await self.gradebook.columns([roll], window)
        journal = await asyncio.to_thread(journal_of, roll, columns[group_id])
        is_end = not roll.students or roll.students[-1] is whole.students[-1]
        return journal if is_end else replace(journal, last=roll.students[-1].key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOwn:
    """What a student has in the groups that they are in: three statements, however many groups."""

    gradebook: Gradebook
    zone: tzinfo

    async def __call__(self, student_id: UUID, *, limit: int, offset: int) -> tuple[list[Journal], int]:
        """By group; how many groups there are."""
        rolls = await self.gradebook.rolls_of(student_id, alone=True)
        page = rolls[offset : offset + limit]
        columns = await self.gradebook.columns(page, Window(zone=self.zone))
        comments = await self.gradebook.comments(student_id, [roll.group_id for roll in page])
        return [journal_of(roll, columns[roll.group_id], comments) for roll in page], len(rolls)


def journal_of(roll: Roll, columns: Sequence[Column], comments: Mapping[int, str] | None = None) -> Journal:
    """No more work than there are cells."""
    placed = in_order(columns)
    averages, rates = Averages(placed, len(roll.students)), Rates(len(roll.students))
    for column in placed:
        if column.kind is ColumnKind.LESSON:
            rates.add(column.cells)
        else:
            averages.add(column)
    cells = list(zip(*(column.cells for column in placed), strict=True)) or [()] * len(roll.students)
    rows = [
        JournalRow(student=student, cells=cells[place], attendance_rate=rates.of(place), average=averages.of(place))
        for place, student in enumerate(roll.students)
    ]
    return Journal(roll=roll, columns=placed, rows=rows, comments=comments or {})


def in_order(columns: Sequence[Column]) -> list[Column]:
    """By time."""
    return sorted(columns, key=lambda column: (column.at, _ORDER[column.kind], column.id))
