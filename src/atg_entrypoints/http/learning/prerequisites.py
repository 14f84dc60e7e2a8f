"""What courses require of the caller, and what of that is missing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.prerequisites import PrerequisiteQueries, RequirementKind
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Data, to_wire, uuid_or

_TAGS = ["learning"]


class MissingRow(Struct, frozen=True, kw_only=True):
    """A course or a final test that has to be passed before: either `course_id` or `final_test_id` is given."""

    kind: RequirementKind
    course_id: UUID | None
    final_test_id: int | None
    title: str


class RequirementRow(MissingRow, frozen=True, kw_only=True):
    is_met: bool


class AccessRow(Struct, frozen=True, kw_only=True):
    """`missing`: what keeps the caller from beginning the course; empty for who has begun it or was enrolled before."""

    course_id: UUID
    is_locked: bool
    prerequisites: list[RequirementRow]
    missing: list[MissingRow]


class LockedCourseRow(Struct, frozen=True, kw_only=True):
    course_id: UUID
    title: str
    missing: list[MissingRow]


@get("/courses/{course_id:str}/prerequisites", policy=SIGNED_IN, tags=_TAGS, summary="What a course requires first")
async def show_prerequisites(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    prerequisite_queries: NamedDependency[SkipValidation[PrerequisiteQueries]],
) -> AccessRow:
    course = uuid_or(CourseNotFound, course_id)
    access = (await prerequisite_queries.of_courses(request.user.id, [course])).get(course)
    if access is None:
        raise CourseNotFound
    return AccessRow(
        course_id=course,
        is_locked=bool(access.missing),
        prerequisites=to_wire(access.requirements, list[RequirementRow]),
        missing=to_wire(access.missing, list[MissingRow]),
    )


@get("/courses/me/locked", policy=SIGNED_IN, tags=_TAGS, summary="The courses that the caller can not begin yet")
async def list_locked_courses(
    request: Request[Caller, AccessClaims, Any],
    prerequisite_queries: NamedDependency[SkipValidation[PrerequisiteQueries]],
) -> Data[LockedCourseRow]:
    """By title, each with what has to be passed before."""
    courses = await prerequisite_queries.with_requirements(request.user.id)
    return Data(to_wire([each for each in courses if each.missing], list[LockedCourseRow]))


HANDLERS: Sequence[BaseRouteHandler] = (show_prerequisites, list_locked_courses)
