"""People by department and station, and one of them: courses, lateness, certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.learning.certificates import CertificateQueries
from atg_core.learning.managers import NotManaged
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.training_reports import MatrixCell, MatrixCourse, MatrixPerson, TrainingReports
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.training.asked import (
    FILTERED,
    HERE,
    Asked,
    AskedFilters,
    Filters,
    Now,
    Pages,
    ReadsTrainings,
    choices_for,
    long_page,
    shared_values,
)
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import uuid_or

_MOST_CERTIFICATES = 50


class Counts(NamedTuple):
    """Of somebody's courses."""

    courses: int
    completed: int
    late: int


def late_by(cell: MatrixCell, now: datetime) -> int:
    """Days."""
    return days_late(cell.due_at, now, completed=cell.status is EnrollmentStatus.COMPLETED)


def _counts(person: MatrixPerson, now: datetime) -> Counts:
    cells = person.cells.values()
    completed = sum(cell.status is EnrollmentStatus.COMPLETED for cell in cells)
    return Counts(len(cells), completed, sum(late_by(cell, now) > 0 for cell in cells))


@get("/training", policy=SIGNED_IN)
async def lead_to_people() -> Response[None]:
    return led_to(f"{HERE}/people")


@get("/training/people", policy=SIGNED_IN, dependencies=FILTERED)
async def show_people(
    request: Asked, filters: AskedFilters, training_reports: ReadsTrainings, clock: Now, paging: Pages
) -> Response[str]:
    """Active people by name, with how many courses each has, has completed and is late in."""
    choices, now, paging = await choices_for(request), clock(), filters.page_of(paging)
    people, total = await training_reports.matrix(
        filters.people(request.user), [each.id for each in choices.courses], limit=paging.size, offset=paging.offset
    )
    found = paging.of(people, total)
    counts = {each.user_id: _counts(each, now) for each in people}
    values = {"found": found, "counts": counts, "filters": filters, "choices": choices, "now": now}
    return await long_page(request, "training/people", {**shared_values(request), **values})


@get("/training/people/{user_id:str}", policy=SIGNED_IN)
async def show_person(
    *,
    request: Asked,
    user_id: FromPath[str],
    training_reports: ReadsTrainings,
    certificate_queries: NamedDependency[SkipValidation[CertificateQueries]],
    clock: Now,
) -> Response[str]:
    courses = await training_reports.courses(None)
    person = await person_of(request, uuid_or(NotManaged, user_id), training_reports, courses)
    certificates, total = await certificate_queries.certificates_of(person.user_id, limit=_MOST_CERTIFICATES, offset=0)
    now = clock()
    values = {
        "person": person,
        "courses": _by_urgency(courses, person.cells, now),
        "late_by": late_by,
        "now": now,
        "certificates": certificates,
        "certificates_total": total,
    }
    return page(request, "training/person", {**shared_values(request), **values})


async def person_of(
    request: Asked, user_id: UUID, reports: TrainingReports, courses: Sequence[MatrixCourse] = ()
) -> MatrixPerson:
    """With what they have done of these courses. Raises NotManaged, also for who is not active."""
    query = replace(Filters().people(request.user), user_ids=frozenset({user_id}))
    found, _ = await reports.matrix(query, [each.id for each in courses], limit=1, offset=0)
    if not found:
        raise NotManaged
    return found[0]


def _by_urgency(
    courses: Sequence[MatrixCourse], cells: Mapping[UUID, MatrixCell], now: datetime
) -> list[tuple[MatrixCourse, MatrixCell]]:
    """What is late first, then what is due next; what is completed last."""
    mine = [(course, cells[course.id]) for course in courses if course.id in cells]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(mine, key=lambda each: (each[1].status is EnrollmentStatus.COMPLETED, each[1].due_at or far))


HANDLERS: Sequence[BaseRouteHandler] = (lead_to_people, show_people, show_person)
