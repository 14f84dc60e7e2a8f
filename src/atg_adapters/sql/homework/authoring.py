"""Authoring homework on SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.homework import (
    homework,
    homework_choices,
    homework_exemptions,
    homework_questions,
    homework_submissions,
    late_rule_changes,
)
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_core.homework.model import Choice, Homework, Question
from atg_core.homework.ports import ChoiceInput, GroupNotFound, HomeworkNotFound, LessonUnknown, QuestionInput
from atg_core.late_work import LATE_COLUMNS, LateRule, changed_columns

_id: sa.BindParameter[Any] = sa.bindparam("key")
_of_homework, _questions, _choices = homework.c, homework_questions.c, homework_choices.c

HOMEWORK = sa.select(homework, study_groups.c.teacher_id).join(study_groups).where(_of_homework.id == _id)
_LOCK = HOMEWORK.with_for_update(of=homework)
_QUESTIONS = sa.select(homework_questions).where(_questions.homework_id == _id).order_by(_questions.position)
_CHOICES = (
    sa.select(homework_choices, _choices.order_index.label("position"))
    .join(homework_questions)
    .where(_questions.homework_id == _id)
    .order_by(_choices.order_index, _choices.id)
)
# Neither is deleted before the end of the transaction.
_GROUP = sa.select(study_groups.c.teacher_id).where(study_groups.c.id == _id)
_LOCK_GROUP = _GROUP.with_for_update(read=True, key_share=True)
_LESSON = sa.select(scheduled_lessons.c.group_id).where(scheduled_lessons.c.id == _id)
_LOCK_LESSON = _LESSON.with_for_update(read=True, key_share=True)
_ANY_SUBMISSION = sa.select(homework_submissions.c.id).where(homework_submissions.c.homework_id == _id).limit(1)
_ADD = sa.insert(homework).returning(_of_homework.id)
_CHANGE = sa.update(homework).where(_of_homework.id == _id)
_DELETE = sa.delete(homework).where(_of_homework.id == _id)
_kept: sa.BindParameter[Any] = sa.bindparam("kept", expanding=True)
_DROP_QUESTIONS = sa.delete(homework_questions).where(_questions.homework_id == _id, _questions.id.not_in(_kept))
# Negative positions first: (homework_id, position) is unique at every moment.
_NEGATE_POSITIONS = (
    sa.update(homework_questions).where(_questions.homework_id == _id).values(position=-_questions.position - 1)
)
_CHANGE_QUESTION = sa.update(homework_questions).where(_questions.id == _id)
_ADD_QUESTIONS = sa.insert(homework_questions).returning(_questions.id)
_own_questions = sa.select(_questions.id).where(_questions.homework_id == _id)
_DROP_CHOICES = sa.delete(homework_choices).where(_choices.question_id.in_(_own_questions), _choices.id.not_in(_kept))
_CHANGE_CHOICE = sa.update(homework_choices).where(_choices.id == _id)


_DUE_BETWEEN = (
    sa.select(_of_homework.id)
    .where(
        is_among(_of_homework.group_id, "groups"),
        _of_homework.published_at.is_not(None),
        _of_homework.due_at >= sa.bindparam("starts", type_=_of_homework.due_at.type),
        _of_homework.due_at < sa.bindparam("ends", type_=_of_homework.due_at.type),
    )
    .order_by(_of_homework.id)
)
_GROUP_RULE = sa.select(*(study_groups.c[name] for name in LATE_COLUMNS)).where(study_groups.c.id == _id)
_exemptions = homework_exemptions.c
_EXEMPT = insert(homework_exemptions).on_conflict_do_nothing()
_COUNT_AGAIN = sa.delete(homework_exemptions).where(
    _exemptions.homework_id == _id, is_among(_exemptions.student_id, "some")
)
_MEMBERS = (
    sa.select(group_students.c.student_id)
    .join(homework, homework.c.group_id == group_students.c.group_id)
    .where(homework.c.id == _id, is_among(group_students.c.student_id, "some"))
)


async def questions_of(connection: Connection, homework_id: int) -> list[Question]:
    """By position, with their choices; two statements."""
    choices: defaultdict[int, list[Choice]] = defaultdict(list)
    for choice in await connection.execute(_CHOICES, {"key": homework_id}):
        choices[choice.question_id].append(convert(choice, Choice, from_attributes=True))
    rows = await connection.execute(_QUESTIONS, {"key": homework_id})
    return [convert({**fields_of(row), "choices": tuple(choices[row.id])}, Question) for row in rows]


class SqlHomework:
    """`HomeworkStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = await self._first(_LOCK_GROUP, key=group_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise GroupNotFound

    async def due_between(self, group_ids: Collection[int], start: datetime, end: datetime) -> list[int]:
        values = {"groups": list(group_ids), "starts": start, "ends": end}
        return list((await self.connection.execute(_DUE_BETWEEN, values)).scalars())

    async def late_rule_of_group(self, group_id: int) -> LateRule | None:
        return LateRule.of(*await self._first(_GROUP_RULE, key=group_id))

    async def record_late_rule(
        self, homework_id: int, actor_id: UUID, before: LateRule | None, after: LateRule | None, now: datetime
    ) -> None:
        values = {"homework_id": homework_id, "actor_id": actor_id, "at": now, **changed_columns(before, after)}
        await self.connection.execute(sa.insert(late_rule_changes), values)

    async def members(self, homework_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        values = {"key": homework_id, "some": list(student_ids)}
        return set((await self.connection.execute(_MEMBERS, values)).scalars())

    async def exempt(self, homework_id: int, student_ids: Mapping[UUID, bool], actor_id: UUID, now: datetime) -> None:
        again = [student_id for student_id, is_exempt in student_ids.items() if not is_exempt]
        rows = [
            {"homework_id": homework_id, "student_id": student_id, "given_by": actor_id, "created_at": now}
            for student_id, is_exempt in student_ids.items()
            if is_exempt
        ]
        await self.connection.execute(_COUNT_AGAIN, {"key": homework_id, "some": again})
        if rows:
            await self.connection.execute(_EXEMPT, rows)

    async def require_lesson(self, lesson_id: int, group_id: int) -> None:
        row = await self._first(_LOCK_LESSON, key=lesson_id)
        if row is None or row.group_id != group_id:
            raise LessonUnknown(field="lesson_id")

    async def add(self, values: Mapping[str, Any], now: datetime) -> int:
        return int((await self._first(_ADD.values({**values, "created_at": now, "updated_at": now}))).id)

    async def homework(self, homework_id: int, owner: UUID | None) -> Homework:
        row = await self._first(_LOCK, key=homework_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise HomeworkNotFound
        return convert(row, Homework, from_attributes=True)

    async def questions(self, homework_id: int) -> list[Question]:
        return await questions_of(self.connection, homework_id)

    async def has_submissions(self, homework_id: int) -> bool:
        return await self._first(_ANY_SUBMISSION, key=homework_id) is not None

    async def change(self, homework_id: int, values: Mapping[str, Any], now: datetime) -> None:
        await self.connection.execute(_CHANGE.values({**values, "updated_at": now}), {"key": homework_id})

    async def write_questions(self, homework_id: int, questions: Sequence[QuestionInput]) -> None:
        kept = [question.id for question in questions if question.id is not None]
        await self.connection.execute(_DROP_QUESTIONS, {"key": homework_id, "kept": kept})
        await self.connection.execute(_NEGATE_POSITIONS, {"key": homework_id})
        numbered = list(enumerate(questions, start=1))
        await self._execute_many(
            _CHANGE_QUESTION,
            [{"key": each.id, **_fields(each, position)} for position, each in numbered if each.id is not None],
        )
        new = [
            {"homework_id": homework_id, **_fields(each, position)} for position, each in numbered if each.id is None
        ]
        # Numbers are given in the order of the rows, but not told in it.
        made = iter(sorted((await self.connection.execute(_ADD_QUESTIONS, new)).scalars()))
        choices_of = {question.id or next(made): question.choices for question in questions}
        await self._write_choices(homework_id, choices_of)

    async def _write_choices(self, homework_id: int, choices_of: Mapping[int, Sequence[ChoiceInput]]) -> None:
        rows = [
            {"key": choice.id, "question_id": question_id, "order_index": order, **_fields_of_choice(choice)}
            for question_id, choices in choices_of.items()
            for order, choice in enumerate(choices, start=1)
        ]
        kept = [row["key"] for row in rows if row["key"] is not None]
        await self.connection.execute(_DROP_CHOICES, {"key": homework_id, "kept": kept})
        await self._execute_many(_CHANGE_CHOICE, [row for row in rows if row["key"] is not None])
        new = [{name: row[name] for name in row if name != "key"} for row in rows if row["key"] is None]
        await self._execute_many(sa.insert(homework_choices), new)

    async def _execute_many(self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self.connection.execute(statement, rows)

    async def delete(self, homework_id: int) -> None:
        await self.connection.execute(_DELETE, {"key": homework_id})


def _fields(question: QuestionInput, position: int) -> dict[str, Any]:
    return {
        "position": position,
        "question_type": question.question_type,
        "text": question.text,
        "points": question.points,
        "allow_files": question.allow_files,
    }


def _fields_of_choice(choice: ChoiceInput) -> dict[str, Any]:
    return {"text": choice.text, "is_correct": choice.is_correct}
