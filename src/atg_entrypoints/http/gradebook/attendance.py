"""Attendance at lessons (spec: homework-gradebook, Gradebook)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import get, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta

from atg_core.gradebook.attendance import MarkAttendance
from atg_core.gradebook.ports import AttendanceQueries, LessonNotFound
from atg_entrypoints.http.gradebook.attendance_wire import AttendanceChangeRow, AttendanceMark, AttendanceRow
from atg_entrypoints.http.gradebook.viewer import SignedInRequest, viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Page, Paging, serial_or, to_wire

_TAGS = ["attendance"]
_MAX_MARKS = 10_000

StudentQuery = Annotated[UUID | None, QueryParameter(description="Of this student alone")]

Queries = NamedDependency[SkipValidation[AttendanceQueries]]

type AttendanceMarks = Annotated[list[AttendanceMark], Meta(max_length=_MAX_MARKS)]


@get(
    "/schedule/lessons/{lesson_id:str}/attendance",
    policy=TEACHER,
    tags=_TAGS,
    summary="Attendance at a lesson, by name",
)
async def show_attendance(
    request: SignedInRequest, lesson_id: FromPath[str], attendance_queries: Queries
) -> list[AttendanceRow]:
    """Students without a mark are left out."""
    marked = await attendance_queries.attendance(viewer_of(request), serial_or(LessonNotFound, lesson_id))
    return to_wire(marked, list[AttendanceRow])


@put(
    "/schedule/lessons/{lesson_id:str}/attendance",
    policy=TEACHER,
    tags=_TAGS,
    summary="Mark attendance",
    also={409},
)
async def mark_lesson(
    request: SignedInRequest,
    lesson_id: FromPath[str],
    data: JSONBody[AttendanceMarks],
    mark_attendance: NamedDependency[SkipValidation[MarkAttendance]],
    attendance_queries: Queries,
) -> list[AttendanceRow]:
    """Of the whole group or some students; the marks of the others stay.

    If any is no more what it `was`, none is saved: 409 `changed_meanwhile` with the marks that are there as `current`.
    """
    viewer, key = viewer_of(request), serial_or(LessonNotFound, lesson_id)
    await mark_attendance(viewer, key, [each.to_input() for each in data])
    return to_wire(await attendance_queries.attendance(viewer, key), list[AttendanceRow])


@get(
    "/schedule/lessons/{lesson_id:str}/attendance-changes",
    policy=TEACHER,
    tags=_TAGS,
    summary="History of the attendance at a lesson, newest first",
)
async def list_attendance_changes(
    *,
    request: SignedInRequest,
    lesson_id: FromPath[str],
    attendance_queries: Queries,
    paging: NamedDependency[SkipValidation[Paging]],
    student_id: StudentQuery = None,
) -> Page[AttendanceChangeRow]:
    """As teachers marked it, of all students or one; imported marks are not in it."""
    found, total = await attendance_queries.changes(
        viewer_of(request), serial_or(LessonNotFound, lesson_id), student_id, limit=paging.size, offset=paging.offset
    )
    return paging.of(to_wire(found, list[AttendanceChangeRow]), total)


HANDLERS: Sequence[BaseRouteHandler] = (show_attendance, mark_lesson, list_attendance_changes)
