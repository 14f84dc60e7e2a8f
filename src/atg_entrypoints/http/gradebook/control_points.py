"""Control points, their grades and their history (spec: homework-gradebook, Gradebook)."""

from collections.abc import Sequence
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta

from atg_core.gradebook.control_points import EditControlPoints, GradeControlPoint
from atg_core.gradebook.model import DEFAULT_WEIGHT
from atg_core.gradebook.ports import ControlPointNotFound, ControlPointQueries, GradesOf, GroupNotFound
from atg_entrypoints.http.gradebook.attendance import StudentQuery
from atg_entrypoints.http.gradebook.control_points_wire import (
    ControlPointChangeRow,
    ControlPointChanges,
    ControlPointCreation,
    ControlPointGradeChangeRow,
    ControlPointGradeGiven,
    ControlPointGradeRow,
    ControlPointRow,
    LateRuleChangeRow,
)
from atg_entrypoints.http.gradebook.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Page, Paging, present_fields, serial_or, to_wire

_TAGS = ["control points"]
_MAX_GRADES = 10_000

Queries = NamedDependency[SkipValidation[ControlPointQueries]]
Edits = NamedDependency[SkipValidation[EditControlPoints]]
PointQuery = Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1, description="Of this control point alone")]
HomeworkQuery = Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1, description="Of this homework alone")]
Pages = NamedDependency[SkipValidation[Paging]]

type GradesGiven = Annotated[list[ControlPointGradeGiven], Meta(max_length=_MAX_GRADES)]


@get("/groups/{group_id:str}/control-points", policy=TEACHER, tags=_TAGS, summary="Control points, by date")
async def list_control_points(
    request: SignedInRequest, group_id: FromPath[str], control_point_queries: Queries, paging: Pages
) -> Page[ControlPointRow]:
    found, total = await control_point_queries.control_points(
        viewer_of(request), serial_or(GroupNotFound, group_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[ControlPointRow]), total)


@post("/groups/{group_id:str}/control-points", policy=TEACHER, tags=_TAGS, summary="Add a control point")
async def add_control_point(
    request: SignedInRequest, group_id: FromPath[str], data: JSONBody[ControlPointCreation], edit_control_points: Edits
) -> ControlPointRow:
    key, values = serial_or(GroupNotFound, group_id), {"weight": DEFAULT_WEIGHT, **present_fields(data)}
    return to_wire(await edit_control_points.add(viewer_of(request), key, values), ControlPointRow)


@put("/control-points/{control_point_id:str}", policy=TEACHER, tags=_TAGS, summary="Change a control point", also={409})
async def change_control_point(
    request: SignedInRequest,
    control_point_id: FromPath[str],
    data: JSONBody[ControlPointChanges],
    edit_control_points: Edits,
) -> ControlPointRow:
    """`max_grade` can not be below a stored grade. The history keeps each weight and scale that grades had."""
    key, values = serial_or(ControlPointNotFound, control_point_id), present_fields(data)
    reason = values.pop("reason", None) or None
    return to_wire(await edit_control_points.change(viewer_of(request), key, values, reason=reason), ControlPointRow)


@delete(
    "/control-points/{control_point_id:str}",
    policy=TEACHER,
    tags=_TAGS,
    summary="Delete a control point with its grades",
)
async def delete_control_point(
    request: SignedInRequest, control_point_id: FromPath[str], edit_control_points: Edits
) -> None:
    """Its grades no longer count; the grade history stays."""
    await edit_control_points.delete(viewer_of(request), serial_or(ControlPointNotFound, control_point_id))


@get(
    "/control-points/{control_point_id:str}/changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="History of the weight and scale of a control point, newest first",
)
async def list_changes_of_control_point(
    request: SignedInRequest, control_point_id: FromPath[str], control_point_queries: Queries, paging: Pages
) -> Page[ControlPointChangeRow]:
    """Since its first grade. A change is put back by changing the control point to the `old_value`."""
    found, total = await control_point_queries.changes_of(
        viewer_of(request),
        serial_or(ControlPointNotFound, control_point_id),
        limit=paging.size,
        offset=paging.offset,
    )
    return paging.of(to_wire(found, list[ControlPointChangeRow]), total)


@get(
    "/groups/{group_id:str}/control-point-changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="History of the weights and scales of a group's control points, newest first",
)
async def list_changes_of_control_points(
    request: SignedInRequest, group_id: FromPath[str], control_point_queries: Queries, paging: Pages
) -> Page[ControlPointChangeRow]:
    """Also of deleted control points."""
    found, total = await control_point_queries.changes_in(
        viewer_of(request), serial_or(GroupNotFound, group_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[ControlPointChangeRow]), total)


@get(
    "/control-points/{control_point_id:str}/grades",
    policy=TEACHER,
    tags=_TAGS,
    summary="Grades of a control point, by name",
)
async def show_grades(
    request: SignedInRequest, control_point_id: FromPath[str], control_point_queries: Queries
) -> list[ControlPointGradeRow]:
    """Students without a grade are left out."""
    key = serial_or(ControlPointNotFound, control_point_id)
    return to_wire(await control_point_queries.grades(viewer_of(request), key), list[ControlPointGradeRow])


@put(
    "/control-points/{control_point_id:str}/grades",
    policy=TEACHER,
    tags=_TAGS,
    summary="Grade students",
    also={409},
)
async def give_grades(
    request: SignedInRequest,
    control_point_id: FromPath[str],
    data: JSONBody[GradesGiven],
    grade_control_point: NamedDependency[SkipValidation[GradeControlPoint]],
    control_point_queries: Queries,
) -> list[ControlPointGradeRow]:
    """The grades of the others stay. The grade history records each change with its author, time and reason.

    With `was`, 409 `changed_meanwhile` names each row whose grade is another one by now, and nobody is graded:
    `current` holds the grades that are there, as `[{"student_id", "grade"}]`.
    """
    viewer, key = viewer_of(request), serial_or(ControlPointNotFound, control_point_id)
    await grade_control_point(viewer, key, [each.to_input() for each in data])
    return to_wire(await control_point_queries.grades(viewer, key), list[ControlPointGradeRow])


@get(
    "/groups/{group_id:str}/grade-changes", policy=TEACHER, tags=_TAGS, summary="Grade history of a group, newest first"
)
async def list_control_point_changes(
    *,
    request: SignedInRequest,
    group_id: FromPath[str],
    control_point_queries: Queries,
    paging: Pages,
    control_point_id: PointQuery = None,
    student_id: StudentQuery = None,
) -> Page[ControlPointGradeChangeRow]:
    """Of control points, also of deleted ones; of a cell of the journal with `control_point_id` and `student_id`."""
    of = GradesOf(control_point_id=control_point_id, student_id=student_id)
    found, total = await control_point_queries.grade_changes(
        viewer_of(request), serial_or(GroupNotFound, group_id), of, limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[ControlPointGradeChangeRow]), total)


@get(
    "/groups/{group_id:str}/late-rule-changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="History of what late work costs in a group, newest first",
)
async def list_late_rule_changes(
    *,
    request: SignedInRequest,
    group_id: FromPath[str],
    control_point_queries: Queries,
    paging: Pages,
    homework_id: HomeworkQuery = None,
) -> Page[LateRuleChangeRow]:
    """By another rule grades of late homework change, with no entry in their own history."""
    key = serial_or(GroupNotFound, group_id)
    found, total = await control_point_queries.late_rule_changes(
        viewer_of(request), key, homework_id, limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[LateRuleChangeRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_control_points,
    add_control_point,
    change_control_point,
    delete_control_point,
    list_changes_of_control_point,
    list_changes_of_control_points,
    show_grades,
    give_grades,
    list_control_point_changes,
    list_late_rule_changes,
)
