"""Enrolling, and what a learner has reached."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.enroll import Enroll, Leave
from atg_core.learning.model import EnrollmentStatus, Totals
from atg_core.learning.ports import CourseNotFound, Learners, TopicNotFound
from atg_core.learning.progress import RecordProgress
from atg_core.learning.stats import ShowStats
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Data, Instant, serial_or, to_wire, uuid_or

_TAGS = ["learning"]


class EnrollmentRow(Struct, frozen=True, kw_only=True):
    id: UUID
    user_id: UUID
    course_id: UUID
    progress_percent: Annotated[int, Meta(ge=0, le=100)]
    status: EnrollmentStatus
    started_at: Instant | None
    completed_at: Instant | None
    hours_studied: Annotated[Decimal, Meta(examples=["1.50"])]
    last_activity: Instant | None
    due_at: Instant | None


class Enrolled(Struct, frozen=True, kw_only=True):
    success: bool = True
    enrollment: EnrollmentRow


class EnrolledCourseRow(Struct, frozen=True, kw_only=True):
    course_id: UUID
    progress_percent: int
    title: str
    description: str | None
    station_id: int | None
    status: EnrollmentStatus
    started_at: Instant | None
    completed_at: Instant | None
    due_at: Instant | None


class StatsRow(Struct, frozen=True, kw_only=True):
    """`total_progress` is the sum of the percents; `streak_days` the days in a row with a topic completed."""

    active_courses: int
    completed_courses: int
    total_progress: int
    total_hours_studied: Decimal
    certificates_count: int
    topics_completed: int
    tests_passed: int
    average_score: float
    streak_days: int

    @classmethod
    def of(cls, totals: Totals, streak_days: int) -> "StatsRow":
        return cls(
            active_courses=totals.active_courses,
            completed_courses=totals.completed_courses,
            total_progress=totals.total_progress,
            total_hours_studied=totals.total_hours_studied,
            certificates_count=totals.certificates_count,
            topics_completed=totals.topics_completed,
            tests_passed=totals.tests_passed,
            average_score=totals.average_score,
            streak_days=streak_days,
        )


class CertificateRow(Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    issued_at: Instant
    number: Annotated[str, Meta(examples=["ATG-2026-000001"])]


class StatsReply(Struct, frozen=True, kw_only=True):
    stats: StatsRow
    certificates: list[CertificateRow]


class ProgressChanges(Struct, frozen=True, kw_only=True):
    """What is absent or null is not changed; `seconds_studied` since the last message."""

    completed: bool | None = None
    position_seconds: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    seconds_studied: Annotated[int, Meta(ge=0, le=86_400)] | None = None


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


@post(
    "/courses/{course_id:str}/enroll",
    status_code=200,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Enroll; again gives the same",
)
async def enroll_in_course(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    enroll: NamedDependency[SkipValidation[Enroll]],
) -> Enrolled:
    enrollment = await enroll(request.user.id, uuid_or(CourseNotFound, course_id))
    return Enrolled(enrollment=to_wire(enrollment, EnrollmentRow))


@delete("/courses/{course_id:str}/enroll", policy=SIGNED_IN, tags=_TAGS, summary="Leave a course")
async def leave_course(
    request: Request[Caller, AccessClaims, Any], course_id: FromPath[str], leave: NamedDependency[SkipValidation[Leave]]
) -> None:
    """Progress is kept, and comes back with a new enrollment."""
    await leave(request.user.id, uuid_or(CourseNotFound, course_id))


@get("/courses/me/enrollments", policy=SIGNED_IN, tags=_TAGS, summary="The caller's courses, newest first")
async def list_enrollments(
    request: Request[Caller, AccessClaims, Any], learners: NamedDependency[SkipValidation[Learners]]
) -> Data[EnrolledCourseRow]:
    return Data(to_wire(await learners.enrolled_courses(request.user.id), list[EnrolledCourseRow]))


@get("/users/me/stats", policy=SIGNED_IN, tags=_TAGS, summary="The caller's totals and certificates")
async def show_my_stats(
    request: Request[Caller, AccessClaims, Any], show_stats: NamedDependency[SkipValidation[ShowStats]]
) -> StatsReply:
    totals, streak_days, certificates = await show_stats(request.user.id)
    return StatsReply(stats=StatsRow.of(totals, streak_days), certificates=to_wire(certificates, list[CertificateRow]))


@put("/topics/{topic_id:str}/progress", policy=SIGNED_IN, tags=_TAGS, summary="Keep what the caller did with a topic")
async def record_topic_progress(
    request: Request[Caller, AccessClaims, Any],
    topic_id: FromPath[str],
    data: JSONBody[ProgressChanges],
    record_progress: NamedDependency[SkipValidation[RecordProgress]],
) -> TopicProgressRow:
    """A topic that was completed stays so. It counts for every course of its station in which the caller is enrolled.

    `course_id` and `progress_percent` are of the oldest of these; time studied counts for that one.
    """
    progress, enrollments = await record_progress(
        request.user.id,
        serial_or(TopicNotFound, topic_id),
        completed=bool(data.completed),
        position_seconds=data.position_seconds,
        seconds_studied=data.seconds_studied or 0,
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


HANDLERS: Sequence[BaseRouteHandler] = (
    enroll_in_course,
    leave_course,
    list_enrollments,
    show_my_stats,
    record_topic_progress,
)
