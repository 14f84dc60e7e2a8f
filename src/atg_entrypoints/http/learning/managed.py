"""What managers see of the people of their departments and stations, and assign to them.

Each route asks for what is of the caller, in its query: others are not there, not even as a number (decision 0053).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Struct

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.certificates import CertificateQueries
from atg_core.learning.managers import NotManaged
from atg_core.learning.standing_assignments import (
    AdministerAssignments,
    AssignmentNotFound,
    AssignmentQuery,
    StandingAssignmentQueries,
)
from atg_core.learning.training_reports import LateOrder, LateQuery, MatrixPerson, PeopleQuery, TrainingReports
from atg_entrypoints.http.learning.standing_assignments import (
    AssignmentChanges,
    AssignmentRow,
    NewAssignment,
    ObligedPersonRow,
    obliged_row,
)
from atg_entrypoints.http.learning.training_reports import (
    PEOPLE,
    MatrixCells,
    OfCourse,
    OfCourses,
    Order,
    People,
    Reports,
    late_file,
    late_page,
    matrix_file,
    matrix_page,
)
from atg_entrypoints.http.learning.training_reports_wire import LateRow, MatrixReply, MatrixRow, PersonFields
from atg_entrypoints.http.locale import translator_of
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.table_file import AsFile, table_routes
from atg_entrypoints.http.wire import Instant, Page, Paging, to_wire, uuid_or

_TAGS = ["managers"]
_OPTIONS: dict[str, Any] = {"policy": SIGNED_IN, "tags": _TAGS}

Asked = Request[Caller, AccessClaims, Any]
Queries = NamedDependency[SkipValidation[StandingAssignmentQueries]]
Administration = NamedDependency[SkipValidation[AdministerAssignments]]
Now = NamedDependency[SkipValidation[Clock]]
Pages = NamedDependency[SkipValidation[Paging]]


class ManagedCertificateRow(Struct, frozen=True, kw_only=True):
    course_id: UUID
    title: str
    number: str
    issued_at: Instant
    revoked_at: Instant | None


def _mine(request: Asked, people: PeopleQuery) -> PeopleQuery:
    return replace(people, managed_by=request.user.id)


@get(
    "/managed/people",
    **_OPTIONS,
    summary="The people of the departments and stations that the caller leads, by name",
    dependencies=PEOPLE,
    also={400},
)
async def list_managed_people(
    request: Asked, people: People, training_reports: Reports, paging: Pages
) -> Page[PersonFields]:
    found, total = await training_reports.matrix(_mine(request, people), [], limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[PersonFields]), total)


@get("/managed/people/{user_id:str}", **_OPTIONS, summary="One of them, with all courses")
async def show_managed_person(
    request: Asked, user_id: FromPath[str], training_reports: Reports, clock: Now
) -> MatrixRow:
    courses = await training_reports.courses(None)
    person = await _managed(request, user_id, training_reports, [course.id for course in courses])
    return MatrixRow.of(person, courses, clock())


async def _managed(
    request: Asked, user_id: str, reports: TrainingReports, course_ids: Sequence[UUID] = ()
) -> MatrixPerson:
    """Raises NotManaged."""
    query = PeopleQuery(user_ids=frozenset({uuid_or(NotManaged, user_id)}), managed_by=request.user.id)
    found, _ = await reports.matrix(query, course_ids, limit=1, offset=0)
    if not found:
        raise NotManaged
    return found[0]


@get("/managed/people/{user_id:str}/certificates", **_OPTIONS, summary="The certificates of one of them")
async def list_managed_certificates(
    request: Asked,
    user_id: FromPath[str],
    training_reports: Reports,
    certificate_queries: NamedDependency[SkipValidation[CertificateQueries]],
    paging: Pages,
) -> Page[ManagedCertificateRow]:
    person = await _managed(request, user_id, training_reports)
    found, total = await certificate_queries.certificates_of(person.user_id, limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[ManagedCertificateRow]), total)


@get("/managed/late", **_OPTIONS, summary="Who of them is late", dependencies=PEOPLE, also={400})
async def list_managed_late(
    *,
    request: Asked,
    people: People,
    training_reports: Reports,
    clock: Now,
    paging: Pages,
    course_id: OfCourse = None,
    order: Order = LateOrder.DUE_AT,
) -> Page[LateRow]:
    query = LateQuery(people=_mine(request, people), course_id=course_id, order=order)
    return await late_page(training_reports, query, clock(), paging)


@table_routes("/managed/late", **_OPTIONS, summary="Who of them is late", dependencies=PEOPLE, also={400})
async def download_managed_late(
    *,
    request: Asked,
    people: People,
    training_reports: Reports,
    clock: Now,
    as_file: AsFile,
    course_id: OfCourse = None,
    order: Order = LateOrder.DUE_AT,
) -> Response[Any]:
    query = LateQuery(people=_mine(request, people), course_id=course_id, order=order)
    return await as_file(late_file(training_reports, query, clock(), translator_of(request)))


@get(
    "/managed/matrix",
    **_OPTIONS,
    summary="A page of them by name, with what each has of the courses",
    dependencies=PEOPLE,
    also={400, 404},
)
async def show_managed_matrix(
    *,
    request: Asked,
    people: People,
    training_reports: Reports,
    clock: Now,
    paging: Pages,
    course_id: OfCourses = None,
) -> MatrixReply:
    return await matrix_page(training_reports, _mine(request, people), course_id, clock(), paging)


@table_routes("/managed/matrix", **_OPTIONS, summary="They and the courses", dependencies=PEOPLE, also={400, 404})
async def download_managed_matrix(
    *,
    request: Asked,
    people: People,
    training_reports: Reports,
    clock: Now,
    timezone: NamedDependency[SkipValidation[tzinfo]],
    as_file: AsFile,
    course_id: OfCourses = None,
) -> Response[Any]:
    written = MatrixCells(clock(), timezone, translator_of(request))
    return await as_file(await matrix_file(training_reports, _mine(request, people), course_id, written))


@get("/managed/assignments", **_OPTIONS, summary="Standing assignments for them alone, newest first", also={400})
async def list_managed_assignments(
    request: Asked,
    standing_assignment_queries: Queries,
    clock: Now,
    paging: Pages,
    ended: Annotated[bool, QueryParameter(name="ended", description="Those that have ended")] = False,
) -> Page[AssignmentRow]:
    """Those for a department or station that the caller leads, and those that the caller made for some of them."""
    query = AssignmentQuery(managed_by=request.user.id, ended=ended)
    found, total = await standing_assignment_queries.assignments(
        query, clock(), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[AssignmentRow]), total)


@post(
    "/managed/assignments",
    **_OPTIONS,
    summary="Assign a course or a learning path to them, or to some of them",
    also={404},
)
async def create_managed_assignment(
    request: Asked,
    data: JSONBody[NewAssignment],
    administer_assignments: Administration,
    standing_assignment_queries: Queries,
    clock: Now,
) -> AssignmentRow:
    """An audience with anybody else in it is 404."""
    me = request.user.id
    created = await administer_assignments.create(me, data.what(), data.whom(), data.rule(), as_manager=True)
    return to_wire(await standing_assignment_queries.find_assignment(created, clock(), managed_by=me), AssignmentRow)


@get(
    "/managed/assignments/{assignment_id:str}/people",
    **_OPTIONS,
    summary="For whom of them a standing assignment holds, by name",
)
async def list_managed_obliged(
    request: Asked, assignment_id: FromPath[str], standing_assignment_queries: Queries, clock: Now, paging: Pages
) -> Page[ObligedPersonRow]:
    assignment, now = uuid_or(AssignmentNotFound, assignment_id), clock()
    await standing_assignment_queries.find_assignment(assignment, now, managed_by=request.user.id)
    people, total = await standing_assignment_queries.obliged_people(
        assignment, limit=paging.size, offset=paging.offset
    )
    return paging.of([obliged_row(person, now) for person in people], total)


@put(
    "/managed/assignments/{assignment_id:str}",
    **_OPTIONS,
    summary="Change the due rule of an own assignment",
    also={403},
)
async def change_managed_assignment(
    *,
    request: Asked,
    assignment_id: FromPath[str],
    data: JSONBody[AssignmentChanges],
    administer_assignments: Administration,
    standing_assignment_queries: Queries,
    clock: Now,
) -> AssignmentRow:
    assignment, me = uuid_or(AssignmentNotFound, assignment_id), request.user.id
    await administer_assignments.change(assignment, data.present_fields(), manager=me)
    found = await standing_assignment_queries.find_assignment(assignment, clock(), managed_by=me)
    return to_wire(found, AssignmentRow)


@delete("/managed/assignments/{assignment_id:str}", **_OPTIONS, summary="End an own assignment", also={403})
async def end_managed_assignment(
    request: Asked, assignment_id: FromPath[str], administer_assignments: Administration
) -> None:
    """One that somebody else has made for them is 403."""
    await administer_assignments.end(uuid_or(AssignmentNotFound, assignment_id), manager=request.user.id)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_managed_people,
    show_managed_person,
    list_managed_certificates,
    list_managed_late,
    *download_managed_late,
    show_managed_matrix,
    *download_managed_matrix,
    list_managed_assignments,
    create_managed_assignment,
    list_managed_obliged,
    change_managed_assignment,
    end_managed_assignment,
)
