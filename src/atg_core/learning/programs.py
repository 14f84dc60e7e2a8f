"""A learner's way through one course program, counted in files, topics without files, and tests.

Enrollments and completion are those of the courses that show the program; these units only tell more finely how far a
learner is. The existing frontend knows programs alone (see `http/learning/existing_frontend`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import NotFound
from atg_core.learning.enrollments import Enroll
from atg_core.learning.model import EnrollmentStatus, percent_of


class ProgramNotFound(NotFound):
    """Program not found"""


class EnrollmentNotFound(NotFound):
    """Enrollment not found"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStanding:
    """An active program with a learner's oldest enrollment in a course that shows it, and what counts in it.

    `files`: active ones of active topics; `bare_topics`: active topics without such a file; `tests`: active ones that
    have questions. A file is completed by itself or with its topic.
    """

    program_id: int
    station_id: int | None
    title: str
    description: str | None
    duration: str | None
    lessons_count: int
    topics_count: int
    tests_count: int
    course_id: UUID
    enrollment_status: EnrollmentStatus
    started_at: datetime | None
    course_completed_at: datetime | None
    last_activity: datetime | None
    files: int
    bare_topics: int
    tests: int
    files_completed: int
    bare_topics_completed: int
    tests_passed: int

    @property
    def total_units(self) -> int:
        return self.files + self.bare_topics + self.tests

    @property
    def completed_units(self) -> int:
        return self.files_completed + self.bare_topics_completed + self.tests_passed

    @property
    def progress_percent(self) -> int:
        """Rounded down, so that 100 is all of it."""
        return percent_of(self.completed_units, self.total_units)

    @property
    def status(self) -> EnrollmentStatus:
        """A course that is completed stays so."""
        if self.enrollment_status is EnrollmentStatus.COMPLETED or self.progress_percent == 100:
            return EnrollmentStatus.COMPLETED
        return self.enrollment_status

    @property
    def completed_at(self) -> datetime | None:
        """When the course was completed; None for a program that is completed before its course."""
        return self.course_completed_at


class ProgramQueries(Protocol):
    """Each is a fixed number of statements. Cancelled enrollments do not count."""

    async def standing(self, user_id: UUID, program_id: int) -> ProgramStanding:
        """Raises ProgramNotFound, for an inactive one too, and EnrollmentNotFound."""

    async def standings(self, user_id: UUID) -> list[ProgramStanding]:
        """By the latest activity, newest first."""

    async def completed_materials(self, user_id: UUID) -> dict[str, int]:
        """How many files of programs the learner has completed, by the type that was told of them."""


type CourseOfProgram = Callable[[int], Awaitable[UUID]]
"""The first course that shows a program, which is made if there is none. Raises ProgramNotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollInProgram:
    """Enrolls in the first course that shows a program, unless the user is enrolled in one. Raises ProgramNotFound."""

    program_queries: ProgramQueries
    course_of_program: CourseOfProgram
    enroll: Enroll

    async def __call__(self, user_id: UUID, program_id: int) -> tuple[ProgramStanding, bool]:
        """Returns the standing and whether the enrollment is new."""
        try:
            course_id, is_new = (await self.program_queries.standing(user_id, program_id)).course_id, False
        except EnrollmentNotFound:
            course_id, is_new = await self.course_of_program(program_id), True
        await self.enroll(user_id, course_id)
        return await self.program_queries.standing(user_id, program_id), is_new
