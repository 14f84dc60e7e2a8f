"""Standing assignments of courses and learning paths to audiences, and whom they hold for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.audiences import MOST_DAYS, Assigned, Audience, AudienceKind, DueRule
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.standing_assignments import (
    AdministerAssignments,
    AssignmentNotFound,
    AssignmentQuery,
    ObligedPerson,
    StandingAssignmentQueries,
)
from atg_core.nearest import RequireKnown
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.wire import FilledName, Instant, Name, Page, Paging, present_fields, to_wire, uuid_or

_TAGS = ["reports"]
type _Serial = Annotated[int, Meta(ge=1, le=2**31 - 1)]
type _Days = Annotated[int, Meta(ge=1, le=MOST_DAYS)]


def _in_utc(moment: datetime) -> datetime:
    """A moment without an offset is one of UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class AssignmentRow(Struct, frozen=True, kw_only=True):
    """Of a course or of a learning path.

    `people`: for how many it holds now; `late`: how many of them have not completed a course by their date.
    """

    id: UUID
    course_id: UUID | None
    course: str | None
    learning_path_id: UUID | None
    learning_path: str | None
    audience: AudienceKind
    department: str | None
    station_id: int | None
    station: str | None
    position: str | None
    due_at: Instant | None
    due_days: int | None
    created_at: Instant
    created_by: UUID | None
    ended_at: Instant | None
    people: int
    late: int


class NewAssignment(Struct, frozen=True, kw_only=True):
    """A course, or a learning path, for the whole company, for who has a department, station and position (one of them
    at least), or users.

    `due_at`: a fixed date; `due_days`: days from when somebody came under the assignment; of both the later; neither:
    no due date. Who comes after the fixed date is due at once. A learning path says itself when its courses are due.
    """

    course_id: UUID | None = None
    learning_path_id: UUID | None = None
    audience: AudienceKind
    user_ids: Annotated[list[UUID], Meta(min_length=1, max_length=10_000)] | None = None
    department: FilledName | None = None
    station_id: _Serial | None = None
    position: FilledName | None = None
    due_at: datetime | None = None
    due_days: _Days | None = None

    def what(self) -> Assigned:
        return Assigned(course_id=self.course_id, learning_path_id=self.learning_path_id)

    def whom(self) -> Audience:
        named = frozenset(self.user_ids or ())
        narrowed = {name: getattr(self, name) for name in ("department", "station_id", "position")}
        return Audience(kind=self.audience, user_ids=named, **narrowed)

    def rule(self) -> DueRule:
        return DueRule(due_at=_in_utc(self.due_at) if self.due_at else None, due_days=self.due_days)


class AssignmentChanges(Struct, frozen=True, kw_only=True):
    """Another due rule, of a course. Only what is named changes."""

    due_at: datetime | None | UnsetType = UNSET
    due_days: _Days | None | UnsetType = UNSET

    def present_fields(self) -> dict[str, Any]:
        named = present_fields(self)
        return named | ({"due_at": _in_utc(self.due_at)} if isinstance(self.due_at, datetime) else {})


class ObligedPersonRow(Struct, frozen=True, kw_only=True):
    """`since`: when the person came under the assignment; `due_at`: by this assignment alone."""

    user_id: UUID
    course_id: UUID
    course: str
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    since: Instant
    due_at: Instant | None
    days_late: int
    status: EnrollmentStatus
    progress_percent: int
    completed_at: Instant | None


OfDepartment = Annotated[
    Name | None,
    QueryParameter(name="department", description="As it is in profiles; another case or white space is the same"),
]
OfPosition = Annotated[Name | None, QueryParameter(name="position", description="The same")]
OfStation = Annotated[int | None, QueryParameter(name="station_id", ge=1, le=2**31 - 1)]


@get(
    "/admin/assignments",
    policy=TRAINING,
    tags=_TAGS,
    summary="Standing assignments, newest first",
    also={400},
)
async def list_assignments(
    *,
    standing_assignment_queries: NamedDependency[SkipValidation[StandingAssignmentQueries]],
    require_known: NamedDependency[SkipValidation[RequireKnown]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    course_id: Annotated[UUID | None, QueryParameter(name="course_id")] = None,
    learning_path_id: Annotated[UUID | None, QueryParameter(name="learning_path_id")] = None,
    department: OfDepartment = None,
    station_id: OfStation = None,
    ended: Annotated[bool, QueryParameter(name="ended", description="Those that have ended")] = False,
) -> Page[AssignmentRow]:
    query = AssignmentQuery(
        course_id=course_id,
        learning_path_id=learning_path_id,
        department=await require_known.department(department),
        station_id=station_id,
        ended=ended,
    )
    found, total = await standing_assignment_queries.assignments(
        query, clock(), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[AssignmentRow]), total)


@post(
    "/admin/assignments",
    policy=TRAINING,
    tags=_TAGS,
    summary="Assign a course or a learning path to who is there and who comes later",
    also={404},
)
async def create_assignment(
    *,
    request: Request[Caller, AccessClaims, Any],
    data: JSONBody[NewAssignment],
    administer_assignments: NamedDependency[SkipValidation[AdministerAssignments]],
    standing_assignment_queries: NamedDependency[SkipValidation[StandingAssignmentQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> AssignmentRow:
    """Everybody concerned is enrolled, in courses of a path as they open. Of several due dates the earliest counts."""
    created = await administer_assignments.create(request.user.id, data.what(), data.whom(), data.rule())
    return to_wire(await standing_assignment_queries.find_assignment(created, clock()), AssignmentRow)


@get("/admin/assignments/{assignment_id:str}", policy=TRAINING, tags=_TAGS, summary="A standing assignment")
async def show_assignment(
    assignment_id: FromPath[str],
    standing_assignment_queries: NamedDependency[SkipValidation[StandingAssignmentQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> AssignmentRow:
    found = await standing_assignment_queries.find_assignment(uuid_or(AssignmentNotFound, assignment_id), clock())
    return to_wire(found, AssignmentRow)


@put("/admin/assignments/{assignment_id:str}", policy=TRAINING, tags=_TAGS, summary="Change the due rule")
async def change_assignment(
    assignment_id: FromPath[str],
    data: JSONBody[AssignmentChanges],
    administer_assignments: NamedDependency[SkipValidation[AdministerAssignments]],
    standing_assignment_queries: NamedDependency[SkipValidation[StandingAssignmentQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> AssignmentRow:
    """The due dates of who is under the assignment follow, counted from when each came under it.

    An assignment of a learning path has none of its own.
    """
    assignment = uuid_or(AssignmentNotFound, assignment_id)
    await administer_assignments.change(assignment, data.present_fields())
    return to_wire(await standing_assignment_queries.find_assignment(assignment, clock()), AssignmentRow)


@delete("/admin/assignments/{assignment_id:str}", policy=TRAINING, tags=_TAGS, summary="End a standing assignment")
async def end_assignment(
    assignment_id: FromPath[str], administer_assignments: NamedDependency[SkipValidation[AdministerAssignments]]
) -> None:
    """Nobody is due by it any more. What has been begun stays; an enrollment that nobody has begun is cancelled."""
    await administer_assignments.end(uuid_or(AssignmentNotFound, assignment_id))


@get(
    "/admin/assignments/{assignment_id:str}/people",
    policy=TRAINING,
    tags=_TAGS,
    summary="For whom a standing assignment holds, by name",
)
async def list_obliged_people(
    assignment_id: FromPath[str],
    standing_assignment_queries: NamedDependency[SkipValidation[StandingAssignmentQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
) -> Page[ObligedPersonRow]:
    """By a learning path each person stands there once for each course that is open for them."""
    people, total = await standing_assignment_queries.obliged_people(
        uuid_or(AssignmentNotFound, assignment_id), limit=paging.size, offset=paging.offset
    )
    now = clock()
    return paging.of([obliged_row(person, now) for person in people], total)


def obliged_row(person: ObligedPerson, now: datetime) -> ObligedPersonRow:
    late = days_late(person.due_at, now, completed=person.status is EnrollmentStatus.COMPLETED)
    fields = {name: getattr(person, name) for name in ObligedPersonRow.__struct_fields__ if name != "days_late"}
    return to_wire({**fields, "days_late": late}, ObligedPersonRow)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_assignments,
    create_assignment,
    show_assignment,
    change_assignment,
    end_assignment,
    list_obliged_people,
)
