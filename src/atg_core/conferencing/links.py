"""Recordings that are kept elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.model import Recording
from atg_core.conferencing.ports import Recordings
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRecordingLink:
    """Raises LessonNotFound, also where the lesson is another's. `teacher_id`: None for whoever's."""

    open: Open[Recordings]
    clock: Clock

    async def __call__(self, lesson_id: int, teacher_id: UUID | None, url: str) -> Recording:
        async with self.open() as store:
            return await store.add_link(lesson_id, teacher_id, url, self.clock())
