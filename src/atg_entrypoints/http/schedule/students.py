"""A search over the students that one teaches, over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.schedule.students import StudentQueries
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.groups import CallOf
from atg_entrypoints.http.schedule.students_wire import TaughtStudentRow
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, to_wire

NameQuery = Annotated[
    str | None,
    QueryParameter(name="q", max_length=200, pattern=NO_NUL, description="A part of name, username or email"),
]
NotIn = Annotated[
    int | None,
    QueryParameter(name="not_in", ge=1, le=2**31 - 1, description="Without the students of this own group"),
]


@get("/students", policy=TEACHER, tags=["groups"], summary="Students whom one teaches, by name", also={400})
async def list_students(
    request: CallOf,
    student_queries: NamedDependency[SkipValidation[StudentQueries]],
    paging: NamedDependency[SkipValidation[Paging]],
    q: NameQuery = None,
    not_in: NotIn = None,
) -> Page[TaughtStudentRow]:
    """Of the caller's groups, and nobody else; for administrators those of all groups."""
    found, total = await student_queries.students(
        viewer_of(request), q, not_in, limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[TaughtStudentRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (list_students,)
