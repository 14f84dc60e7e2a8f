"""A student in a group, for who teaches it: averages, the chart, grades, homework and attendance."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.clock import Clock
from atg_core.gradebook.journal import Journal, ShowStudentJournal
from atg_core.gradebook.model import AttendanceStatus, Cell, Column, ColumnKind
from atg_core.gradebook.ports import GroupNotFound, StudentNotFound
from atg_core.homework.model import SubmissionStatus
from atg_core.homework.ports import HomeworkQueries, SubmissionView
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.words import phrase
from atg_entrypoints.console.pages import language_for, page
from atg_entrypoints.http.gradebook.journal_wire import told_late
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.locale import Translator
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import serial_or, uuid_or

_STATES = {
    SubmissionStatus.DRAFT: phrase("Is being written"),
    SubmissionStatus.SUBMITTED: phrase("Handed in, to mark"),
    SubmissionStatus.GRADED: phrase("Marked"),
}
_NOT_HANDED_IN, _NOT_DUE = phrase("Not handed in"), phrase("Not handed in yet")

Asked = Request[Caller, AccessClaims, Any]


class Shown(NamedTuple):
    """A column and the student's cell in it."""

    column: Column
    cell: Cell
    comment: str | None = None


class Work(NamedTuple):
    """Homework with the student's latest submission. `grade`: the best one, which counts; `why`: what came off it."""

    column: Column
    grade: Decimal | None
    state: str
    submission: SubmissionView | None
    is_missing: bool
    is_excused: bool = False
    why: str = ""


@get("/groups/{group_id:str}/students/{student_id:str}", policy=TEACHER)
async def show_student(
    *,
    request: Asked,
    group_id: FromPath[str],
    student_id: FromPath[str],
    show_student_journal: NamedDependency[SkipValidation[ShowStudentJournal]],
    homework_queries: NamedDependency[SkipValidation[HomeworkQueries]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Response[str]:
    group, student = serial_or(GroupNotFound, group_id), uuid_or(StudentNotFound, student_id)
    journal = await show_student_journal(viewer_of(request), group, student)
    homework = [column.id for column in journal.columns if column.kind is ColumnKind.HOMEWORK]
    own = await homework_queries.own_submissions(student, homework) if homework else []
    translate = Translator(request.app.state["container"].words(), language_for(request))
    return page(request, "gradebook/student", _values(journal, own, clock(), translate) | _served(request))


def _served(request: Asked) -> dict[str, Any]:
    return {"contexts": request.app.state["container"].settings().contexts}


def _values(journal: Journal, own: Sequence[SubmissionView], now: datetime, translate: Translator) -> dict[str, Any]:
    """Newest first."""
    [row], latest = journal.rows, {submission.homework_id: submission for submission in own}
    cells = list(zip(journal.columns, row.cells, strict=True))[::-1]
    late = [row.late.get(place) for place in range(len(row.cells))][::-1]
    whys = [told_late(each, translate) if each else "" for each in late]
    return {
        "roster": journal.roster,
        "row": row,
        "lessons": [
            Shown(column, cell)
            for column, cell in cells
            if column.kind is ColumnKind.LESSON and (cell is not None or column.at <= now)
        ],
        "grades": [
            Shown(column, cell, journal.comments.get(column.id))
            for column, cell in cells
            if column.kind is ColumnKind.CONTROL_POINT
        ],
        "works": [_work(*each, latest, now, why) for each, why in zip(cells, whys, strict=True) if _is_homework(*each)],
        "marks": _MARKS,
    }


_MARKS: Mapping[str, str] = {
    "present": phrase("attendance: present"),
    "absent": phrase("attendance: absent"),
    "late": phrase("attendance: late"),
    "excused": phrase("attendance: excused"),
}


def _is_homework(column: Column, _: Cell) -> bool:
    return column.kind is ColumnKind.HOMEWORK


def _work(column: Column, cell: Cell, latest: Mapping[int, SubmissionView], now: datetime, why: str) -> Work:
    submission, grade = latest.get(column.id), cell if isinstance(cell, Decimal) else None
    is_missing = submission is None and column.at < now
    none = _NOT_HANDED_IN if is_missing else _NOT_DUE
    state = _STATES[submission.status] if submission else none
    is_excused = cell is AttendanceStatus.EXCUSED
    return Work(column, grade, state, submission, is_missing and not is_excused, is_excused, why)


HANDLERS: Sequence[BaseRouteHandler] = (show_student,)
