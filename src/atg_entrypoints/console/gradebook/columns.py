"""A column of the journal as a form: for phones, for who has no scripts, and for comments."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from atg_core.errors import NotFound
from atg_core.gradebook.journal import Journal, RowRange, ShowJournal
from atg_core.gradebook.model import AttendanceStatus, Column, ColumnKind, Window
from atg_core.gradebook.ports import ControlPointQueries, GroupNotFound
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, form_again, text_of
from atg_entrypoints.console.gradebook.asked import (
    Asked,
    Configured,
    DoneQuery,
    Grades,
    MarksAttendance,
    QueriesControlPoints,
    ShowsJournal,
    address_of,
)
from atg_entrypoints.console.gradebook.cells import (
    MARK_LABELS,
    STATUS_WORDS,
    Line,
    Sent,
    key_of,
    line_of_cell,
    sent_lines,
)
from atg_entrypoints.console.gradebook.grid import CursorQuery
from atg_entrypoints.console.gradebook.saving import SaveCells
from atg_entrypoints.console.pages import language_for, led_to, page
from atg_entrypoints.http.gradebook.journal_wire import cursor_of
from atg_entrypoints.http.gradebook.journal_wire import key_of as row_key_of
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or
from atg_entrypoints.settings import Settings

_PATH = "/groups/{group_id:str}/gradebook/{column:str}"
_PAGE = "gradebook/column"
_PART = 100
DONE = {"saved": phrase("Saved")}


class ColumnNotFound(NotFound):
    """There is no such column in this journal"""


class _Shown(NamedTuple):
    journal: Journal
    column: Column
    lines: list[Line]


@get(_PATH, policy=TEACHER)
async def show_column(
    *,
    request: Asked,
    group_id: FromPath[str],
    column: FromPath[str],
    show_journal: ShowsJournal,
    control_point_queries: QueriesControlPoints,
    settings: Configured,
    cursor: CursorQuery = "",
    done: DoneQuery = "",
) -> Response[str]:
    """Its students, a hundred at a time."""
    shown = await Columns(show_journal, control_point_queries, settings).find(request, group_id, column, cursor)
    return page(request, _PAGE, {**_values(shown, cursor), **CLEAN, "done": DONE.get(done)})


@post(_PATH, policy=TEACHER, status_code=HTTPStatus.OK)
async def save_column(
    *,
    request: Asked,
    data: Form,
    group_id: FromPath[str],
    column: FromPath[str],
    show_journal: ShowsJournal,
    control_point_queries: QueriesControlPoints,
    settings: Configured,
    mark_attendance: MarksAttendance,
    grade_control_point: Grades,
    cursor: CursorQuery = "",
) -> Response[Any]:
    """All that were changed or, where one is refused, none."""
    shown = await Columns(show_journal, control_point_queries, settings).find(request, group_id, column, cursor)
    save = SaveCells(mark_attendance=mark_attendance, grade_control_point=grade_control_point)
    lines = _with_rest(list(sent_lines(shown.lines, data)), data)
    saved = await save(viewer_of(request), lines, language_for(request))
    if error := saved.refusal():
        values = {**_values(shown._replace(lines=saved.lines), cursor), "done": None}
        return form_again(request, _PAGE, values, error)
    after = f"&cursor={cursor}" if cursor else ""
    return led_to(f"{_address(shown)}?done=saved{after}")


def _with_rest(lines: list[Line], form: Sent) -> list[Line]:
    """With the mark that is given to all who have none yet, if one is."""
    rest = text_of(form, "rest")
    if rest not in AttendanceStatus:
        return lines
    return [line if line.typed else replace(line, typed=rest) for line in lines]


class Columns(NamedTuple):
    """Finds columns of journals."""

    show_journal: ShowJournal
    control_point_queries: ControlPointQueries
    settings: Settings

    async def find(self, request: Asked, group_id: str, name: str, cursor: str) -> _Shown:
        """Raises GroupNotFound, ColumnNotFound."""
        viewer, window = viewer_of(request), Window(zone=self.settings.zone)
        rows = RowRange(after=row_key_of(cursor) if cursor else None, size=_PART)
        journal = await self.show_journal(viewer, serial_or(GroupNotFound, group_id), window, rows)
        column = next((each for each in journal.columns if key_of(each) == name), None)
        if column is None:
            raise ColumnNotFound
        comments: dict[UUID, str] | None = None
        if column.kind is ColumnKind.CONTROL_POINT:
            grades = await self.control_point_queries.grades(viewer, column.id)
            comments = {grade.student_id: grade.comment or "" for grade in grades}
        lines = [
            line_of_cell(
                column.cells[place],
                language_for(request),
                key=str(student.id),
                column=column,
                student_id=student.id,
                name=student.name,
                comment=None if comments is None else comments.get(student.id, ""),
            )
            for place, student in enumerate(journal.roster.students)
        ]
        return _Shown(journal, column, lines)


def _address(shown: _Shown) -> str:
    return f"{address_of(shown.journal.roster.group_id)}/{key_of(shown.column)}"


def _values(shown: _Shown, cursor: str) -> dict[str, Any]:
    columns, place = list(shown.journal.columns), shown.journal.columns.index(shown.column)
    return {
        "roster": shown.journal.roster,
        "column": shown.column,
        "lines": shown.lines,
        "address": address_of(shown.journal.roster.group_id),
        "here_address": _address(shown),
        "before": columns[place - 1] if place else None,
        "after": columns[place + 1] if place + 1 < len(columns) else None,
        "key_of": key_of,
        "cursor": cursor,
        "next_cursor": cursor_of(shown.journal.last) if shown.journal.last else "",
        "statuses": STATUS_WORDS,
        "labels_of_marks": MARK_LABELS,
    }


HANDLERS: Sequence[BaseRouteHandler] = (show_column, save_column)
