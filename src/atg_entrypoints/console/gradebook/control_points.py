"""Control points of a group: made, changed and deleted by forms."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.decimals import with_point
from atg_core.gradebook.model import DEFAULT_WEIGHT, ControlPoint, ControlPointKind
from atg_core.gradebook.ports import ControlPointNotFound, ControlPointQueries, GroupNotFound, JournalQueries
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.gradebook.asked import (
    Asked,
    DoneQuery,
    EditsControlPoints,
    QueriesControlPoints,
    QueriesJournal,
    address_of,
)
from atg_entrypoints.console.gradebook.cells import number_of
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.gradebook.control_points_wire import ControlPointChanges, ControlPointCreation
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import present_fields, serial_or

_PATH = "/groups/{group_id:str}/control-points"
_FIELDS = ("title", "kind", "date", "max_grade", "weight")
_MOST = 1_000
KINDS: Mapping[ControlPointKind, str] = {
    ControlPointKind.TEST: phrase("test"),
    ControlPointKind.EXAM: phrase("exam"),
    ControlPointKind.ESSAY: phrase("essay"),
    ControlPointKind.PROJECT: phrase("project"),
}
_DONE = {
    "added": phrase("The control point is added"),
    "saved": phrase("Saved"),
    "deleted": phrase("The control point is deleted"),
}
_NEW = {"title": "", "kind": "test", "date": "", "max_grade": "", "weight": f"{DEFAULT_WEIGHT:.0f}"}


@get(_PATH, policy=TEACHER)
async def show_control_points(
    *,
    request: Asked,
    group_id: FromPath[str],
    control_point_queries: QueriesControlPoints,
    journal_queries: QueriesJournal,
    done: DoneQuery = "",
) -> Response[str]:
    """By date, with the form for another one."""
    group = serial_or(GroupNotFound, group_id)
    values = await _values(request, group, control_point_queries, journal_queries)
    return page(request, "gradebook/control_points", {**values, **CLEAN, "given": _NEW, "done": _DONE.get(done)})


@post(_PATH, policy=TEACHER, status_code=HTTPStatus.OK)
async def add_control_point_here(
    *,
    request: Asked,
    data: Form,
    group_id: FromPath[str],
    control_point_queries: QueriesControlPoints,
    journal_queries: QueriesJournal,
    edit_control_points: EditsControlPoints,
) -> Response[Any]:
    group, given = serial_or(GroupNotFound, group_id), _given(data)
    try:
        body = checked(ControlPointCreation, _sent(given))
        await edit_control_points.add(viewer_of(request), group, present_fields(body))
    except Refusals as error:
        values = await _values(request, group, control_point_queries, journal_queries)
        return form_again(request, "gradebook/control_points", {**values, "given": given, "done": None}, error)
    return led_to(f"{_address(group)}?done=added")


@get(f"{_PATH}/{{control_point_id:str}}", policy=TEACHER)
async def show_control_point(
    *,
    request: Asked,
    group_id: FromPath[str],
    control_point_id: FromPath[str],
    control_point_queries: QueriesControlPoints,
    journal_queries: QueriesJournal,
) -> Response[str]:
    """The form to change it, and to delete it."""
    group = serial_or(GroupNotFound, group_id)
    values = await _values(request, group, control_point_queries, journal_queries)
    point = _point_of(values["points"], control_point_id)
    language = language_for(request)
    given = {
        "title": point.title,
        "kind": point.kind.value,
        "date": point.date.isoformat(),
        "max_grade": number_of(point.max_grade, language),
        "weight": number_of(point.weight, language),
    }
    return page(request, "gradebook/control_point", {**values, **CLEAN, "point": point, "given": given})


@post(f"{_PATH}/{{control_point_id:str}}", policy=TEACHER, status_code=HTTPStatus.OK)
async def change_control_point_here(
    *,
    request: Asked,
    data: Form,
    group_id: FromPath[str],
    control_point_id: FromPath[str],
    control_point_queries: QueriesControlPoints,
    journal_queries: QueriesJournal,
    edit_control_points: EditsControlPoints,
) -> Response[Any]:
    group, given = serial_or(GroupNotFound, group_id), _given(data)
    values = await _values(request, group, control_point_queries, journal_queries)
    point = _point_of(values["points"], control_point_id)
    try:
        body = checked(ControlPointChanges, {**_sent(given), "reason": line_of(data, "reason")})
        changes = present_fields(body)
        reason = changes.pop("reason", None)
        await edit_control_points.change(viewer_of(request), point.id, changes, reason=reason)
    except Refusals as error:
        return form_again(request, "gradebook/control_point", {**values, "point": point, "given": given}, error)
    return led_to(f"{_address(group)}?done=saved")


@post(f"{_PATH}/{{control_point_id:str}}/delete", policy=TEACHER, status_code=HTTPStatus.OK)
async def delete_control_point_here(
    *,
    request: Asked,
    group_id: FromPath[str],
    control_point_id: FromPath[str],
    edit_control_points: EditsControlPoints,
) -> Response[Any]:
    """With its grades, which stay in the history."""
    group = serial_or(GroupNotFound, group_id)
    await edit_control_points.delete(viewer_of(request), serial_or(ControlPointNotFound, control_point_id))
    return led_to(f"{_address(group)}?done=deleted")


def _address(group: int) -> str:
    return f"{PREFIX}/groups/{group}/control-points"


def _given(form: Form) -> dict[str, str]:
    """What the form says, to be shown again."""
    return {name: line_of(form, name) or "" for name in _FIELDS}


def _sent(given: Mapping[str, str]) -> dict[str, Any]:
    """As the API takes it: numbers with a point; what is empty is null, which is refused."""
    numbers = {name: with_point(given[name]) for name in ("max_grade", "weight")}
    return {name: value or None for name, value in {**given, **numbers}.items()}


def _point_of(points: Sequence[ControlPoint], control_point_id: str) -> ControlPoint:
    """Raises ControlPointNotFound."""
    key = serial_or(ControlPointNotFound, control_point_id)
    found = next((point for point in points if point.id == key), None)
    if found is None:
        raise ControlPointNotFound
    return found


async def _values(
    request: Asked, group: int, queries: ControlPointQueries, journal_queries: JournalQueries
) -> dict[str, Any]:
    """Raises GroupNotFound."""
    points, _ = await queries.control_points(viewer_of(request), group, limit=_MOST, offset=0)
    return {
        "roster": await journal_queries.roster(group),
        "points": points,
        "kinds": KINDS,
        "address": address_of(group),
        "points_address": _address(group),
    }


HANDLERS: Sequence[BaseRouteHandler] = (
    show_control_points,
    add_control_point_here,
    show_control_point,
    change_control_point_here,
    delete_control_point_here,
)
