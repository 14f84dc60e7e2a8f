"""Reports for who runs trainings: who is late, and the matrix of people and courses (spec: catalog-learning)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.learning.model import EnrollmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleQuery:
    """Filters of active people; `q` matches full name, username and employee id.

    `managed_by`: those alone who are in a department or at a station that this user leads.
    """

    q: str | None = None
    department: str | None = None
    station_id: int | None = None
    position: str | None = None
    user_ids: frozenset[UUID] | None = None
    managed_by: UUID | None = None


class LateOrder(StrEnum):
    """`due_at`: who is late for longest comes first; within the others it decides, too."""

    DUE_AT = "due_at"
    NAME = "name"
    DEPARTMENT = "department"
    STATION = "station"
    COURSE = "course"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateQuery:
    """`chosen`: of these people and courses alone."""

    people: PeopleQuery = field(default_factory=PeopleQuery)
    course_id: UUID | None = None
    chosen: frozenset[tuple[UUID, UUID]] | None = None
    order: LateOrder = LateOrder.DUE_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEnrollment:
    """Somebody who has not completed an active course by its due date."""

    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    position: str | None
    course_id: UUID
    course: str
    status: EnrollmentStatus
    progress_percent: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCourse:
    id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """What somebody has of a course in which they are enrolled."""

    status: EnrollmentStatus
    progress_percent: int
    due_at: datetime | None
    completed_at: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPerson:
    """`cells`: by course; courses in which the person is not enrolled have none."""

    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    position: str | None
    cells: Mapping[UUID, MatrixCell]


class TrainingReports(Protocol):
    """Queries for reports; a page is a fixed number of statements."""

    async def late(
        self, query: LateQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[LateEnrollment], int]:
        """A page of what is late, and the total."""

    async def courses(self, course_ids: Sequence[UUID] | None) -> list[MatrixCourse]:
        """These courses, else all active ones, by title. Raises CourseNotFound."""

    async def matrix(
        self, query: PeopleQuery, course_ids: Sequence[UUID], *, limit: int, offset: int
    ) -> tuple[list[MatrixPerson], int]:
        """A page of active people by name with what they have of the courses, and the total of people."""
