"""A student's row of the journal as a form: what a phone shows of a journal, one student at a time."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.gradebook.journal import Journal
from atg_core.gradebook.ports import GroupNotFound, StudentNotFound
from atg_core.words import Language
from atg_entrypoints.console.forms import CLEAN, Form, form_again
from atg_entrypoints.console.gradebook.asked import (
    Asked,
    DoneQuery,
    Grades,
    MarksAttendance,
    ShowsStudentJournal,
    address_of,
)
from atg_entrypoints.console.gradebook.cells import MARK_LABELS, STATUS_WORDS, Line, key_of, line_of_cell, sent_lines
from atg_entrypoints.console.gradebook.columns import DONE
from atg_entrypoints.console.gradebook.saving import SaveCells
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or, uuid_or

_PATH = "/groups/{group_id:str}/gradebook/students/{student_id:str}"
_PAGE = "gradebook/student_row"


@get(_PATH, policy=TEACHER)
async def show_student_row(
    *,
    request: Asked,
    group_id: FromPath[str],
    student_id: FromPath[str],
    show_student_journal: ShowsStudentJournal,
    done: DoneQuery = "",
) -> Response[str]:
    group, student = serial_or(GroupNotFound, group_id), uuid_or(StudentNotFound, student_id)
    journal = await show_student_journal(viewer_of(request), group, student)
    values = _values(journal, _lines(journal, language_for(request)))
    return page(request, _PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post(_PATH, policy=TEACHER, status_code=HTTPStatus.OK)
async def save_student_row(
    *,
    request: Asked,
    data: Form,
    group_id: FromPath[str],
    student_id: FromPath[str],
    show_student_journal: ShowsStudentJournal,
    mark_attendance: MarksAttendance,
    grade_control_point: Grades,
) -> Response[Any]:
    """Each column by itself: those that were refused are shown again, the others are saved."""
    group, student = serial_or(GroupNotFound, group_id), uuid_or(StudentNotFound, student_id)
    viewer, language = viewer_of(request), language_for(request)
    journal = await show_student_journal(viewer, group, student)
    save = SaveCells(mark_attendance=mark_attendance, grade_control_point=grade_control_point)
    saved = await save(viewer, sent_lines(_lines(journal, language), data), language)
    if error := saved.refusal():
        return form_again(request, _PAGE, {**_values(journal, saved.lines), "done": None}, error)
    return led_to(f"{_address(journal)}?done=saved")


def _lines(journal: Journal, language: Language) -> list[Line]:
    [row] = journal.rows
    return [
        line_of_cell(cell, language, key=key_of(column), column=column, student_id=row.student.id, name=column.title)
        for column, cell in zip(journal.columns, row.cells, strict=True)
    ]


def _address(journal: Journal) -> str:
    [student] = journal.roster.students
    return f"{address_of(journal.roster.group_id)}/students/{student.id}"


def _values(journal: Journal, lines: Sequence[Line]) -> dict[str, Any]:
    [row] = journal.rows
    return {
        "roster": journal.roster,
        "row": row,
        "lines": lines,
        "address": address_of(journal.roster.group_id),
        "here_address": _address(journal),
        "statuses": STATUS_WORDS,
        "labels_of_marks": MARK_LABELS,
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_student_row, save_student_row)
