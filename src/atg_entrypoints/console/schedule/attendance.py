"""Marking attendance on the page of a lesson."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.errors import ChangedMeanwhile
from atg_core.gradebook.attendance import MarkAttendance
from atg_core.gradebook.model import AttendanceStatus
from atg_core.gradebook.ports import AttendanceInput, LessonNotFound
from atg_entrypoints.console.forms import Form, Refusals, text_of
from atg_entrypoints.console.pages import is_part, led_to
from atg_entrypoints.console.schedule.asked import Asked, QueriesSchedule
from atg_entrypoints.console.schedule.attendance_sheet import AttendanceSheet
from atg_entrypoints.console.schedule.lesson_page import attendance_sheet, lesson_page
from atg_entrypoints.console.schedule.lessons import seen_lesson
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or

_MARK, _WAS = "mark-", "was-"


@post("/lessons/{lesson_id:str}/attendance", policy=TEACHER, status_code=HTTPStatus.OK)
async def mark_attendance_here(
    *,
    request: Asked,
    lesson_id: FromPath[str],
    data: Form,
    mark_attendance: NamedDependency[SkipValidation[MarkAttendance]],
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    """Those whose mark is another than it was on the page; with `rest` those without a mark, too."""
    key = serial_or(LessonNotFound, lesson_id)
    marks = _marks(data)
    try:
        await mark_attendance(viewer_of(request), key, marks)
    except Refusals as error:
        lesson = await seen_lesson(request, lesson_id, schedule_queries)
        present = await attendance_sheet(request, lesson)
        sheet = _again(present, marks, error)
        return await lesson_page(request, lesson, error=error, sheet=sheet, is_about_marks=True)
    if not is_part(request):
        return led_to(f"{PREFIX}/lessons/{key}?done=marked#attendance")
    return await lesson_page(request, await seen_lesson(request, lesson_id, schedule_queries), is_about_marks=True)


def _marks(form: Form) -> list[AttendanceInput]:
    """Members of the form that name nobody, or no mark, are none of its own."""
    marks, rest = [], text_of(form, "rest")
    for name in form:
        if not name.startswith(_MARK):
            continue
        try:
            student = UUID(name.removeprefix(_MARK))
            was = _status(text_of(form, f"{_WAS}{student}"))
            chosen = _status(text_of(form, name) or rest)
        except ValueError:
            continue
        if chosen != was:
            marks.append(AttendanceInput(student_id=student, status=chosen, is_conditional=True, was=was))
    return marks


def _status(text: str) -> AttendanceStatus | None:
    return AttendanceStatus(text) if text else None


def _again(present: AttendanceSheet, marks: Sequence[AttendanceInput], error: Exception) -> AttendanceSheet:
    """What was chosen, and beside it what others have marked meanwhile: who sends it again has seen that."""
    sent = {each.student_id: each for each in marks}
    rows = []
    for row in present.rows:
        mark = sent.get(row.student_id)
        if mark is None:
            rows.append(row)
            continue
        is_late = isinstance(error, ChangedMeanwhile) and row.was != (mark.was or "")
        rows.append(replace(row, chosen=mark.status or "", there=row.was if is_late else None))
    return AttendanceSheet(rows)


HANDLERS: Sequence[BaseRouteHandler] = (mark_attendance_here,)
