"""Files of programs that learners have opened: how far they are in each, and which are completed."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.ids import NewId
from atg_core.learning.ports import NotEnrolled
from atg_core.learning.prerequisites import CourseLocked, PrerequisiteQueries, require_one_open
from atg_core.learning.programs import ProgramQueries, ProgramStanding
from atg_core.learning.progress import RecordProgress
from atg_core.unit_of_work import UnitOfWork

_COMPLETED_FROM = 95  # percent: the end of a video is seldom watched
_TOPIC = "topic:"


class MaterialNotFound(NotFound):
    """Material not found"""


class MaterialType(StrEnum):
    """What a frontend says of a material; `TEXT` is a topic as a whole, every other one a file."""

    VIDEO = "video"
    PDF = "pdf"
    DOCUMENT = "document"
    PRESENTATION = "presentation"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePosition:
    """How far a learner is in a file. `material_key`: its object key; `progress_percent` is 0 to 100."""

    id: UUID
    course_program_id: int
    lesson_id: int
    topic_id: int
    topic_file_id: int
    material_key: str
    material_type: MaterialType
    position_seconds: int
    duration_seconds: int | None
    progress_percent: int
    is_completed: bool
    last_viewed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """What a message tells of a file. Without a position the former one is kept, with its duration and percent."""

    material_type: MaterialType
    position_seconds: int | None = None
    duration_seconds: int | None = None
    progress_percent: int = 0
    is_completed: bool = False

    @classmethod
    def at(
        cls,
        material_type: MaterialType,
        position: float,
        duration: float | None,
        percent: float | None,
        *,
        is_completed: bool,
    ) -> "Viewing":
        """Of a player at `position` of `duration` seconds; `percent` counts where there is no duration."""
        reached = percent or 0.0
        if duration:
            reached = position / duration * 100
        reached = max(0.0, min(100.0, reached))
        return cls(
            material_type=material_type,
            position_seconds=int(position),
            duration_seconds=None if duration is None else int(duration),
            progress_percent=round(reached),
            is_completed=is_completed or reached >= _COMPLETED_FROM,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An active file of an active topic."""

    id: int
    topic_id: int


class MaterialStore(Protocol):
    """Positions in files within a transaction. Programs, lessons, topics and files are active ones."""

    async def files(self, program_id: int, key: str) -> list[File]:
        """Those of this object key."""

    async def topics(self, user_id: UUID, program_id: int, key: str) -> list[tuple[int, bool]]:
        """The ids of the topics of this key in order, each with whether the user has completed it."""

    async def view(self, user_id: UUID, ids: Sequence[tuple[UUID, int]], viewing: Viewing, now: datetime) -> None:
        """Stores what a message tells. `ids`: a new id with each file. A completed file stays completed."""

    async def completed_topics(self, user_id: UUID, topic_ids: Collection[int]) -> set[int]:
        """Those of which the user has completed every active file."""


class MaterialQueries(Protocol):
    async def positions(
        self, user_id: UUID, keys: Collection[str], program_id: int | None = None
    ) -> list[FilePosition]:
        """Those of these object keys, the latest viewed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewMaterial:
    """Stores how far a learner is in a file, and completes files and topics.

    A topic is completed with the last of its files, and then counts for courses as ever (`RecordProgress`). Without an
    enrollment, and in a course that is locked, only positions are kept.
    """

    open: UnitOfWork[MaterialStore]
    material_queries: MaterialQueries
    program_queries: ProgramQueries
    prerequisite_queries: PrerequisiteQueries
    record_progress: RecordProgress
    clock: Clock
    new_id: NewId

    async def complete(self, user_id: UUID, program_id: int, type_: MaterialType, key: str) -> ProgramStanding:
        """`key`: of an object, or `topic:` and the key of a topic.

        Raises ProgramNotFound, EnrollmentNotFound, MaterialNotFound, CourseLocked.
        """
        await self.program_queries.standing(user_id, program_id)
        require_one_open(await self.prerequisite_queries.of_program(user_id, program_id))
        if type_ is MaterialType.TEXT:
            async with self.open() as store:
                topics = await store.topics(user_id, program_id, key.removeprefix(_TOPIC))
            if not topics:
                raise MaterialNotFound
            # Keys may repeat from lesson to lesson: who goes through them in order means the first that is left.
            left = next((topic for topic, is_completed in topics if not is_completed), topics[0][0])
            await self._record(user_id, left, completed=True, position_seconds=None)
        else:
            await self._view(user_id, program_id, key, Viewing(material_type=type_, is_completed=True))
        return await self.program_queries.standing(user_id, program_id)

    async def save(self, user_id: UUID, program_id: int, key: str, viewing: Viewing) -> FilePosition:
        """Returns the stored position. Raises MaterialNotFound."""
        await self._view(user_id, program_id, key, viewing)
        return (await self.material_queries.positions(user_id, [key], program_id))[0]

    async def _view(self, user_id: UUID, program_id: int, key: str, viewing: Viewing) -> None:
        async with self.open() as store:
            files = await store.files(program_id, key)
            if not files:
                raise MaterialNotFound
            await store.view(user_id, [(self.new_id(), file.id) for file in files], viewing, self.clock())
            topics = {file.topic_id for file in files}
            completed = await store.completed_topics(user_id, topics) if viewing.is_completed else set()
        for topic in sorted(topics):
            await self._record(user_id, topic, completed=topic in completed, position_seconds=viewing.position_seconds)

    async def _record(self, user_id: UUID, topic_id: int, *, completed: bool, position_seconds: int | None) -> None:
        with suppress(NotEnrolled, CourseLocked):
            await self.record_progress(
                user_id, topic_id, completed=completed, position_seconds=position_seconds, seconds_studied=0
            )
