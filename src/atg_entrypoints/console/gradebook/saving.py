"""Saving what a form says of cells: each column by its use case, upon the values that the form was shown with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from atg_core.errors import AtgError, ChangedMeanwhile, Conflict, Fault, Faults, Invalid
from atg_core.gradebook.attendance import MarkAttendance
from atg_core.gradebook.control_points import GradeControlPoint, GradeInput
from atg_core.gradebook.model import AttendanceStatus, Cell, ColumnKind, Viewer
from atg_core.gradebook.ports import AttendanceInput
from atg_core.words import Language
from atg_entrypoints.console.gradebook.cells import Line, key_of


@dataclass(slots=True)
class Saved:
    """`lines`: all, as the form shows them then; `error`: the first refusal, with the faults of all."""

    lines: list[Line]
    faults: list[Fault] = field(default_factory=list)
    error: AtgError | None = None

    def refusal(self) -> AtgError | None:
        """Who was late is told so; else what is wrong with the fields."""
        if self.faults and not isinstance(self.error, ChangedMeanwhile):
            return Invalid(faults=self.faults)
        return self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCells:
    """Nothing is saved of a form with a malformed field; then each column is saved whole or not at all."""

    mark_attendance: MarkAttendance
    grade_control_point: GradeControlPoint

    async def __call__(self, viewer: Viewer, lines: Iterable[Line], language: Language) -> Saved:
        saved, faults = Saved(list(lines)), Faults()
        by_column: defaultdict[str, list[Line]] = defaultdict(list)
        for line in saved.lines:
            with faults:
                if line.is_changed:
                    by_column[key_of(line.column)].append(line)
        try:
            faults.raise_any()
        except Invalid as error:
            saved.faults, saved.error = list(error.faults), error
            return saved
        for changed in by_column.values():
            await self._save(viewer, changed, saved, language)
        return saved

    async def _save(self, viewer: Viewer, changed: Sequence[Line], saved: Saved, language: Language) -> None:
        column, places = changed[0].column, {line.key: place for place, line in enumerate(saved.lines)}
        try:
            if column.kind is ColumnKind.LESSON:
                await self.mark_attendance(viewer, column.id, [_mark(line) for line in changed])
            else:
                await self.grade_control_point(viewer, column.id, [_grade(line) for line in changed])
        except ChangedMeanwhile as error:
            current = _current(error)
            saved.faults += [_named(fault, changed) for fault in error.faults]
            saved.error = ChangedMeanwhile(current=error.beside["current"], faults=saved.faults)
            for line in changed:
                if line.student_id in current:
                    saved.lines[places[line.key]] = line.shown_again(current[line.student_id], language)
        except (Invalid, Conflict) as error:
            saved.error = saved.error or error
            saved.faults += [_named(fault, changed) for fault in error.faults]
        else:
            for line in changed:
                saved.lines[places[line.key]] = line.saved()


def _mark(line: Line) -> AttendanceInput:
    cell, was = line.cell(), line.before()
    return AttendanceInput(
        student_id=line.student_id,
        status=cell if isinstance(cell, AttendanceStatus) else None,
        is_conditional=True,
        was=was if isinstance(was, AttendanceStatus) else None,
    )


def _grade(line: Line) -> GradeInput:
    cell, was = line.cell(), line.before()
    return GradeInput(
        student_id=line.student_id,
        grade=cell if isinstance(cell, Decimal) else None,
        comment=line.comment or None,
        keeps_comment=line.comment is None,
        is_conditional=True,
        was=was if isinstance(was, Decimal) else None,
        excused=cell is AttendanceStatus.EXCUSED,
        was_excused=was is AttendanceStatus.EXCUSED,
    )


def _current(error: ChangedMeanwhile) -> dict[UUID, Cell]:
    """What is there now, by student: a grade or a mark."""
    rows = cast("Sequence[Mapping[str, Any]]", error.beside["current"])
    return {
        row["student_id"]: AttendanceStatus.EXCUSED
        if row.get("excused")
        else next(row[name] for name in row if name != "student_id")
        for row in rows
    }


def _named(fault: Fault, changed: Sequence[Line]) -> Fault:
    """A fault of a row that was sent, as one of the field of its line."""
    index, _, _ = fault.field.removeprefix("[").partition("]")
    return replace(fault, field=f"cell-{changed[int(index)].key}") if index.isdigit() else fault
