"""Standing assignments: the list, one of them with its people, another due rule, and its end."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.standing_assignments import (
    AdministerAssignments,
    AssignmentNotFound,
    AssignmentQuery,
    AssignmentSummary,
    StandingAssignmentQueries,
)
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.training.asked import (
    FILTERED,
    HERE,
    Asked,
    AskedFilters,
    DoneQuery,
    Now,
    Pages,
    choices_for,
    sees_everybody,
    shared_values,
)
from atg_entrypoints.console.training.due_rules import due_on, rule_in
from atg_entrypoints.http.learning.standing_assignments import AssignmentChanges
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.wire import Paging, uuid_or

ASSIGNMENTS = f"{HERE}/assignments"
_ONE = "training/assignment"
_DONE = {
    "made": phrase("The course is assigned. People are told of it."),
    "changed": phrase("The due dates are changed."),
    "ended": phrase("The assignment has ended. Nobody is due by it any more."),
}

QueriesAssignments = NamedDependency[SkipValidation[StandingAssignmentQueries]]
Administers = NamedDependency[SkipValidation[AdministerAssignments]]


def manager_of(request: Asked) -> UUID | None:
    """The caller, unless they see everybody."""
    return None if sees_everybody(request.user) else request.user.id


@get("/training/assignments", policy=SIGNED_IN, dependencies=FILTERED)
async def show_assignments(
    *,
    request: Asked,
    filters: AskedFilters,
    standing_assignment_queries: QueriesAssignments,
    clock: Now,
    paging: Pages,
    ended: Annotated[bool, QueryParameter(name="ended")] = False,
) -> Response[str]:
    """Newest first."""
    query = AssignmentQuery(
        course_id=filters.course_id,
        department=filters.department,
        station_id=filters.station_id,
        ended=ended,
        managed_by=manager_of(request),
    )
    found, total = await standing_assignment_queries.assignments(
        query, clock(), limit=paging.size, offset=paging.offset
    )
    values = {
        "found": paging.of(found, total),
        "filters": filters,
        "choices": await choices_for(request),
        "ended": ended,
    }
    return page(request, "training/assignments", {**shared_values(request), **values})


@get("/training/assignments/{assignment_id:str}", policy=SIGNED_IN)
async def show_assignment(
    *,
    request: Asked,
    assignment_id: FromPath[str],
    standing_assignment_queries: QueriesAssignments,
    clock: Now,
    paging: Pages,
    done: DoneQuery = "",
) -> Response[str]:
    """With those for whom it holds."""
    key = uuid_or(AssignmentNotFound, assignment_id)
    values = await _values(request, key, standing_assignment_queries, clock, paging)
    return page(request, _ONE, {**values, **CLEAN, "done": _DONE.get(done)})


async def _values(
    request: Asked, key: UUID, queries: StandingAssignmentQueries, clock: Now, paging: Paging
) -> dict[str, Any]:
    """Raises AssignmentNotFound."""
    now = clock()
    found = await queries.find_assignment(key, now, managed_by=manager_of(request))
    people, total = await queries.obliged_people(key, limit=paging.size, offset=paging.offset)
    return {
        **shared_values(request),
        "assignment": found,
        "found": paging.of(people, total),
        "late_by": lambda each: days_late(each.due_at, now, completed=each.status is EnrollmentStatus.COMPLETED),
        "may_change": _may_change(request, found),
        "given": {"due_at": due_on(request, found.due_at), "due_days": found.due_days or ""},
    }


def _may_change(request: Asked, assignment: AssignmentSummary) -> bool:
    is_own = assignment.created_by == request.user.id
    return assignment.ended_at is None and (is_own or sees_everybody(request.user))


@post("/training/assignments/{assignment_id:str}", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def change_assignment(
    *,
    request: Asked,
    assignment_id: FromPath[str],
    data: Form,
    administer_assignments: Administers,
    standing_assignment_queries: QueriesAssignments,
    clock: Now,
    paging: Pages,
) -> Response[Any]:
    key, rule = uuid_or(AssignmentNotFound, assignment_id), rule_in(request, data)
    try:
        changes = checked(AssignmentChanges, rule.values()).present_fields()
        await administer_assignments.change(key, changes, manager=manager_of(request))
    except Refusals as error:
        values = await _values(request, key, standing_assignment_queries, clock, paging)
        return form_again(request, _ONE, {**values, "given": rule.given}, error)
    return led_to(f"{ASSIGNMENTS}/{key}?done=changed")


@post("/training/assignments/{assignment_id:str}/end", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def end_assignment(
    request: Asked, assignment_id: FromPath[str], administer_assignments: Administers
) -> Response[Any]:
    key = uuid_or(AssignmentNotFound, assignment_id)
    await administer_assignments.end(key, manager=manager_of(request))
    return led_to(f"{ASSIGNMENTS}/{key}?done=ended")


HANDLERS: Sequence[BaseRouteHandler] = (show_assignments, show_assignment, change_assignment, end_assignment)
