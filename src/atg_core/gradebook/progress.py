"""How averages and attendance went from day to day: series for charts (spec: homework-gradebook, progress)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from atg_core.gradebook.averaging import Averages, Rates
from atg_core.gradebook.journal import in_order
from atg_core.gradebook.model import Column, ColumnKind, Roll, Student, Viewer, Window
from atg_core.gradebook.ports import Gradebook, GroupNotFound, StudentNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPoint:
    """Where things stand after a day, in percent; what is a student's is None where it is about the group alone.

    `group_average`: the mean of its students' averages, of those who have one.
    """

    date: date
    average: Decimal | None
    group_average: Decimal | None
    attendance_rate: Decimal | None
    group_attendance_rate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Of a group, and of one of its students, if it is about one."""

    roll: Roll
    student: Student | None
    points: Sequence[ProgressPoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProgress:
    """A group is shown to who teaches it, and to its students with their own; a student to who teaches them."""

    gradebook: Gradebook
    zone: tzinfo

    async def of_group(self, viewer: Viewer, group_id: int) -> Progress:
        """Raises GroupNotFound."""
        roll = await self.gradebook.roll(group_id)
        place = roll.place_of(viewer.id)
        if place is None and not roll.is_taught_by(viewer):
            raise GroupNotFound
        [progress] = await self._of([roll], None if place is None else viewer.id)
        return progress

    async def of_student(self, viewer: Viewer, student_id: UUID, group_id: int | None = None) -> list[Progress]:
        """In each of the groups, or in one: all of them for the student, others see those that they teach.

        Raises StudentNotFound for whom the viewer does not teach, and where there is nothing to see.
        """
        rolls = [
            roll
            for roll in await self.gradebook.rolls_of(student_id, alone=False)
            if (viewer.id == student_id or roll.is_taught_by(viewer)) and group_id in {None, roll.group_id}
        ]
        if not rolls and (viewer.id != student_id or group_id is not None):
            raise StudentNotFound
        return await self._of(rolls, student_id)

    async def _of(self, rolls: Sequence[Roll], student_id: UUID | None) -> list[Progress]:
        columns = await self.gradebook.columns(rolls, Window(zone=self.zone))
        return [await asyncio.to_thread(progress_of, roll, columns[roll.group_id], student_id) for roll in rolls]


def progress_of(roll: Roll, columns: Sequence[Column], student_id: UUID | None) -> Progress:
    """A point for each day of which something is known."""
    known = [column for column in in_order(columns) if any(cell is not None for cell in column.cells)]
    averages, rates = Averages(known, len(roll.students)), Rates(len(roll.students))
    place = None if student_id is None else roll.place_of(student_id)
    points = []
    for day, of_day in groupby(known, key=lambda column: column.day):
        for column in of_day:
            if column.kind is ColumnKind.LESSON:
                rates.add(column.cells)
            else:
                averages.add(column)
        points.append(
            ProgressPoint(
                date=day,
                average=None if place is None else averages.of(place),
                group_average=averages.mean(),
                attendance_rate=None if place is None else rates.of(place),
                group_attendance_rate=rates.of_all(),
            )
        )
    return Progress(roll=roll, student=None if place is None else roll.students[place], points=points)
