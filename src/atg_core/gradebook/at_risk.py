"""Who needs help: a rule that a teacher can check by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.gradebook.journal import journal_of
from atg_core.gradebook.model import Roster, Student, Viewer, Window
from atg_core.gradebook.ports import GroupNotFound, JournalQueries
from atg_core.gradebook.progress import Progress, progress_of

LOWEST_AVERAGE, LOWEST_ATTENDANCE = Decimal(60), Decimal(75)
"""In percent; less than that needs help."""

MISSING_HOMEWORK = 2
"""So many pieces of homework that are overdue and were not handed in need help."""


class Risk(StrEnum):
    """Why a student needs help."""

    AVERAGE = "average"
    ATTENDANCE = "attendance"
    HOMEWORK = "homework"


def risks_of(average: Decimal | None, attendance_rate: Decimal | None, missing_homework: int) -> tuple[Risk, ...]:
    """What is not known yet is no risk."""
    found = {
        Risk.AVERAGE: average is not None and average < LOWEST_AVERAGE,
        Risk.ATTENDANCE: attendance_rate is not None and attendance_rate < LOWEST_ATTENDANCE,
        Risk.HOMEWORK: missing_homework >= MISSING_HOMEWORK,
    }
    return tuple(risk for risk, applies in found.items() if applies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a student stands: the numbers of the journal, and the homework that is missing."""

    student: Student
    average: Decimal | None
    attendance_rate: Decimal | None
    missing_homework: int

    @property
    def risks(self) -> tuple[Risk, ...]:
        return risks_of(self.average, self.attendance_rate, self.missing_homework)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A group over time, and its students by name."""

    progress: Progress
    standings: Sequence[Standing]

    @property
    def roster(self) -> Roster:
        return self.progress.roster

    @property
    def at_risk(self) -> list[Standing]:
        """Those with most risks first, then the lowest average."""
        found = [standing for standing in self.standings if standing.risks]
        return sorted(found, key=lambda each: (-len(each.risks), each.average or Decimal(), each.student.sort_key))


class MissingHomeworkQueries(Protocol):
    """Reads who has not handed in what."""

    async def missing(self, group_id: int, now: datetime) -> Mapping[UUID, int]:
        """How many pieces of published homework that were due are missing, by student; without who misses none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDashboard:
    """For the teacher of a group and administrators; three statements. Raises GroupNotFound."""

    journal_queries: JournalQueries
    missing_homework_queries: MissingHomeworkQueries
    zone: tzinfo
    clock: Clock

    async def __call__(self, viewer: Viewer, group_id: int) -> Dashboard:
        roster = await self.journal_queries.roster(group_id)
        if not roster.is_taught_by(viewer):
            raise GroupNotFound
        columns = (await self.journal_queries.columns([roster], Window(zone=self.zone)))[group_id]
        missing = await self.missing_homework_queries.missing(group_id, self.clock())
        standings = [
            Standing(
                student=row.student,
                average=row.average,
                attendance_rate=row.attendance_rate,
                missing_homework=missing.get(row.student.id, 0),
            )
            for row in journal_of(roster, columns).rows
        ]
        return Dashboard(progress=progress_of(roster, columns, None), standings=standings)
