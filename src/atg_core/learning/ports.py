"""Ports of learning: stores within a transaction, and queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, NotFound
from atg_core.learning.assigned_paths import AssignedPath, Obligation
from atg_core.learning.model import (
    Certificate,
    EnrolledCourse,
    Enrollment,
    EnrollmentProgress,
    Scope,
)
from atg_core.learning.paths import LearnerOnPath
from atg_core.learning.prerequisites import CourseAccess
from atg_core.learning.topic_standing import TopicStanding
from atg_core.learning.totals import Streak, Totals


class CourseNotFound(NotFound):
    """Course not found"""


class TopicNotFound(NotFound):
    """Topic not found"""


class LearnerNotFound(NotFound):
    """User not found"""


class NotEnrolled(Forbidden):
    """You are not enrolled in a course of this topic"""


class CourseAssigned(Conflict):
    """This course is assigned to you, so that you can not leave it"""


class CompletionStore(Protocol):
    """Enrollments with their progress, certificates and totals, within a transaction.

    Learners are locked before their progress is read, so that concurrent transactions see each other's changes.
    """

    async def learners_on_paths(self, user_ids: Collection[UUID] | None) -> list[LearnerOnPath]:
        """The active paths of these users or, for None, of all, without inactive courses."""

    async def open_courses(self, enrollments: Sequence[Enrollment]) -> None:
        """Enrolls who is not enrolled, or has left; who is keeps the earlier of the due dates. Locks the courses."""

    async def assigned_paths(self, user_ids: Collection[UUID]) -> list[AssignedPath]:
        """The active paths, without inactive courses, that assignments give to these users now."""

    async def oblige(self, obligations: Sequence[Obligation], now: datetime) -> None:
        """Begins them, or gives them another due date; enrollments and their due dates follow. Locks the courses."""

    async def access(self, user_id: UUID, course_ids: Collection[UUID]) -> list[CourseAccess]:
        """What active courses require of a learner, by title."""

    async def access_to_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        """The same of the active courses that show a program."""

    async def lock_learners(self, scope: Scope) -> None:
        """Locks the learners until the end of the transaction. Raises LearnerNotFound for one unknown user."""

    async def enrollment_progress(self, scope: Scope) -> list[EnrollmentProgress]:
        """Of enrollments that are not cancelled, oldest first."""

    async def outdated(self, scope: Scope) -> list[EnrollmentProgress]:
        """Those whose percent, status or certificate does not match the progress."""

    async def save(self, enrollments: Sequence[Enrollment]) -> None:
        """Updates stored enrollments."""

    async def next_numbers(self, year: int, count: int) -> int:
        """Takes `count` certificate numbers of a year and returns the first; a rollback returns them."""

    async def issue(self, certificates: Sequence[Certificate]) -> None: ...

    async def refresh_totals(self, scope: Scope, now: datetime) -> None:
        """Recalculates totals; rows that are right stay untouched."""

    async def refresh_streaks(self, scope: Scope, timezone: tzinfo) -> None:
        """The same for streaks, of learners who have totals; not for the learners of some courses."""


class EnrollmentStore(CompletionStore, Protocol):
    """Enrollments within a transaction."""

    async def lock_course_and_learner(self, user_id: UUID, course_id: UUID) -> Totals:
        """Locks the course and the learner, whose totals it returns.

        Raises CourseNotFound, for an inactive course too.
        """

    async def count_begun(self, user_id: UUID, course_id: UUID, now: datetime) -> Totals:
        """The same, and counts one more active course in the totals."""

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        """Stores the enrollment unless the user has one in the course; returns the stored one."""

    async def cancel(self, user_id: UUID, course_id: UUID, now: datetime) -> None:
        """Does nothing if the user is not enrolled. Raises CourseNotFound, CourseAssigned."""


class ProgressStore(CompletionStore, Protocol):
    """Topic progress within a transaction."""

    async def lock_topic(self, user_id: UUID, topic_id: int) -> TopicStanding:
        """Locks the learner, so that of messages at once each begins where another ended, and then reads.

        Raises TopicNotFound, also for an inactive topic, lesson or program; LearnerNotFound.
        """

    async def record(self, before: TopicStanding, after: TopicStanding, now: datetime) -> None:
        """Stores what a message has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerStats:
    """A learner's totals, streak and certificates that are not revoked, newest first."""

    totals: Totals
    streak: Streak | None
    certificates: Sequence[Certificate]


class LearnerQueries(Protocol):
    """Queries of a learner's courses, totals and certificates; cancelled enrollments do not count."""

    async def find_enrollment(self, user_id: UUID, course_id: UUID) -> tuple[Enrollment | None, bool]:
        """Also a cancelled one, and whether the course may require something before.

        Raises CourseNotFound, for an inactive course too.
        """

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        """Newest first."""

    async def stats(self, user_id: UUID) -> LearnerStats: ...
