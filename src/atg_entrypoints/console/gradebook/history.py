"""The history of a cell of the journal: who changed it, when, and from what."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.gradebook.model import AttendanceChange, ColumnKind, GradeChange, LateRuleChange
from atg_core.gradebook.ports import GradesOf, GroupNotFound, StudentNotFound
from atg_entrypoints.console.gradebook.asked import (
    Asked,
    QueriesAttendance,
    QueriesControlPoints,
    ShowsStudentJournal,
    address_of,
)
from atg_entrypoints.console.gradebook.cells import STATUS_WORDS, key_of
from atg_entrypoints.console.gradebook.columns import ColumnNotFound
from atg_entrypoints.console.pages import page
from atg_entrypoints.http.gradebook.viewer import viewer_of
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.wire import Paging, serial_or, uuid_or

Pages = NamedDependency[SkipValidation[Paging]]


@get("/groups/{group_id:str}/gradebook/{column:str}/history/{student_id:str}", policy=TEACHER)
async def show_history(
    *,
    request: Asked,
    group_id: FromPath[str],
    column: FromPath[str],
    student_id: FromPath[str],
    show_student_journal: ShowsStudentJournal,
    attendance_queries: QueriesAttendance,
    control_point_queries: QueriesControlPoints,
    paging: Pages,
) -> Response[str]:
    """Newest first. Grades of homework are given where it is marked, and have their history there; here is that of what
    late work costs."""
    viewer, student = viewer_of(request), uuid_or(StudentNotFound, student_id)
    group = serial_or(GroupNotFound, group_id)
    journal = await show_student_journal(viewer, group, student)
    shown = next((each for each in journal.columns if key_of(each) == column), None)
    changes: Sequence[AttendanceChange | GradeChange | LateRuleChange]
    if shown is None:
        raise ColumnNotFound
    if shown.kind is ColumnKind.LESSON:
        changes, total = await attendance_queries.changes(
            viewer, shown.id, student, limit=paging.size, offset=paging.offset
        )
    elif shown.kind is ColumnKind.CONTROL_POINT:
        of = GradesOf(control_point_id=shown.id, student_id=student)
        changes, total = await control_point_queries.grade_changes(
            viewer, group, of, limit=paging.size, offset=paging.offset
        )
    else:
        changes, total = await control_point_queries.late_rule_changes(
            viewer, group, shown.id, limit=paging.size, offset=paging.offset
        )
    values: dict[str, Any] = {
        "roster": journal.roster,
        "student": journal.roster.students[0],
        "column": shown,
        "address": address_of(group),
        "column_address": f"{address_of(group)}/{column}",
        "found": paging.of(list(changes), total),
        "statuses": STATUS_WORDS,
    }
    return page(request, "gradebook/history", values)


HANDLERS: Sequence[BaseRouteHandler] = (show_history,)
