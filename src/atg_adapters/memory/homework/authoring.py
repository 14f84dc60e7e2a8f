"""Authoring homework in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.people import is_member
from atg_core.homework.model import Choice, Homework, Question
from atg_core.homework.ports import GroupNotFound, HomeworkNotFound, LessonUnknown, QuestionInput
from atg_core.late_work import LATE_COLUMNS, LateRule, changed_columns, rule_of

_DEFAULTS = {
    "lesson_id": None,
    "description": "",
    "due_at": None,
    "max_attempts": None,
    "allow_late": False,
    "published_at": None,
    **dict.fromkeys(LATE_COLUMNS),
}


def with_teacher(database: MemoryDatabase, row: Row) -> Row:
    return {**row, "teacher_id": database.tables["study_groups"][row["group_id"]]["teacher_id"]}


def homework_of(database: MemoryDatabase, homework_id: int) -> Homework:
    """Raises HomeworkNotFound."""
    row = database.tables["homework"].get(homework_id)
    if row is None:
        raise HomeworkNotFound
    return convert(with_teacher(database, row), Homework)


def questions_of(database: MemoryDatabase, homework_id: int) -> list[Question]:
    """By position, with their choices."""
    rows = sorted(database.rows("homework_questions", homework_id=homework_id), key=lambda row: row["position"])
    return [convert({**row, "choices": _choices_of(database, row["id"])}, Question) for row in rows]


def _choices_of(database: MemoryDatabase, question_id: int) -> tuple[Choice, ...]:
    rows = database.rows("homework_choices", question_id=question_id)
    ordered = sorted(rows, key=lambda row: (row["order_index"], row["id"]))
    return tuple(convert({**row, "position": row["order_index"]}, Choice) for row in ordered)


def require_unanswered(database: MemoryDatabase, table: str, row: Mapping[str, Any]) -> None:
    """Refuses changes of questions with submissions, as the triggers of the SQL databases do. Raises DuplicateKey."""
    if table == "homework_questions" and any(database.rows("homework_submissions", homework_id=row["homework_id"])):
        raise DuplicateKey(("homework_id",))


class MemoryHomework:
    """`HomeworkStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = self.database.tables["study_groups"].get(group_id)
        if row is None or owner not in {None, row["teacher_id"]}:
            raise GroupNotFound

    async def due_between(self, group_ids: Collection[int], start: datetime, end: datetime) -> list[int]:
        return sorted(
            row["id"]
            for row in self.database.rows("homework")
            if row["group_id"] in group_ids and row["published_at"] and row["due_at"] and start <= row["due_at"] < end
        )

    async def late_rule_of_group(self, group_id: int) -> LateRule | None:
        return rule_of(self.database.tables["study_groups"][group_id])

    async def record_late_rule(
        self, homework_id: int, actor_id: UUID, before: LateRule | None, after: LateRule | None, now: datetime
    ) -> None:
        row = {"homework_id": homework_id, "actor_id": actor_id, "at": now, **changed_columns(before, after)}
        self.database.insert("late_rule_changes", row)

    async def members(self, homework_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        group = self.database.tables["homework"][homework_id]["group_id"]
        return {each for each in student_ids if is_member(self.database, group, each)}

    async def exempt(self, homework_id: int, student_ids: Mapping[UUID, bool], actor_id: UUID, now: datetime) -> None:
        for student_id, is_exempt in student_ids.items():
            key = {"homework_id": homework_id, "student_id": student_id}
            is_there = any(self.database.rows("homework_exemptions", **key))
            if is_there and not is_exempt:
                self.database.delete("homework_exemptions", **key)
            elif is_exempt and not is_there:
                self.database.insert("homework_exemptions", {**key, "given_by": actor_id, "created_at": now})

    async def require_lesson(self, lesson_id: int, group_id: int) -> None:
        row = self.database.tables["scheduled_lessons"].get(lesson_id)
        if row is None or row["group_id"] != group_id:
            raise LessonUnknown(field="lesson_id")

    async def add(self, values: Mapping[str, Any], now: datetime) -> int:
        row = {**_DEFAULTS, **values, "created_at": now, "updated_at": now}
        return int(self.database.insert("homework", row))

    async def homework(self, homework_id: int, owner: UUID | None) -> Homework:
        homework = homework_of(self.database, homework_id)
        if owner not in {None, homework.teacher_id}:
            raise HomeworkNotFound
        return homework

    async def questions(self, homework_id: int) -> list[Question]:
        return questions_of(self.database, homework_id)

    async def has_submissions(self, homework_id: int) -> bool:
        return any(self.database.rows("homework_submissions", homework_id=homework_id))

    async def change(self, homework_id: int, values: Mapping[str, Any], now: datetime) -> None:
        self.database.update("homework", homework_id, **values, updated_at=now)

    async def write_questions(self, homework_id: int, questions: Sequence[QuestionInput]) -> None:
        self._drop_questions(homework_id)
        for position, question in enumerate(questions, start=1):
            row = {
                "homework_id": homework_id,
                "position": position,
                "question_type": question.question_type,
                "text": question.text,
                "points": question.points,
                "allow_files": question.allow_files,
            }
            question_id = self.database.insert("homework_questions", row | _id_if_known(question.id))
            for order, choice in enumerate(question.choices, start=1):
                fields = {"text": choice.text, "is_correct": choice.is_correct, "order_index": order}
                self.database.insert(
                    "homework_choices", {"question_id": question_id, **fields, **_id_if_known(choice.id)}
                )

    def _drop_questions(self, homework_id: int) -> None:
        for question in list(self.database.rows("homework_questions", homework_id=homework_id)):
            self.database.delete("homework_choices", question_id=question["id"])
        self.database.delete("homework_questions", homework_id=homework_id)

    async def delete(self, homework_id: int) -> None:
        self._drop_questions(homework_id)
        self.database.delete("homework_exemptions", homework_id=homework_id)
        self.database.delete("homework", id=homework_id)


def _id_if_known(record_id: int | None) -> Row:
    return {} if record_id is None else {"id": record_id}
