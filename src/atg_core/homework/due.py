"""Homework that is due: what a student has not handed in, and what a teacher's groups hand in soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock

_SOON = timedelta(days=7)
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DueHomework:
    """`handed_in`: how many of the `students` of the group have."""

    id: int
    title: str
    group_id: int
    group_name: str
    due_at: datetime | None
    handed_in: int
    students: int


class DueHomeworkQueries(Protocol):
    """Reads published homework, what is due first in front; without a due date last."""

    async def of_student(self, student_id: UUID, now: datetime, *, limit: int) -> list[DueHomework]:
        """That of their groups which they may still hand in, and have not."""

    async def of_teacher(self, teacher_id: UUID, start: datetime, end: datetime, *, limit: int) -> list[DueHomework]:
        """That of their groups which is due between two instants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDueHomework:
    """The first ten; one statement."""

    due_homework_queries: DueHomeworkQueries
    clock: Clock

    async def of_student(self, student_id: UUID) -> list[DueHomework]:
        return await self.due_homework_queries.of_student(student_id, self.clock(), limit=_MOST)

    async def of_teacher(self, teacher_id: UUID) -> list[DueHomework]:
        """Due within a week."""
        now = self.clock()
        return await self.due_homework_queries.of_teacher(teacher_id, now, now + _SOON, limit=_MOST)
