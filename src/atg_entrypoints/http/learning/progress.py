"""Topic progress."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.ports import TopicNotFound
from atg_core.learning.progress import RecordProgress
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Instant, serial_or, to_wire

_TAGS = ["learning"]


class ProgressChanges(Struct, frozen=True, kw_only=True):
    """Absent or null fields are not changed; `seconds_studied`: since the last request about any topic.

    Seconds may have decimals, as players count them; whole ones are kept.
    """

    completed: bool | None = None
    position_seconds: Annotated[float, Meta(ge=0, le=2**31 - 1)] | None = None
    seconds_studied: Annotated[float, Meta(ge=0, le=86_400)] | None = None


class CoursePercent(Struct, frozen=True, kw_only=True):
    course_id: UUID
    progress_percent: int


class TopicProgressRow(Struct, frozen=True, kw_only=True):
    topic_id: int
    completed: bool
    completed_at: Instant | None
    position_seconds: int
    course_id: UUID
    progress_percent: int
    courses: list[CoursePercent]


@put(
    "/topics/{topic_id:str}/progress",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Record the caller's progress in a topic",
    also={409},
)
async def record_topic_progress(
    request: Request[Caller, AccessClaims, Any],
    topic_id: FromPath[str],
    data: JSONBody[ProgressChanges],
    record_progress: NamedDependency[SkipValidation[RecordProgress]],
) -> TopicProgressRow:
    """A completed topic stays completed. It counts for every course that shows it and in which the caller is enrolled.
    409 `course_locked` where each of them requires something that is missing.

    `course_id` and `progress_percent` are of the oldest of these; study time counts for that one, and at most
    for the time since the caller's last request about any topic (the first: since enrolling), and for four hours.
    """
    progress, enrollments = await record_progress(
        request.user.id,
        serial_or(TopicNotFound, topic_id),
        completed=bool(data.completed),
        position_seconds=None if data.position_seconds is None else int(data.position_seconds),
        seconds_studied=int(data.seconds_studied or 0),
    )
    oldest = enrollments[0]
    return TopicProgressRow(
        topic_id=progress.topic_id,
        completed=progress.completed,
        completed_at=Instant.of(progress.completed_at) if progress.completed_at else None,
        position_seconds=progress.position_seconds,
        course_id=oldest.course_id,
        progress_percent=oldest.progress_percent,
        courses=to_wire(enrollments, list[CoursePercent]),
    )


HANDLERS: Sequence[BaseRouteHandler] = (record_topic_progress,)
