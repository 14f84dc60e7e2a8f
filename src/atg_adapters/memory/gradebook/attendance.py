"""Attendance in memory."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import display_name, is_member
from atg_core.gradebook.model import Attendance, AttendanceChange, AttendanceStatus, Viewer
from atg_core.gradebook.ports import AttendanceInput, LessonNotFound, LockedLesson
from atg_core.schedule.model import LessonStatus


class MemoryAttendance:
    """`AttendanceStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def lock_lesson(self, lesson_id: int, owner: UUID | None) -> LockedLesson:
        row = lesson_of(self.database, lesson_id, owner)
        return LockedLesson(
            id=row["id"], group_id=row["group_id"], is_cancelled=row["status"] == LessonStatus.CANCELLED
        )

    async def marks(self, lesson_id: int, student_ids: Collection[UUID]) -> dict[UUID, AttendanceStatus]:
        rows = self.database.rows("attendance", lesson_id=lesson_id)
        return {
            row["student_id"]: AttendanceStatus(row["status"]) for row in rows if row["student_id"] in set(student_ids)
        }

    async def markable(self, lesson: LockedLesson, student_ids: Collection[UUID]) -> set[UUID]:
        marked = {row["student_id"] for row in self.database.rows("attendance", lesson_id=lesson.id)}
        return {each for each in student_ids if each in marked or is_member(self.database, lesson.group_id, each)}

    async def save(self, lesson_id: int, marks: Sequence[AttendanceInput], actor_id: UUID, now: datetime) -> None:
        for mark in marks:
            key = {"lesson_id": lesson_id, "student_id": mark.student_id}
            known = next(self.database.rows("attendance", **key), None)
            old = known["status"] if known else None
            if mark.status != old:
                change = {**key, "actor_id": actor_id, "at": now, "old_status": old, "new_status": mark.status}
                self.database.insert("attendance_changes", change)
            if mark.status is None:
                self.database.delete("attendance", **key)
            elif known is None:
                times = {"created_at": now, "updated_at": now}
                self.database.insert("attendance", {**key, "status": mark.status, **times})
            elif known["status"] != mark.status:
                self.database.update("attendance", known["id"], status=mark.status, updated_at=now)


def lesson_of(database: MemoryDatabase, lesson_id: int, owner: UUID | None) -> Row:
    """A lesson given by the owner, or one of a group that they teach. Raises LessonNotFound."""
    row = database.tables["scheduled_lessons"].get(lesson_id)
    if row is None:
        raise LessonNotFound
    group = database.tables["study_groups"][row["group_id"]]
    if owner not in {None, row["teacher_id"], group["teacher_id"]}:
        raise LessonNotFound
    return row


class MemoryAttendanceQueries:
    """`AttendanceQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        lesson_of(self.database, lesson_id, viewer.owner)
        rows = with_student_names(self.database, self.database.rows("attendance", lesson_id=lesson_id))
        return [convert(row, Attendance) for row in rows]

    async def changes(
        self, viewer: Viewer, lesson_id: int, student_id: UUID | None, *, limit: int, offset: int
    ) -> tuple[list[AttendanceChange], int]:
        lesson_of(self.database, lesson_id, viewer.owner)
        rows = [
            {
                **row,
                "student_name": display_name(self.database, row["student_id"]),
                "actor_name": display_name(self.database, row["actor_id"]),
            }
            for row in self.database.rows("attendance_changes", lesson_id=lesson_id)
            if student_id in {None, row["student_id"]}
        ][::-1]
        return convert(rows[offset : offset + limit], list[AttendanceChange]), len(rows)


def with_student_names(database: MemoryDatabase, rows: Iterable[Row]) -> list[Row]:
    """Ordered by the name of the student."""
    named = [{**row, "student_name": display_name(database, row["student_id"])} for row in rows]
    return sorted(named, key=lambda row: (row["student_name"].casefold(), row["student_id"]))
