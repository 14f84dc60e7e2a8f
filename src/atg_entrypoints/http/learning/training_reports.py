"""Reports for who runs trainings: who is late, and the matrix of people and courses."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.training_reports import (
    LateOrder,
    LateQuery,
    MatrixCell,
    MatrixCourse,
    MatrixPerson,
    PeopleQuery,
    TrainingReports,
)
from atg_core.nearest import RequireKnown
from atg_core.words import phrase
from atg_entrypoints.http.learning.reports import STATUSES, Words
from atg_entrypoints.http.learning.standing_assignments import OfDepartment, OfPosition, OfStation
from atg_entrypoints.http.learning.training_reports_wire import (
    CourseColumn,
    LateRow,
    MatrixReply,
    MatrixRow,
    PersonFields,
    late_by,
)
from atg_entrypoints.http.locale import Translator, translator_of
from atg_entrypoints.http.policy import TRAINING
from atg_entrypoints.http.table_file import AsFile, TableFile, table_routes
from atg_entrypoints.http.wire import Instant, Page, Paging, to_wire

_TAGS = ["reports"]
_WORDS = phrase("position"), phrase("course"), phrase("days_late"), phrase("course_id")
"""Names of the files' columns beside those of other reports, which English readers see as the API names them."""
_TITLES = phrase("Overdue"), phrase("Matrix")
_PARTS = phrase("until {date}"), phrase("valid until {date}"), phrase("late by {days} days")
_BATCH, _BATCH_OF_LATE = 1_000, 5_000
"""Of a file: no connection is held while a slow client reads it."""

OfCourse = Annotated[UUID | None, QueryParameter(name="course_id")]
OfCourses = Annotated[
    list[UUID] | None,
    QueryParameter(name="course_id", max_items=200, description="These courses; by default all that are active"),
]
Order = Annotated[LateOrder, QueryParameter(name="order", description="`due_at`: who is late for longest comes first")]


def _asked_people(
    q: Words = None,
    department: OfDepartment = None,
    station_id: OfStation = None,
    position: OfPosition = None,
) -> PeopleQuery:
    return PeopleQuery(q=q, department=department, station_id=station_id, position=position)


async def _known(require_known: RequireKnown, people: PeopleQuery) -> PeopleQuery:
    """With department and position as they are in profiles. Raises UnknownName."""
    department, position = people.department, people.position
    return replace(
        people,
        department=await require_known.department(department),
        position=await require_known.position(position),
    )


PEOPLE = {"people": Provide(_asked_people, sync_to_thread=False)}
People = NamedDependency[SkipValidation[PeopleQuery]]
Known = NamedDependency[SkipValidation[RequireKnown]]
Reports = NamedDependency[SkipValidation[TrainingReports]]


@get(
    "/admin/reports/late",
    policy=TRAINING,
    tags=_TAGS,
    summary="Who has not completed a course by its due date",
    dependencies=PEOPLE,
    also={400},
)
async def list_late(
    *,
    people: People,
    require_known: Known,
    training_reports: Reports,
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    course_id: OfCourse = None,
    order: Order = LateOrder.DUE_AT,
) -> Page[LateRow]:
    """Active people and courses."""
    query = LateQuery(people=await _known(require_known, people), course_id=course_id, order=order)
    return await late_page(training_reports, query, clock(), paging)


async def late_page(reports: TrainingReports, query: LateQuery, now: datetime, paging: Paging) -> Page[LateRow]:
    found, total = await reports.late(query, now, limit=paging.size, offset=paging.offset)
    return paging.of([LateRow.of(late, now) for late in found], total)


@table_routes(
    "/admin/reports/late", policy=TRAINING, tags=_TAGS, summary="Who is late", dependencies=PEOPLE, also={400}
)
async def download_late(
    *,
    request: Request[Caller, AccessClaims, Any],
    people: People,
    require_known: Known,
    training_reports: Reports,
    clock: NamedDependency[SkipValidation[Clock]],
    as_file: AsFile,
    course_id: OfCourse = None,
    order: Order = LateOrder.DUE_AT,
) -> Response[Any]:
    query = LateQuery(people=await _known(require_known, people), course_id=course_id, order=order)
    return await as_file(late_file(training_reports, query, clock(), translator_of(request)))


def late_file(reports: TrainingReports, query: LateQuery, now: datetime, translate: Translator) -> TableFile:
    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await reports.late(query, now, limit=_BATCH_OF_LATE, offset=offset))[0]:
            yield [_late_cells(LateRow.of(late, now), translate) for late in found]
            offset += _BATCH_OF_LATE

    header = [translate(name) for name in LateRow.__struct_fields__]
    return TableFile("late", translate("Overdue"), header, batches())


def _late_cells(row: LateRow, translate: Translator) -> list[object]:
    cells: list[object] = [getattr(row, name) for name in LateRow.__struct_fields__]
    return [translate(STATUSES[cell]) if isinstance(cell, EnrollmentStatus) else cell for cell in cells]


@get(
    "/admin/reports/matrix",
    policy=TRAINING,
    tags=_TAGS,
    summary="People and courses: a page of people by name, with what each has of the courses",
    dependencies=PEOPLE,
    also={400, 404},
)
async def show_matrix(
    *,
    people: People,
    require_known: Known,
    training_reports: Reports,
    clock: NamedDependency[SkipValidation[Clock]],
    paging: NamedDependency[SkipValidation[Paging]],
    course_id: OfCourses = None,
) -> MatrixReply:
    """Active people."""
    return await matrix_page(training_reports, await _known(require_known, people), course_id, clock(), paging)


async def matrix_page(
    reports: TrainingReports, people: PeopleQuery, course_ids: list[UUID] | None, now: datetime, paging: Paging
) -> MatrixReply:
    courses = await reports.courses(course_ids)
    columns = [course.id for course in courses]
    found, total = await reports.matrix(people, columns, limit=paging.size, offset=paging.offset)
    page = paging.of([MatrixRow.of(person, courses, now) for person in found], total)
    return MatrixReply(
        as_of=Instant.of(now),
        courses=to_wire(courses, list[CourseColumn]),
        **{name: getattr(page, name) for name in page.__struct_fields__},
    )


@table_routes(
    "/admin/reports/matrix",
    policy=TRAINING,
    tags=_TAGS,
    summary="People and courses",
    dependencies=PEOPLE,
    also={400, 404},
)
async def download_matrix(
    *,
    request: Request[Caller, AccessClaims, Any],
    people: People,
    require_known: Known,
    training_reports: Reports,
    clock: NamedDependency[SkipValidation[Clock]],
    timezone: NamedDependency[SkipValidation[tzinfo]],
    as_file: AsFile,
    course_id: OfCourses = None,
) -> Response[Any]:
    """A column for each course: the status, and the percent, the due date and how late of who has not completed it."""
    written = MatrixCells(clock(), timezone, translator_of(request))
    known = await _known(require_known, people)
    return await as_file(await matrix_file(training_reports, known, course_id, written))


async def matrix_file(
    reports: TrainingReports, people: PeopleQuery, course_ids: list[UUID] | None, written: "MatrixCells"
) -> TableFile:
    courses = await reports.courses(course_ids)
    columns = [course.id for course in courses]

    async def batches() -> AsyncIterator[list[list[object]]]:
        offset = 0
        while found := (await reports.matrix(people, columns, limit=_BATCH, offset=offset))[0]:
            yield [written.of(person, courses) for person in found]
            offset += _BATCH

    own = [written.translate(name) for name in PersonFields.__struct_fields__]
    return TableFile("matrix", written.translate("Matrix"), [*own, *(course.title for course in courses)], batches())


class MatrixCells:
    """Rows of the matrix as texts; equal texts are one, so that a large file takes little memory."""

    def __init__(self, now: datetime, timezone: tzinfo, translate: Translator) -> None:
        self._now, self._timezone, self.translate = now, timezone, translate
        self._texts: dict[str, str] = {}

    def of(self, person: MatrixPerson, courses: Sequence[MatrixCourse]) -> list[object]:
        own: list[object] = [getattr(person, name) for name in PersonFields.__struct_fields__]
        return own + [self._text(person.cells[course.id]) if course.id in person.cells else None for course in courses]

    def _text(self, cell: MatrixCell) -> str:
        parts = [self.translate(STATUSES[cell.status])]
        if cell.status is EnrollmentStatus.COMPLETED:
            parts += [self._day(cell.completed_at)] if cell.completed_at else []
            until = cell.valid_until
            parts += [self.translate("valid until {date}", date=self._day(until))] if until else []
        else:
            parts += [f"{cell.progress_percent} %"] if cell.progress_percent else []
            parts += [self.translate("until {date}", date=self._day(cell.due_at))] if cell.due_at else []
            days = late_by(cell, self._now)
            parts += [self.translate("late by {days} days", days=days)] if days else []
        text = ", ".join(parts)
        return self._texts.setdefault(text, text)

    def _day(self, moment: datetime) -> str:
        return moment.astimezone(self._timezone).date().isoformat()


HANDLERS: Sequence[BaseRouteHandler] = (list_late, *download_late, show_matrix, *download_matrix)
