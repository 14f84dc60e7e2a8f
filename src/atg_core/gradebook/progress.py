"""Progress of students and groups: averages and attendance rates by day (spec: homework-gradebook, Gradebook)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from atg_core.gradebook.averages import AttendanceRates, Averages
from atg_core.gradebook.journal import sorted_columns
from atg_core.gradebook.model import Column, ColumnKind, Roster, Student, Viewer, Window
from atg_core.gradebook.ports import GroupNotFound, JournalQueries, StudentNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPoint:
    """Cumulative values at the end of a day, in percent. `average` and `attendance_rate` are those of the student.

    `group_average`: the mean of the averages of the students who have one.
    """

    date: date
    average: Decimal | None
    group_average: Decimal | None
    attendance_rate: Decimal | None
    group_attendance_rate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The series of a group, and of one of its students where `student` is given."""

    roster: Roster
    student: Student | None
    points: Sequence[ProgressPoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProgress:
    """Group progress for its teacher and its students (with their own values); student progress for their teachers."""

    journal_queries: JournalQueries
    zone: tzinfo

    async def of_group(self, viewer: Viewer, group_id: int) -> Progress:
        """Raises GroupNotFound."""
        roster = await self.journal_queries.roster(group_id)
        index = roster.index_of(viewer.id)
        if index is None and not roster.is_taught_by(viewer):
            raise GroupNotFound
        [progress] = await self._of([roster], None if index is None else viewer.id)
        return progress

    async def of_student(self, viewer: Viewer, student_id: UUID, group_id: int | None = None) -> list[Progress]:
        """In each group of the student, or in `group_id` alone: all groups for the student, own groups for teachers.

        Raises StudentNotFound where the viewer sees none of the groups.
        """
        rosters = [
            roster
            for roster in await self.journal_queries.rosters_of(student_id, student_only=False)
            if (viewer.id == student_id or roster.is_taught_by(viewer)) and group_id in {None, roster.group_id}
        ]
        if not rosters and (viewer.id != student_id or group_id is not None):
            raise StudentNotFound
        return await self._of(rosters, student_id)

    async def _of(self, rosters: Sequence[Roster], student_id: UUID | None) -> list[Progress]:
        columns = await self.journal_queries.columns(rosters, Window(zone=self.zone))
        series = []
        for roster in rosters:
            series.append(progress_of(roster, columns[roster.group_id], student_id))
            await asyncio.sleep(0)  # other requests have their turn
        return series


def progress_of(roster: Roster, columns: Sequence[Column], student_id: UUID | None) -> Progress:
    """One point for each day with at least one mark or grade."""
    known = sorted_columns([column for column in columns if column.is_filled])
    averages, rates = Averages(known, len(roster.students)), AttendanceRates(len(roster.students))
    index = None if student_id is None else roster.index_of(student_id)
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
                average=None if index is None else averages.of(index),
                group_average=averages.mean(),
                attendance_rate=None if index is None else rates.of(index),
                group_attendance_rate=rates.overall(),
            )
        )
    return Progress(roster=roster, student=None if index is None else roster.students[index], points=points)
