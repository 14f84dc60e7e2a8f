"""What learning needs of the world, and what it refuses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import Forbidden, NotFound
from atg_core.learning.model import (
    Certificate,
    EnrolledCourse,
    Enrollment,
    Scope,
    Standing,
    TopicProgress,
    Totals,
)


class CourseNotFound(NotFound):
    """Course not found"""


class TopicNotFound(NotFound):
    """Topic not found"""


class LearnerNotFound(NotFound):
    """User not found"""


class NotEnrolled(Forbidden):
    """You are not enrolled in a course of this topic"""


class Standings(Protocol):
    """What follows from facts: percents, completions, certificates and totals; within one transaction.

    Learners are locked before what counts for them is read, so that of transactions at once the last sees all facts.
    """

    async def lock_learners(self, scope: Scope) -> None:
        """Holds the learners until the end of the transaction. Raises LearnerNotFound for one user who is not there."""

    async def standings(self, scope: Scope) -> list[Standing]:
        """Of enrollments that are not cancelled, the oldest first."""

    async def unsettled(self, scope: Scope) -> list[Standing]:
        """Those whose percent, completion or certificate is not what the facts say."""

    async def save(self, enrollments: Sequence[Enrollment]) -> None:
        """Stores enrollments that are there already."""

    async def next_numbers(self, year: int, count: int) -> int:
        """Takes so many certificate numbers of a year, and gives the first; an error gives them back."""

    async def issue(self, certificates: Sequence[Certificate]) -> None: ...

    async def refresh_totals(self, scope: Scope, now: datetime) -> None:
        """Sums the facts anew; what is right already stays untouched."""


class Enrollments(Standings, Protocol):
    """Enrollments within one transaction."""

    async def begin(self, user_id: UUID, course_id: UUID) -> Totals:
        """Holds the learner, whose totals it gives, and keeps the course active, until the end of the transaction.

        Raises CourseNotFound, for an inactive course too.
        """

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        """Stores the enrollment if the user has none in the course; gives the one that is stored then."""

    async def cancel(self, user_id: UUID, course_id: UUID, now: datetime) -> None:
        """Nothing where the user is not enrolled. Raises CourseNotFound."""


class ProgressStore(Standings, Protocol):
    """Progress in topics within one transaction."""

    async def station_of_topic(self, topic_id: int) -> int:
        """Raises TopicNotFound, for what is inactive too."""

    async def record(self, progress: TopicProgress, position_seconds: int | None, now: datetime) -> TopicProgress:
        """Stores what is new and gives what is stored then.

        A completed topic stays so, with its first `completed_at`; a position of None leaves the former one.
        """


class Learners(Protocol):
    """Reads how far a learner is; cancelled enrollments do not count."""

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        """Newest first."""

    async def totals(self, user_id: UUID) -> Totals: ...

    async def active_at(self, user_id: UUID) -> list[datetime]:
        """The moments at which topics were completed."""

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        """Those that are not revoked, newest first."""
