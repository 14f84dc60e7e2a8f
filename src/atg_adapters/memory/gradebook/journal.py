"""Rosters and journals in memory."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import display_name
from atg_core.gradebook.model import (
    HOMEWORK_WEIGHT,
    Attempt,
    AttendanceStatus,
    Cell,
    Column,
    ColumnKind,
    Roster,
    Student,
    Window,
    with_excused,
    with_lateness,
)
from atg_core.gradebook.ports import GroupNotFound
from atg_core.homework.grading import total
from atg_core.homework.model import SubmissionStatus
from atg_core.late_work import rule_of
from atg_core.schedule.model import LessonStatus


class MemoryJournalQueries:
    """`JournalQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def roster(self, group_id: int) -> Roster:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None:
            raise GroupNotFound
        return self._roster(
            row, [each["student_id"] for each in self.database.rows("group_students", group_id=group_id)]
        )

    def _roster(self, row: Row, student_ids: Iterable[UUID]) -> Roster:
        users = [self.database.tables["users"][each] for each in student_ids]
        students = [
            Student(id=user["id"], username=user["username"], name=display_name(self.database, user["id"]))
            for user in users
        ]
        by_name = sorted(students, key=attrgetter("sort_key"))
        return Roster(group_id=row["id"], name=row["name"], teacher_id=row["teacher_id"], students=tuple(by_name))

    async def rosters_of(self, student_id: UUID, *, student_only: bool) -> list[Roster]:
        numbers = sorted(row["group_id"] for row in self.database.rows("group_students", student_id=student_id))
        if not student_only:
            return [await self.roster(number) for number in numbers]
        groups = [self.database.tables["study_groups"][number] for number in numbers]
        return [replace(self._roster(group, [student_id]), is_complete=False) for group in groups]

    async def columns(self, rosters: Sequence[Roster], window: Window) -> dict[int, list[Column]]:
        (start, end), (first_day, last_day) = window.instants, window.days
        found = {}
        for roster in rosters:
            columns = [*self._lessons(roster, window), *self._homework(roster, window)]
            shown = [column for column in columns if start <= column.at < end]
            points = [column for column in self._points(roster, window) if first_day <= column.day <= last_day]
            found[roster.group_id] = [*shown, *points]
        return found

    def _lessons(self, roster: Roster, window: Window) -> Iterable[Column]:
        for row in self.database.rows("scheduled_lessons", group_id=roster.group_id):
            if row["status"] != LessonStatus.CANCELLED:
                marks = self.database.rows("attendance", lesson_id=row["id"])
                yield _column(ColumnKind.LESSON, row, row["start_time"], window, cells=_cells(roster, marks, "status"))

    def _homework(self, roster: Roster, window: Window) -> Iterable[Column]:
        for row in self.database.rows("homework", group_id=roster.group_id):
            if row["published_at"] is None:
                continue
            graded = self.database.rows("homework_submissions", homework_id=row["id"], status=SubmissionStatus.GRADED)
            submissions = list(graded)
            points = [each["points"] for each in self.database.rows("homework_questions", homework_id=row["id"])]
            column = _column(
                ColumnKind.HOMEWORK,
                row,
                row["due_at"] or row["published_at"],
                window,
                cells=_cells(roster, submissions, "grade"),
                max_grade=total(points) if points else None,
                weight=HOMEWORK_WEIGHT,
            )
            places = {student.id: place for place, student in enumerate(roster.students)}
            if rule := rule_of(row):
                column = with_lateness(column, _attempts(submissions, places), rule, row["due_at"])
            exempt = self.database.rows("homework_exemptions", homework_id=row["id"])
            yield with_excused(column, [places[each["student_id"]] for each in exempt if each["student_id"] in places])

    def _points(self, roster: Roster, window: Window) -> Iterable[Column]:
        for row in self.database.rows("control_points", group_id=roster.group_id):
            grades = [
                {**each, "grade": AttendanceStatus.EXCUSED}
                if each["grade"] is None and each.get("is_excused")
                else each
                for each in self.database.rows("control_point_grades", control_point_id=row["id"])
            ]
            yield _column(
                ColumnKind.CONTROL_POINT,
                row,
                window.midnight(row["date"]),
                window,
                cells=_cells(roster, grades, "grade"),
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


def _column(kind: ColumnKind, row: Mapping[str, Any], at: Any, window: Window, **fields: Any) -> Column:
    return Column(kind=kind, id=row["id"], title=row["title"], at=at, day=window.day_of(at), **fields)


def _attempts(rows: Iterable[Row], places: Mapping[UUID, int]) -> dict[int, list[Attempt]]:
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    for row in rows:
        if row["student_id"] in places and row["submitted_at"]:
            found[places[row["student_id"]]].append((row["grade"], row["submitted_at"]))
    return found


def _cells(roster: Roster, rows: Iterable[Row], field: str) -> tuple[Cell, ...]:
    """In the order of the roster; of several values the highest."""
    known: dict[UUID, Any] = {}
    for row in rows:
        if row[field] is not None:
            before = known.get(row["student_id"])
            known[row["student_id"]] = row[field] if before is None else max(before, row[field])
    return tuple(known.get(student.id) for student in roster.students)
