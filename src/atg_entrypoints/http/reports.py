"""Who is where: a learner's way through a course, the learners of a course, assignments and compliance."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from litestar.response import Stream

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.assigning import Assign, Whom
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.reporting import (
    LearnerOfCourse,
    LearnerQuery,
    Reports,
)
from atg_entrypoints.http.csv_replies import csv_reply
from atg_entrypoints.http.policy import ADMIN, AUTHOR, SIGNED_IN
from atg_entrypoints.http.reports_wire import (
    AssignedRow,
    Assignment,
    ComplianceReply,
    CourseStandingRow,
    HeadcountRow,
    LearnerRow,
    numbers_of,
)
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, to_wire, uuid_or

_TAGS = ["reports"]
_BATCH = 1_000

Words = Annotated[
    str | None,
    QueryParameter(
        name="q", max_length=200, pattern=NO_NUL, description="Words in a name, a username or an employee's number"
    ),
]
Status = Annotated[EnrollmentStatus | None, QueryParameter(name="status")]
OfCourse = Annotated[UUID, QueryParameter(name="course_id")]


@get(
    "/courses/{course_id:str}/progress",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="The caller's way through a course",
    also={403},
)
async def show_course_progress(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
) -> CourseStandingRow:
    """Per program, lesson and topic, and where to go on."""
    return CourseStandingRow.of(await reports.course(request.user.id, uuid_or(CourseNotFound, course_id)))


@get("/courses/{course_id:str}/learners", policy=AUTHOR, tags=_TAGS, summary="The learners of a course, by name")
async def list_learners(
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    paging: NamedDependency[SkipValidation[Paging]],
    status: Status = None,
    q: Words = None,
) -> Page[LearnerRow]:
    query = LearnerQuery(status=status, q=q)
    course = uuid_or(CourseNotFound, course_id)
    learners, total = await reports.learners(course, query, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(learners, list[LearnerRow]), total)


@get(
    "/courses/{course_id:str}/learners.csv",
    policy=AUTHOR,
    tags=_TAGS,
    summary="The learners of a course as CSV",
    media_type="text/csv",
)
async def download_learners(
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    status: Status = None,
    q: Words = None,
) -> Stream:
    course, query = uuid_or(CourseNotFound, course_id), LearnerQuery(status=status, q=q)
    await reports.learners(course, query, limit=1, offset=0)
    header = LearnerRow.__struct_fields__

    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await reports.learners(course, query, limit=_BATCH, offset=offset))[0]:
            yield [_cells(learner, header) for learner in found]
            offset += _BATCH

    return csv_reply("learners", header, batches())


def _cells(learner: LearnerOfCourse, header: Sequence[str]) -> list[object]:
    row = to_wire(learner, LearnerRow)
    return [getattr(row, name) for name in header]


@put("/admin/enrollments", policy=ADMIN, tags=_TAGS, summary="Assign a course to many at once", also={404})
async def assign_course(data: JSONBody[Assignment], assign: NamedDependency[SkipValidation[Assign]]) -> AssignedRow:
    """Who has it already gets the due date, and comes back if they left it."""
    whom = Whom(
        user_ids=None if data.user_ids is None else tuple(dict.fromkeys(data.user_ids)),
        department=data.department,
        station_id=data.station_id,
    )
    due_at = data.due_at if data.due_at is None or data.due_at.tzinfo else data.due_at.replace(tzinfo=UTC)
    return to_wire(await assign(data.course_id, whom, due_at), AssignedRow)


@get(
    "/admin/reports/compliance",
    policy=ADMIN,
    tags=_TAGS,
    summary="How far departments and stations are with a course",
    also={400, 404},
)
async def show_compliance(
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> ComplianceReply:
    now = clock()
    return ComplianceReply.of(await reports.compliance(course_id, now), now)


@get(
    "/admin/reports/compliance.csv",
    policy=ADMIN,
    tags=_TAGS,
    summary="The same by department and station, as CSV",
    media_type="text/csv",
    also={400, 404},
)
async def download_compliance(
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Stream:
    compliance = await reports.compliance(course_id, clock())

    async def rows() -> AsyncIterator[list[list[object]]]:
        yield [[row.department, row.station, *numbers_of(row.people).values()] for row in compliance.rows]

    return csv_reply("compliance", ["department", "station", *HeadcountRow.__struct_fields__], rows())


HANDLERS: Sequence[BaseRouteHandler] = (
    show_course_progress,
    list_learners,
    download_learners,
    assign_course,
    show_compliance,
    download_compliance,
)
