"""What learning needs of the world, and what it refuses."""

from typing import Protocol
from uuid import UUID

from atg_core.errors import NotFound
from atg_core.learning.model import Certificate, EnrolledCourse, Enrollment, Facts


class CourseNotFound(NotFound):
    """Course not found"""


class Enrollments(Protocol):
    """Enrollments within one transaction."""

    async def lock_open_course(self, course_id: UUID) -> None:
        """Makes sure that the course stays active until the end of the transaction.

        Raises CourseNotFound, for an inactive course too.
        """

    async def add_once(self, enrollment: Enrollment) -> Enrollment:
        """Stores the enrollment if the user has none in the course; gives the one that is stored then."""

    async def save(self, enrollment: Enrollment) -> None:
        """Stores an enrollment that is there already."""


class Learners(Protocol):
    """Reads how far a learner is; cancelled enrollments do not count."""

    async def enrolled_courses(self, user_id: UUID) -> list[EnrolledCourse]:
        """Newest first."""

    async def facts(self, user_id: UUID) -> Facts: ...

    async def certificates(self, user_id: UUID) -> list[Certificate]:
        """Newest first."""
