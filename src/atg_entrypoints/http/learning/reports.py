"""Reports: course progress of the caller, learners of a course, compliance; and course assignments."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.assignments import AssignCourse, Assignees
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.reports import LearnerQuery, LearnerState, Reports
from atg_core.words import phrase
from atg_entrypoints.http.learning.reports_wire import (
    AssignedRow,
    Assignment,
    ComplianceReply,
    CourseStandingRow,
    HeadcountRow,
    LearnerRow,
    numbers_of,
)
from atg_entrypoints.http.locale import Translator, translator_of
from atg_entrypoints.http.policy import COURSE_STAFF, SIGNED_IN, TRAINING
from atg_entrypoints.http.table_file import AsFile, TableFile, one_batch, table_routes
from atg_entrypoints.http.wire import NO_NUL, Page, Paging, to_wire, uuid_or

_TAGS = ["reports"]
_WORDS = (
    *(phrase("user_id"), phrase("username"), phrase("full_name"), phrase("employee_id"), phrase("department")),
    *(phrase("station"), phrase("status"), phrase("progress_percent"), phrase("hours_studied"), phrase("started_at")),
    *(phrase("completed_at"), phrase("due_at"), phrase("last_activity"), phrase("assigned")),
    *(phrase("completed"), phrase("in_progress"), phrase("not_started"), phrase("late")),
)
"""Names of the files' columns, which English readers see as the API names them."""

_TITLES = phrase("Learners"), phrase("Compliance")
"""Of the sheets of workbooks."""
STATUSES = {
    EnrollmentStatus.NOT_STARTED: phrase("enrollment: not_started"),
    EnrollmentStatus.IN_PROGRESS: phrase("enrollment: in_progress"),
    EnrollmentStatus.COMPLETED: phrase("enrollment: completed"),
}

_BATCH = 1_000

Words = Annotated[
    str | None,
    QueryParameter(
        name="q", max_length=200, pattern=NO_NUL, description="Words in a name, a username or an employee's number"
    ),
]
Status = Annotated[LearnerState | None, QueryParameter(name="status")]
OfCourse = Annotated[UUID, QueryParameter(name="course_id")]


@get(
    "/courses/{course_id:str}/progress",
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="The caller's progress in a course",
    also={403},
)
async def show_course_progress(
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
) -> CourseStandingRow:
    """By program, lesson and topic, and where to continue."""
    return CourseStandingRow.of(await reports.course(request.user.id, uuid_or(CourseNotFound, course_id)))


@get("/courses/{course_id:str}/learners", policy=COURSE_STAFF, tags=_TAGS, summary="The learners of a course, by name")
async def list_learners(
    *,
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    status: Status = None,
    q: Words = None,
) -> Page[LearnerRow]:
    query = LearnerQuery(status=status, q=q)
    course = uuid_or(CourseNotFound, course_id)
    now = clock()
    learners, total = await reports.learners(course, query, now, limit=paging.size, offset=paging.offset)
    return paging.of([LearnerRow.of(learner, now) for learner in learners], total)


@table_routes("/courses/{course_id:str}/learners", policy=COURSE_STAFF, tags=_TAGS, summary="The learners of a course")
async def download_learners(
    *,
    request: Request[Caller, AccessClaims, Any],
    course_id: FromPath[str],
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
    as_file: AsFile,
    status: Status = None,
    q: Words = None,
) -> Response[Any]:
    course, query, now = uuid_or(CourseNotFound, course_id), LearnerQuery(status=status, q=q), clock()
    await reports.learners(course, query, now, limit=1, offset=0)
    translate = translator_of(request)

    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await reports.learners(course, query, now, limit=_BATCH, offset=offset))[0]:
            yield [_cells(LearnerRow.of(learner, now), translate) for learner in found]
            offset += _BATCH

    header = [translate(name) for name in LearnerRow.__struct_fields__]
    return await as_file(TableFile("learners", translate("Learners"), header, batches()))


def _cells(row: LearnerRow, translate: Translator) -> list[object]:
    cells: list[object] = [getattr(row, name) for name in LearnerRow.__struct_fields__]
    return [translate(STATUSES[cell]) if isinstance(cell, EnrollmentStatus) else cell for cell in cells]


@put("/admin/enrollments", policy=TRAINING, tags=_TAGS, summary="Assign a course to many users", also={404})
async def assign_course(
    data: JSONBody[Assignment], assign_course: NamedDependency[SkipValidation[AssignCourse]]
) -> AssignedRow:
    """Users who are enrolled get the due date; cancelled enrollments are renewed."""
    assignees = Assignees(
        user_ids=None if data.user_ids is None else tuple(dict.fromkeys(data.user_ids)),
        department=data.department,
        station_id=data.station_id,
    )
    due_at = data.due_at if data.due_at is None or data.due_at.tzinfo else data.due_at.replace(tzinfo=UTC)
    return to_wire(await assign_course(data.course_id, assignees, due_at), AssignedRow)


@get(
    "/admin/reports/compliance",
    policy=TRAINING,
    tags=_TAGS,
    summary="Compliance with a course by department and station",
    also={400, 404},
)
async def show_compliance(
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> ComplianceReply:
    now = clock()
    return ComplianceReply.of(await reports.compliance(course_id, now), now)


@table_routes(
    "/admin/reports/compliance",
    policy=TRAINING,
    tags=_TAGS,
    summary="Compliance with a course by department and station,",
    also={400, 404},
)
async def download_compliance(
    request: Request[Caller, AccessClaims, Any],
    course_id: OfCourse,
    reports: NamedDependency[SkipValidation[Reports]],
    clock: NamedDependency[SkipValidation[Clock]],
    as_file: AsFile,
) -> Response[Any]:
    compliance = await reports.compliance(course_id, clock())
    translate = translator_of(request)
    names = ["department", "station", *HeadcountRow.__struct_fields__]
    rows = [[row.department, row.station, *numbers_of(row.people).values()] for row in compliance.rows]
    header = [translate(name) for name in names]
    return await as_file(TableFile("compliance", translate("Compliance"), header, one_batch(rows)))


HANDLERS: Sequence[BaseRouteHandler] = (
    show_course_progress,
    list_learners,
    *download_learners,
    assign_course,
    show_compliance,
    *download_compliance,
)
