"""The course that people enroll in to learn a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from atg_core.catalog.curriculum import Curriculum
from atg_core.catalog.curriculum_records import COURSES, PROGRAMS, ProgramNotFound, Row
from atg_core.clock import Clock
from atg_core.ids import NewId

_TITLE_LENGTH = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCourseOfProgram:
    """The course that a program belongs to, else the oldest active one of its station. A station without one gets one
    that is named as the program.

    The admin pages of the existing frontend make programs and no courses. Raises ProgramNotFound, for an inactive one
    too.
    """

    curriculum: Curriculum
    clock: Clock
    new_id: NewId

    async def __call__(self, program_id: int) -> UUID:
        async with self.curriculum.open() as store:
            program = await store.row(PROGRAMS, program_id)
            if program["course_id"] is not None:
                found = _oldest_active([await store.row(COURSES, program["course_id"])])
            else:
                found = _oldest_active(await store.children(COURSES, program["station_id"]))
        if not program["is_active"] or (program["course_id"] is not None and found is None):
            raise ProgramNotFound
        return found or await self._made(program)

    async def _made(self, program: Row) -> UUID:
        now, station = self.clock(), program["station_id"]
        changing = self.curriculum.changing(COURSES.parent_table, station, ProgramNotFound)
        async with changing as (store, _):
            # Another learner may have been first: changes of a station wait for each other.
            if found := _oldest_active(await store.children(COURSES, station)):
                return found
            course_id = self.new_id()
            values = {"title": program["title"][:_TITLE_LENGTH], "description": program["description"]}
            times = {"created_at": now, "updated_at": now}
            await store.add(COURSES, {"id": course_id, "station_id": station, **values, **times})
            return course_id


def _oldest_active(courses: Sequence[Row]) -> UUID | None:
    active = [row for row in courses if row["is_active"]]
    oldest = min(active, key=lambda row: (row["created_at"], row["id"]), default=None)
    return oldest["id"] if oldest else None
