"""Assigning a course or a learning path, to who is there and who comes later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from atg_core.errors import AtgError, Invalid
from atg_core.learning.audiences import AudienceKind
from atg_core.learning.path_assignments import LearningPathQueries
from atg_core.learning.paths import LearningPathNotFound
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.training_reports import MatrixPerson, TrainingReports
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of, texts_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.queries import serial_of
from atg_entrypoints.console.training.asked import (
    Asked,
    Filters,
    ReadsTrainings,
    choices_for,
    sees_everybody,
    shared_values,
    uuid_in,
)
from atg_entrypoints.console.training.assignments import ASSIGNMENTS, Administers
from atg_entrypoints.console.training.due_rules import rule_in
from atg_entrypoints.http.learning.standing_assignments import NewAssignment
from atg_entrypoints.http.policy import SIGNED_IN

_NEW = "training/new_assignment"
_MOST_PEOPLE, _MOST_PATHS = 200, 500
_CHOOSE_COURSE, _CHOOSE_PATH = phrase("Choose a course"), phrase("Choose a learning path")
_WHAT = ("course_id", "learning_path_id")
_AT_WORK = ("department", "station_id", "position")

SomeUsers = Annotated[list[str] | None, QueryParameter(name="user_id", max_items=_MOST_PEOPLE)]
CourseQuery = Annotated[str, QueryParameter(name="course_id", max_length=40)]


async def _people(request: Asked, ids: Sequence[UUID], reports: TrainingReports) -> list[MatrixPerson]:
    """Those of the users whom the caller may see."""
    if not ids:
        return []
    query = replace(Filters().people(request.user), user_ids=frozenset(ids))
    return (await reports.matrix(query, [], limit=_MOST_PEOPLE, offset=0))[0]


async def _values(
    request: Asked, given: Mapping[str, Any], users: Sequence[UUID], reports: TrainingReports
) -> dict[str, Any]:
    queries: LearningPathQueries = request.app.state["container"].learning_path_queries()
    paths, _ = await queries.paths(request.user.id, mine=False, inactive=False, limit=_MOST_PATHS, offset=0)
    shared = {**shared_values(request), "choices": await choices_for(request), "paths": [path for path, _ in paths]}
    return {**shared, "people": await _people(request, users, reports), "given": given}


def _users_in(texts: Sequence[str]) -> list[UUID]:
    return [key for text in texts[:_MOST_PEOPLE] if (key := uuid_in(text))]


@get("/training/assignments/new", policy=SIGNED_IN)
async def show_new_assignment(
    request: Asked, training_reports: ReadsTrainings, user_id: SomeUsers = None, course_id: CourseQuery = ""
) -> Response[str]:
    """`user_id`: of people who were chosen in a list."""
    users = _users_in(user_id or [])
    audience = AudienceKind.USERS if users else AudienceKind.GROUP
    if sees_everybody(request.user) and not users:
        audience = AudienceKind.COMPANY
    empty = dict.fromkeys(("learning_path_id", "due_at", "due_days", *_AT_WORK), "")
    given = {"course_id": course_id, "audience": audience, **empty}
    return page(request, _NEW, {**await _values(request, given, users, training_reports), **CLEAN})


@post("/training/assignments", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def assign_course_here(
    request: Asked, data: Form, administer_assignments: Administers, training_reports: ReadsTrainings
) -> Response[Any]:
    """To an audience in which there is anybody else than the manager's people: 404, as for the API."""
    rule, users = rule_in(request, data), _users_in(texts_of(data, "user_ids"))
    names = {name: text_of(data, name) for name in (*_WHAT, "audience", *_AT_WORK)}
    try:
        new = _assignment(names, users, rule.values())
        made = await administer_assignments.create(
            request.user.id, new.what(), new.whom(), new.rule(), as_manager=not sees_everybody(request.user)
        )
    except (CourseNotFound, LearningPathNotFound, *Refusals) as error:
        values = await _values(request, {**names, **rule.given}, users, training_reports)
        return form_again(request, _NEW, values, _at_its_field(error))
    return led_to(f"{ASSIGNMENTS}/{made}?done=made")


def _at_its_field(error: AtgError) -> AtgError:
    """What is not there any more is a fault of its field."""
    if isinstance(error, CourseNotFound):
        return Invalid(_CHOOSE_COURSE, field="course_id", code="unknown_id")
    if isinstance(error, LearningPathNotFound):
        return Invalid(_CHOOSE_PATH, field="learning_path_id", code="unknown_id")
    return error


def _assignment(names: Mapping[str, str], users: Sequence[UUID], rule: Mapping[str, Any]) -> NewAssignment:
    """What is for another audience than the chosen one is left out. Raises Invalid."""
    what = {name: names[name] for name in _WHAT if uuid_in(names[name])}
    if not what:
        raise Invalid(_CHOOSE_COURSE, field="course_id", code="required")
    audience = names["audience"]
    values: dict[str, Any] = {**what, "audience": audience, **rule}
    if audience == AudienceKind.USERS:
        values["user_ids"] = [str(user) for user in users] or None
    if audience == AudienceKind.GROUP:
        values |= {"department": names["department"] or None, "position": names["position"].strip() or None}
        values["station_id"] = serial_of(names["station_id"])
    return checked(NewAssignment, values)


HANDLERS: Sequence[BaseRouteHandler] = (show_new_assignment, assign_course_here)
