"""Enrolling in a course, leaving it, and the caller's courses."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Meta, Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.enrollments import Enroll, Leave
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.ports import CourseNotFound, LearnerQueries
from atg_entrypoints.http.learning.prerequisites import MissingRow
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Data, Instant, to_wire, uuid_or

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
    """`missing`: what has to be passed before the course can be begun. `valid_until`: the end of the certificate."""

    course_id: UUID
    progress_percent: int
    title: str
    description: str | None
    station_id: int | None
    status: EnrollmentStatus
    started_at: Instant | None
    completed_at: Instant | None
    due_at: Instant | None
    valid_until: Instant | None
    missing: list[MissingRow]


@post(
    "/courses/{course_id:str}/enroll",
    status_code=200,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="Enroll in a course; idempotent",
    also={409},
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
    """Progress is kept, and counts again after enrolling again."""
    await leave(request.user.id, uuid_or(CourseNotFound, course_id))


@get("/courses/me/enrollments", policy=SIGNED_IN, tags=_TAGS, summary="The caller's enrollments, newest first")
async def list_enrollments(
    request: Request[Caller, AccessClaims, Any], learner_queries: NamedDependency[SkipValidation[LearnerQueries]]
) -> Data[EnrolledCourseRow]:
    return Data(to_wire(await learner_queries.enrolled_courses(request.user.id), list[EnrolledCourseRow]))


HANDLERS: Sequence[BaseRouteHandler] = (enroll_in_course, leave_course, list_enrollments)
