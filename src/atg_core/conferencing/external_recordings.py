"""External recordings: links to recordings that are hosted elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.conferencing.model import Recording
from atg_core.conferencing.ports import Recordings
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AddExternalRecording:
    """Raises LessonNotFound, also for another teacher's lesson. `teacher_id`: None for an administrator."""

    open: UnitOfWork[Recordings]
    clock: Clock

    async def __call__(self, lesson_id: int, teacher_id: UUID | None, url: str) -> Recording:
        async with self.open() as store:
            return await store.add_external(lesson_id, teacher_id, url, self.clock())
