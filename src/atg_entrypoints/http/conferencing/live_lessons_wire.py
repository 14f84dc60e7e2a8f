"""The JSON of live lessons."""

from uuid import UUID

from msgspec import Struct

from atg_core.conferencing.leasing import LiveLesson
from atg_core.conferencing.model import HostedLesson
from atg_entrypoints.http.wire import Instant, to_wire


class StartedLesson(Struct, frozen=True, kw_only=True):
    lesson_id: int
    zoom_start_url: str | None
    zoom_join_url: str | None
    zoom_meeting_id: str | None
    lease_expires_at: Instant

    @classmethod
    def of(cls, started: LiveLesson) -> "StartedLesson":
        return cls(
            lesson_id=started.lesson.id,
            zoom_start_url=started.lesson.zoom_start_url,
            zoom_join_url=started.lesson.zoom_join_url,
            zoom_meeting_id=started.lease.meeting_id,
            lease_expires_at=Instant.of(started.lease.expires_at),
        )


class HostedLessonRow(Struct, frozen=True, kw_only=True):
    """A lesson that has ended."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: Instant
    end_time: Instant
    status: str
    zoom_start_url: str | None
    zoom_join_url: str | None

    @classmethod
    def of(cls, lesson: HostedLesson) -> "HostedLessonRow":
        return to_wire(lesson, cls)


class JoinReply(Struct, frozen=True, kw_only=True):
    lesson_id: int
    zoom_join_url: str
