"""Authoring what a course requires, for instructors and admins."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta, Struct

from atg_core.catalog.ports import CourseNotFound
from atg_core.catalog.prerequisites import EditPrerequisites
from atg_entrypoints.http.catalog.curriculum_wire import Serial
from atg_entrypoints.http.catalog.queries_wire import PrerequisiteRow
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import Data, to_wire, uuid_or

_MOST = 100


class PrerequisiteChanges(Struct, frozen=True, kw_only=True):
    """What a course requires from then on; an absent or null list leaves that part as it is."""

    course_ids: Annotated[list[UUID], Meta(max_length=_MOST)] | None = None
    final_test_ids: Annotated[list[Serial], Meta(max_length=_MOST)] | None = None


@put(
    "/courses/{course_id:str}/prerequisites",
    policy=AUTHOR,
    tags=["authoring"],
    summary="Say what has to be passed before a course",
    also={409},
)
async def change_prerequisites(
    course_id: FromPath[str],
    data: JSONBody[PrerequisiteChanges],
    edit_prerequisites: NamedDependency[SkipValidation[EditPrerequisites]],
) -> Data[PrerequisiteRow]:
    """Courses and final tests. Who is enrolled in the course already keeps access.

    409 `prerequisite_cycle` with the `chain` of courses where they would lead back to the course.
    """
    course = uuid_or(CourseNotFound, course_id)
    return Data(to_wire(await edit_prerequisites(course, data.course_ids, data.final_test_ids), list[PrerequisiteRow]))


HANDLERS: Sequence[BaseRouteHandler] = (change_prerequisites,)
