"""Attendance, control points and their grades in memory: writing them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.submissions import is_member
from atg_core.gradebook.model import ControlPoint
from atg_core.gradebook.ports import ControlPointNotFound, Given, GroupNotFound, HeldLesson, LessonNotFound, Mark
from atg_core.schedule.model import LessonStatus

_POINTS, _GRADES, _CHANGES = "control_points", "control_point_grades", "control_point_grade_changes"


def require_room(database: MemoryDatabase, table: str, row: Mapping[str, Any], row_id: Any = None) -> None:
    """That no grade is higher than the most, as the triggers of a real database ask. Raises DuplicateKey."""
    if table == _GRADES and row["grade"] is not None:
        if row["grade"] > database.tables[_POINTS][row["control_point_id"]]["max_grade"]:
            raise DuplicateKey(("grade",))
    elif table == _POINTS and row_id is not None:
        grades = [
            each["grade"] for each in database.rows(_GRADES, control_point_id=row_id) if each["grade"] is not None
        ]
        if max(grades, default=0) > row["max_grade"]:
            raise DuplicateKey(("max_grade",))


def note_change(database: MemoryDatabase, before: Mapping[str, Any] | None, grade_id: int) -> None:
    """Writes down what changed of a grade, as the triggers of a real database do."""
    row = database.tables[_GRADES][grade_id]
    old = before["grade"] if before else None
    if row["grade"] == old:
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
    }
    database.insert(_CHANGES, change)
    database.update(_GRADES, grade_id, reason=None)


class MemoryRegister:
    """`Register` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lesson(self, lesson_id: int, owner: UUID | None) -> HeldLesson:
        row = given_lesson(self.database, lesson_id, owner)
        return HeldLesson(id=row["id"], group_id=row["group_id"], is_cancelled=row["status"] == LessonStatus.CANCELLED)

    async def known(self, lesson: HeldLesson, student_ids: Collection[UUID]) -> set[UUID]:
        marked = {row["student_id"] for row in self.database.rows("attendance", lesson_id=lesson.id)}
        return {each for each in student_ids if each in marked or is_member(self.database, lesson.group_id, each)}

    async def mark(self, lesson_id: int, marks: Sequence[Mark], now: datetime) -> None:
        for mark in marks:
            key = {"lesson_id": lesson_id, "student_id": mark.student_id}
            known = next(self.database.rows("attendance", **key), None)
            if mark.status is None:
                self.database.delete("attendance", **key)
            elif known is None:
                times = {"created_at": now, "updated_at": now}
                self.database.insert("attendance", {**key, "status": mark.status, **times})
            elif known["status"] != mark.status:
                self.database.update("attendance", known["id"], status=mark.status, updated_at=now)


def given_lesson(database: MemoryDatabase, lesson_id: int, owner: UUID | None) -> Row:
    """One that the owner gives, or one of a group of theirs. Raises LessonNotFound."""
    row = database.tables["scheduled_lessons"].get(lesson_id)
    if row is None:
        raise LessonNotFound
    group = database.tables["study_groups"][row["group_id"]]
    if owner not in {None, row["teacher_id"], group["teacher_id"]}:
        raise LessonNotFound
    return row


class MemoryControlPoints:
    """`ControlPoints` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise GroupNotFound

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        row_id = self.database.insert(_POINTS, {**values, "created_at": now, "updated_at": now})
        return convert(self.database.tables[_POINTS][row_id], ControlPoint)

    async def point_to_grade(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return convert(taught_point(self.database, control_point_id, owner), ControlPoint)

    point_to_change = point_to_grade

    async def change(self, control_point_id: int, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        self.database.update(_POINTS, control_point_id, **values, updated_at=now)
        return convert(self.database.tables[_POINTS][control_point_id], ControlPoint)

    async def delete(self, control_point_id: int) -> None:
        self.database.delete(_GRADES, control_point_id=control_point_id)
        self.database.delete(_POINTS, id=control_point_id)

    async def grades(self, control_point_id: int) -> dict[UUID, Given]:
        rows = self.database.rows(_GRADES, control_point_id=control_point_id)
        return {
            row["student_id"]: Given(student_id=row["student_id"], grade=row["grade"], comment=row["comment"])
            for row in rows
        }

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        return {each for each in student_ids if is_member(self.database, group_id, each)}

    async def put(self, control_point_id: int, given: Sequence[Given], actor_id: UUID, now: datetime) -> None:
        for each in given:
            key = {"control_point_id": control_point_id, "student_id": each.student_id}
            values = {"grade": each.grade, "comment": each.comment, "graded_by": actor_id, "reason": each.reason}
            before = next(self.database.rows(_GRADES, **key), None)
            if before is None:
                new = {**key, **values, "revision": 0, "created_at": now, "updated_at": now}
                grade_id = self.database.insert(_GRADES, new)
            else:
                grade_id = before["id"]
                self.database.update(_GRADES, grade_id, **values, revision=before["revision"] + 1, updated_at=now)
            note_change(self.database, before, grade_id)


def taught_point(database: MemoryDatabase, control_point_id: int, owner: UUID | None) -> Row:
    """Raises ControlPointNotFound."""
    row = database.tables[_POINTS].get(control_point_id)
    if row is None or owner not in {None, database.tables["study_groups"][row["group_id"]]["teacher_id"]}:
        raise ControlPointNotFound
    return row
