"""What teachers record: attendance, control points and their grades (spec: homework-gradebook, Gradebook)."""

from collections.abc import Sequence
from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Meta

from atg_core.gradebook.attending import MarkAttendance
from atg_core.gradebook.grading import EditControlPoints, GradeControlPoint
from atg_core.gradebook.model import DEFAULT_WEIGHT
from atg_core.gradebook.ports import ControlPointNotFound, GroupNotFound, LessonNotFound, Records
from atg_entrypoints.http.control_points_wire import (
    AttendanceMark,
    AttendanceRow,
    ControlPointChanges,
    ControlPointCreation,
    ControlPointGradeChangeRow,
    ControlPointGradeGiven,
    ControlPointGradeRow,
    ControlPointRow,
)
from atg_entrypoints.http.gradebook_wire import CallOf, viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Page, Paging, named, serial_or, to_wire

_ATTENDANCE, _POINTS = ["attendance"], ["control points"]
_MOST = 10_000

Reads = NamedDependency[SkipValidation[Records]]
Edits = NamedDependency[SkipValidation[EditControlPoints]]
Pages = NamedDependency[SkipValidation[Paging]]


@get("/schedule/lessons/{lesson_id:str}/attendance", policy=TEACHER, tags=_ATTENDANCE, summary="Who took part, by name")
async def show_attendance(request: CallOf, lesson_id: FromPath[str], grade_records: Reads) -> list[AttendanceRow]:
    """Of who has a mark."""
    marked = await grade_records.attendance(viewer_of(request), serial_or(LessonNotFound, lesson_id))
    return to_wire(marked, list[AttendanceRow])


@put(
    "/schedule/lessons/{lesson_id:str}/attendance",
    policy=TEACHER,
    tags=_ATTENDANCE,
    summary="Mark who took part",
    also={409},
)
async def mark_lesson(
    request: CallOf,
    lesson_id: FromPath[str],
    data: JSONBody[Annotated[list[AttendanceMark], Meta(max_length=_MOST)]],
    mark_attendance: NamedDependency[SkipValidation[MarkAttendance]],
    grade_records: Reads,
) -> list[AttendanceRow]:
    """The whole group at once, or some of it; who is not named stays as they are marked."""
    viewer, key = viewer_of(request), serial_or(LessonNotFound, lesson_id)
    await mark_attendance(viewer, key, [each.mark for each in data])
    return to_wire(await grade_records.attendance(viewer, key), list[AttendanceRow])


@get("/groups/{group_id:str}/control-points", policy=TEACHER, tags=_POINTS, summary="Control points, by date")
async def list_control_points(
    request: CallOf, group_id: FromPath[str], grade_records: Reads, paging: Pages
) -> Page[ControlPointRow]:
    found, total = await grade_records.control_points(
        viewer_of(request), serial_or(GroupNotFound, group_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[ControlPointRow]), total)


@post("/groups/{group_id:str}/control-points", policy=TEACHER, tags=_POINTS, summary="Plan a control point")
async def add_control_point(
    request: CallOf, group_id: FromPath[str], data: JSONBody[ControlPointCreation], edit_control_points: Edits
) -> ControlPointRow:
    key, values = serial_or(GroupNotFound, group_id), {"weight": DEFAULT_WEIGHT, **named(data)}
    return to_wire(await edit_control_points.add(viewer_of(request), key, values), ControlPointRow)


@put("/control-points/{control_point_id:str}", policy=TEACHER, tags=_POINTS, summary="Change one", also={409})
async def change_control_point(
    request: CallOf, control_point_id: FromPath[str], data: JSONBody[ControlPointChanges], edit_control_points: Edits
) -> ControlPointRow:
    """`max_grade` is no lower than any grade that was given."""
    key = serial_or(ControlPointNotFound, control_point_id)
    return to_wire(await edit_control_points.change(viewer_of(request), key, named(data)), ControlPointRow)


@delete("/control-points/{control_point_id:str}", policy=TEACHER, tags=_POINTS, summary="Delete one with its grades")
async def delete_control_point(request: CallOf, control_point_id: FromPath[str], edit_control_points: Edits) -> None:
    """Its grades count no longer; that they were there stays written down."""
    await edit_control_points.delete(viewer_of(request), serial_or(ControlPointNotFound, control_point_id))


@get("/control-points/{control_point_id:str}/grades", policy=TEACHER, tags=_POINTS, summary="Its grades, by name")
async def show_grades(
    request: CallOf, control_point_id: FromPath[str], grade_records: Reads
) -> list[ControlPointGradeRow]:
    """Of who has one."""
    key = serial_or(ControlPointNotFound, control_point_id)
    return to_wire(await grade_records.grades(viewer_of(request), key), list[ControlPointGradeRow])


@put("/control-points/{control_point_id:str}/grades", policy=TEACHER, tags=_POINTS, summary="Grade students")
async def give_grades(
    request: CallOf,
    control_point_id: FromPath[str],
    data: JSONBody[Annotated[list[ControlPointGradeGiven], Meta(max_length=_MOST)]],
    grade_control_point: NamedDependency[SkipValidation[GradeControlPoint]],
    grade_records: Reads,
) -> list[ControlPointGradeRow]:
    """Who is not named keeps their grade. Each change is written down, with who made it, when and why."""
    viewer, key = viewer_of(request), serial_or(ControlPointNotFound, control_point_id)
    await grade_control_point(viewer, key, [each.sent for each in data])
    return to_wire(await grade_records.grades(viewer, key), list[ControlPointGradeRow])


@get("/groups/{group_id:str}/grade-changes", policy=TEACHER, tags=_POINTS, summary="Who changed grades, newest first")
async def list_control_point_changes(
    request: CallOf, group_id: FromPath[str], grade_records: Reads, paging: Pages
) -> Page[ControlPointGradeChangeRow]:
    """Of control points, also of those that were deleted."""
    found, total = await grade_records.grade_changes(
        viewer_of(request), serial_or(GroupNotFound, group_id), limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[ControlPointGradeChangeRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (
    show_attendance,
    mark_lesson,
    list_control_points,
    add_control_point,
    change_control_point,
    delete_control_point,
    show_grades,
    give_grades,
    list_control_point_changes,
)
