"""Enrolling in a course."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.learning.model import Enrollment
from atg_core.learning.ports import Enrollments
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """Enrolls a user, once: again, or many times at once, gives the same enrollment. Raises CourseNotFound."""

    open: Open[Enrollments]
    clock: Clock
    new_id: NewId

    async def __call__(self, user_id: UUID, course_id: UUID) -> Enrollment:
        now = self.clock()
        async with self.open() as enrollments:
            await enrollments.lock_open_course(course_id)
            enrollment = await enrollments.add_once(Enrollment.begin(self.new_id(), user_id, course_id, now))
            resumed = enrollment.resumed(now)
            if resumed != enrollment:
                await enrollments.save(resumed)
        return resumed
