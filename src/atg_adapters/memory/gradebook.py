"""Reading groups with what is known of their students, and what was recorded of them, in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.grades import given_lesson, taught_point
from atg_adapters.memory.homework_reading import name_of
from atg_core.gradebook.model import (
    HOMEWORK_WEIGHT,
    Attendance,
    Cell,
    Column,
    ColumnKind,
    ControlPoint,
    Grade,
    GradeChange,
    Roll,
    Student,
    Viewer,
    Window,
)
from atg_core.gradebook.ports import GroupNotFound
from atg_core.homework.grading import total
from atg_core.homework.model import SubmissionStatus
from atg_core.schedule.model import LessonStatus


class MemoryGradebook:
    """`Gradebook`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def roll(self, group_id: int) -> Roll:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None:
            raise GroupNotFound
        return self._roll(row, [each["student_id"] for each in self.database.rows("group_students", group_id=group_id)])

    def _roll(self, row: Row, student_ids: Iterable[UUID]) -> Roll:
        users = [self.database.tables["users"][each] for each in student_ids]
        students = [
            Student(id=user["id"], username=user["username"], name=name_of(self.database, user["id"])) for user in users
        ]
        by_name = sorted(students, key=attrgetter("key"))
        return Roll(group_id=row["id"], name=row["name"], teacher_id=row["teacher_id"], students=tuple(by_name))

    async def rolls_of(self, student_id: UUID, *, alone: bool) -> list[Roll]:
        numbers = sorted(row["group_id"] for row in self.database.rows("group_students", student_id=student_id))
        if not alone:
            return [await self.roll(number) for number in numbers]
        groups = [self.database.tables["study_groups"][number] for number in numbers]
        return [replace(self._roll(group, [student_id]), is_whole=False) for group in groups]

    async def columns(self, rolls: Sequence[Roll], window: Window) -> dict[int, list[Column]]:
        (start, end), (first_day, last_day) = window.instants, window.days
        found = {}
        for roll in rolls:
            columns = [*self._lessons(roll, window), *self._homework(roll, window)]
            shown = [column for column in columns if start <= column.at < end]
            points = [column for column in self._points(roll, window) if first_day <= column.day <= last_day]
            found[roll.group_id] = [*shown, *points]
        return found

    def _lessons(self, roll: Roll, window: Window) -> Iterable[Column]:
        for row in self.database.rows("scheduled_lessons", group_id=roll.group_id):
            if row["status"] != LessonStatus.CANCELLED:
                marks = self.database.rows("attendance", lesson_id=row["id"])
                yield _column(ColumnKind.LESSON, row, row["start_time"], window, cells=_cells(roll, marks, "status"))

    def _homework(self, roll: Roll, window: Window) -> Iterable[Column]:
        for row in self.database.rows("homework", group_id=roll.group_id):
            if row["published_at"] is None:
                continue
            graded = self.database.rows("homework_submissions", homework_id=row["id"], status=SubmissionStatus.GRADED)
            points = [each["points"] for each in self.database.rows("homework_questions", homework_id=row["id"])]
            yield _column(
                ColumnKind.HOMEWORK,
                row,
                row["due_at"] or row["published_at"],
                window,
                cells=_cells(roll, graded, "grade"),
                max_grade=total(points) if points else None,
                weight=HOMEWORK_WEIGHT,
            )

    def _points(self, roll: Roll, window: Window) -> Iterable[Column]:
        for row in self.database.rows("control_points", group_id=roll.group_id):
            grades = self.database.rows("control_point_grades", control_point_id=row["id"])
            yield _column(
                ColumnKind.CONTROL_POINT,
                row,
                window.midnight(row["date"]),
                window,
                cells=_cells(roll, grades, "grade"),
                max_grade=row["max_grade"],
                weight=row["weight"],
            )

    async def comments(self, student_id: UUID, group_ids: Sequence[int]) -> dict[int, str]:
        points = self.database.tables["control_points"]
        return {
            row["control_point_id"]: row["comment"]
            for row in self.database.rows("control_point_grades", student_id=student_id)
            if row["comment"] is not None and points[row["control_point_id"]]["group_id"] in group_ids
        }


class MemoryRecords:
    """`Records`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _named(self, rows: Iterable[Row]) -> list[Row]:
        """By the name of the student."""
        named = [{**row, "student_name": name_of(self.database, row["student_id"])} for row in rows]
        return sorted(named, key=lambda row: (row["student_name"].casefold(), row["student_id"]))

    async def attendance(self, viewer: Viewer, lesson_id: int) -> list[Attendance]:
        given_lesson(self.database, lesson_id, viewer.owner)
        rows = self._named(self.database.rows("attendance", lesson_id=lesson_id))
        return [convert(row, Attendance) for row in rows]

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
        taught_point(self.database, control_point_id, viewer.owner)
        rows = self.database.rows("control_point_grades", control_point_id=control_point_id)
        return [convert(row, Grade) for row in self._named(row for row in rows if row["grade"] is not None)]

    async def grade_changes(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        rows = self._of_group("control_point_grade_changes", viewer, group_id, lambda row: -row["id"])
        shown = [
            {
                **row,
                "student_name": name_of(self.database, row["student_id"]),
                "actor_name": name_of(self.database, row["actor_id"]),
            }
            for row in rows[offset : offset + limit]
        ]
        return convert(shown, list[GradeChange]), len(rows)


def _column(kind: ColumnKind, row: Mapping[str, Any], at: Any, window: Window, **fields: Any) -> Column:
    return Column(kind=kind, id=row["id"], title=row["title"], at=at, day=window.day_of(at), **fields)


def _cells(roll: Roll, rows: Iterable[Row], field: str) -> tuple[Cell, ...]:
    """In the order of the roll; of several values the highest."""
    known: dict[UUID, Any] = {}
    for row in rows:
        if row[field] is not None:
            before = known.get(row["student_id"])
            known[row["student_id"]] = row[field] if before is None else max(before, row[field])
    return tuple(known.get(student.id) for student in roll.students)
