"""Enrolling, and what a learner has reached."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.enroll import Enroll
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.ports import CourseNotFound, Learners
from atg_core.learning.stats import ShowStats
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Data, Instant, to_wire, uuid_or


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


class CertificateRow(Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    issued_at: Instant
    number: Annotated[str, Meta(examples=["ATG-2026-000001"])]


class StatsReply(Struct, frozen=True, kw_only=True):
    stats: StatsRow
    certificates: list[CertificateRow]


@post(
    "/courses/{course_id:str}/enroll",
    status_code=200,
    policy=SIGNED_IN,
    tags=["learning"],
    summary="Enroll; again gives the same",
)
async def enroll_in_course(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    enroll: NamedDependency[SkipValidation[Enroll]],
) -> Enrolled:
    enrollment = await enroll(request.user.id, uuid_or(CourseNotFound, course_id))
    return Enrolled(enrollment=to_wire(enrollment, EnrollmentRow))


@get("/courses/me/enrollments", policy=SIGNED_IN, tags=["learning"], summary="The caller's courses, newest first")
async def list_enrollments(
    request: Request[Caller, AccessClaims, Any], learners: NamedDependency[SkipValidation[Learners]]
) -> Data[EnrolledCourseRow]:
    return Data(to_wire(await learners.enrolled_courses(request.user.id), list[EnrolledCourseRow]))


@get("/users/me/stats", policy=SIGNED_IN, tags=["learning"], summary="The caller's totals and certificates")
async def show_my_stats(
    request: Request[Caller, AccessClaims, Any], show_stats: NamedDependency[SkipValidation[ShowStats]]
) -> StatsReply:
    stats, certificates = await show_stats(request.user.id)
    return StatsReply(stats=to_wire(stats, StatsRow), certificates=to_wire(certificates, list[CertificateRow]))


HANDLERS: Sequence[BaseRouteHandler] = (enroll_in_course, list_enrollments, show_my_stats)
