"""Control points, their grades and their history, in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.gradebook.attendance import with_student_names
from atg_adapters.memory.people import display_name, is_member
from atg_core.gradebook.model import (
    ControlPoint,
    ControlPointChange,
    Grade,
    GradeChange,
    GradedField,
    LateRuleChange,
    Viewer,
)
from atg_core.gradebook.ports import ControlPointNotFound, GradesOf, GroupNotFound, StudentGrade
from atg_core.late_work import changed_rules

_POINTS, _GRADES, _CHANGES = "control_points", "control_point_grades", "control_point_grade_changes"
_POINT_CHANGES = "control_point_changes"


def require_grades_within_maximum(
    database: MemoryDatabase, table: str, row: Mapping[str, Any], row_id: Any = None
) -> None:
    """Refuses grades above `max_grade`, as the triggers of the SQL databases do. Raises DuplicateKey."""
    if table == _GRADES and row["grade"] is not None:
        if row["grade"] > database.tables[_POINTS][row["control_point_id"]]["max_grade"]:
            raise DuplicateKey(("grade",))
    elif table == _POINTS and row_id is not None:
        grades = [
            each["grade"] for each in database.rows(_GRADES, control_point_id=row_id) if each["grade"] is not None
        ]
        if max(grades, default=0) > row["max_grade"]:
            raise DuplicateKey(("max_grade",))


def record_grade_change(database: MemoryDatabase, before: Mapping[str, Any] | None, grade_id: int) -> None:
    """Adds a changed grade to the grade history, as the triggers of the SQL databases do."""
    row = database.tables[_GRADES][grade_id]
    old, was_excused = (before["grade"], before.get("is_excused", False)) if before else (None, False)
    if (row["grade"], row.get("is_excused", False)) == (old, was_excused):
        return
    point = database.tables[_POINTS][row["control_point_id"]]
    change = {
        "group_id": point["group_id"],
        "control_point_id": point["id"],
        "title": point["title"],
        "student_id": row["student_id"],
        "actor_id": row["graded_by"],
        "at": row["updated_at"],
        "old_grade": old,
        "new_grade": row["grade"],
        "reason": row["reason"],
        "old_excused": was_excused,
        "new_excused": row.get("is_excused", False),
    }
    database.insert(_CHANGES, change)
    database.update(_GRADES, grade_id, reason=None)


def record_point_change(
    database: MemoryDatabase, before: Row, *, actor_id: UUID | None = None, reason: str | None = None
) -> None:
    """Adds another weight or scale of what was graded to the history, as the triggers of the SQL databases do.

    Without an actor it is the teacher of the group.
    """
    row = database.tables[_POINTS][before["id"]]
    if not any(database.rows(_CHANGES, control_point_id=row["id"])):
        return
    for field in GradedField:
        if row[field] != before[field]:
            change = {
                "group_id": row["group_id"],
                "control_point_id": row["id"],
                "title": row["title"],
                "field": field,
                "actor_id": actor_id or database.tables["study_groups"][row["group_id"]]["teacher_id"],
                "at": row["updated_at"],
                "old_value": before[field],
                "new_value": row[field],
                "reason": reason,
            }
            database.insert(_POINT_CHANGES, change)


class MemoryControlPoints:
    """`ControlPointStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise GroupNotFound

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        row_id = self.database.insert(_POINTS, {**values, "created_at": now, "updated_at": now})
        return convert(self.database.tables[_POINTS][row_id], ControlPoint)

    async def lock_for_grading(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return convert(control_point_of(self.database, control_point_id, owner), ControlPoint)

    lock_for_change = lock_for_grading

    async def change(
        self, control_point_id: int, values: Mapping[str, Any], now: datetime, *, actor_id: UUID, reason: str | None
    ) -> ControlPoint:
        before = self.database.tables[_POINTS][control_point_id]
        self.database.update(_POINTS, control_point_id, **values, updated_at=now)
        record_point_change(self.database, before, actor_id=actor_id, reason=reason)
        return convert(self.database.tables[_POINTS][control_point_id], ControlPoint)

    async def delete(self, control_point_id: int) -> None:
        self.database.delete(_GRADES, control_point_id=control_point_id)
        self.database.delete(_POINTS, id=control_point_id)

    async def grades(self, control_point_id: int) -> dict[UUID, StudentGrade]:
        rows = self.database.rows(_GRADES, control_point_id=control_point_id)
        return {
            row["student_id"]: StudentGrade(
                student_id=row["student_id"],
                grade=row["grade"],
                comment=row["comment"],
                excused=row.get("is_excused", False),
            )
            for row in rows
        }

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        return {each for each in student_ids if is_member(self.database, group_id, each)}

    async def save_grades(
        self, control_point_id: int, grades: Sequence[StudentGrade], actor_id: UUID, now: datetime
    ) -> None:
        for each in grades:
            key = {"control_point_id": control_point_id, "student_id": each.student_id}
            values: Row = {"grade": each.grade, "comment": each.comment, "is_excused": each.excused}
            values |= {"graded_by": actor_id, "reason": each.reason}
            before = next(self.database.rows(_GRADES, **key), None)
            if before is None:
                new = {**key, **values, "revision": 0, "created_at": now, "updated_at": now}
                grade_id = self.database.insert(_GRADES, new)
            else:
                grade_id = before["id"]
                self.database.update(_GRADES, grade_id, **values, revision=before["revision"] + 1, updated_at=now)
            record_grade_change(self.database, before, grade_id)


class MemoryControlPointQueries:
    """`ControlPointQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def control_points(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPoint], int]:
        rows = self._of_group("control_points", viewer, group_id, lambda row: (row["date"], row["id"]))
        return [convert(row, ControlPoint) for row in rows[offset : offset + limit]], len(rows)

    def _of_group(self, table: str, viewer: Viewer, group_id: int, key: Callable[[Row], Any]) -> list[Row]:
        group = self.database.tables["study_groups"].get(group_id)
        if group is None or viewer.owner not in {None, group["teacher_id"]}:
            raise GroupNotFound
        return sorted(self.database.rows(table, group_id=group_id), key=key)

    async def grades(self, viewer: Viewer, control_point_id: int) -> list[Grade]:
        control_point_of(self.database, control_point_id, viewer.owner)
        rows = self.database.rows("control_point_grades", control_point_id=control_point_id)
        return [convert(row, Grade) for row in with_student_names(self.database, filter(_is_given, rows))]

    async def grade_changes(
        self, viewer: Viewer, group_id: int, of: GradesOf, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        rows = [
            row
            for row in self._of_group("control_point_grade_changes", viewer, group_id, _newest_first)
            if of.control_point_id in {None, row["control_point_id"]} and of.student_id in {None, row["student_id"]}
        ]
        shown = [
            {
                **row,
                "student_name": display_name(self.database, row["student_id"]),
                "actor_name": display_name(self.database, row["actor_id"]),
            }
            for row in rows[offset : offset + limit]
        ]
        return convert(shown, list[GradeChange]), len(rows)

    async def changes_of(
        self, viewer: Viewer, control_point_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        control_point_of(self.database, control_point_id, viewer.owner)
        rows = self.database.rows(_POINT_CHANGES, control_point_id=control_point_id)
        return self._shown(sorted(rows, key=_newest_first), limit, offset)

    async def changes_in(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        return self._shown(self._of_group(_POINT_CHANGES, viewer, group_id, _newest_first), limit, offset)

    async def late_rule_changes(
        self, viewer: Viewer, group_id: int, homework_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[LateRuleChange], int]:
        titles = {
            row["id"]: row["title"]
            for row in self._of_group("homework", viewer, group_id, _newest_first)
            if homework_id in {None, row["id"]}
        }
        changes = [row for row in self.database.rows("late_rule_changes") if row["homework_id"] in titles]
        found = sorted(changes, key=_newest_first)
        shown = [
            {
                **row,
                **changed_rules(row),
                "title": titles[row["homework_id"]],
                "actor_name": display_name(self.database, row["actor_id"]),
            }
            for row in found[offset : offset + limit]
        ]
        return convert(shown, list[LateRuleChange]), len(found)

    def _shown(self, rows: list[Row], limit: int, offset: int) -> tuple[list[ControlPointChange], int]:
        page = [
            {**row, "actor_name": display_name(self.database, row["actor_id"])} for row in rows[offset : offset + limit]
        ]
        return convert(page, list[ControlPointChange]), len(rows)


def _is_given(row: Row) -> bool:
    """Whether there is a grade, or the student is excused."""
    return row["grade"] is not None or bool(row.get("is_excused"))


def _newest_first(row: Row) -> int:
    return -int(row["id"])


def control_point_of(database: MemoryDatabase, control_point_id: int, owner: UUID | None) -> Row:
    """Raises ControlPointNotFound."""
    row = database.tables[_POINTS].get(control_point_id)
    if row is None or owner not in {None, database.tables["study_groups"][row["group_id"]]["teacher_id"]}:
        raise ControlPointNotFound
    return row
