"""Groups, lessons and rules on SQL: writing them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.schedule import EXCEPTIONS, LESSON_COLUMNS, RULE, group_of, rule_of
from atg_adapters.sql.tables.conferencing import conference_leases
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import (
    calendar_tokens,
    group_students,
    recurring_lesson_exceptions,
    recurring_lessons,
    scheduled_lessons,
    study_groups,
)
from atg_core.identity.model import Role
from atg_core.schedule.model import Group, Lesson, LessonStatus, RecurringLesson, RuleException
from atg_core.schedule.ports import (
    GroupNameTaken,
    GroupNotFound,
    GroupWasTaught,
    LessonHasRecords,
    LessonLive,
    LessonNotFound,
    LessonOverlap,
    LessonStarted,
    RecurringLessonNotFound,
    StudentUnknown,
    TeacherUnknown,
)

_id: sa.BindParameter[Any] = sa.bindparam("key")
_groups, _lessons, _rules = study_groups.c, scheduled_lessons.c, recurring_lessons.c
_days, _in_group = recurring_lesson_exceptions.c, group_students.c

_count = sa.select(sa.func.count()).where(_in_group.group_id == _groups.id).scalar_subquery().label("student_count")
_GROUP = sa.select(study_groups, _count).where(_groups.id == _id).with_for_update(of=study_groups)
_TEACHER = sa.select(users.c.id).where(
    users.c.id == _id, users.c.is_active, users.c.role.in_([Role.TEACHER, Role.ADMIN])
)
_STUDENTS = sa.select(users.c.id, sa.func.lower(users.c.email).label("email")).where(
    users.c.is_active,
    users.c.id.in_(sa.bindparam("ids", expanding=True))
    | sa.func.lower(users.c.email).in_(sa.bindparam("emails", expanding=True)),
)
_HOLD_LESSONS = (
    sa.select(_lessons.id, _lessons.status).where(_lessons.group_id == _id).order_by(_lessons.id).with_for_update()
)
_live_lease = sa.exists().where(conference_leases.c.lesson_id == _lessons.id, conference_leases.c.ended_at.is_(None))
_BEING_STARTED = sa.select(_lessons.id).where(_lessons.group_id == _id, _live_lease).limit(1)
_IS_BEING_STARTED = sa.select(_lessons.id).where(_lessons.id == _id, _live_lease)
_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id).with_for_update()
# Else two lessons that overlap would wait for each other at the constraint, until PostgreSQL ends one as a deadlock.
_HOLD_TEACHER = sa.select(users.c.id).where(users.c.id == _id).with_for_update(key_share=True)
_OVERLAPPING = (
    sa.select(_lessons.id)
    .where(
        _lessons.id != _id,
        sa.or_(_lessons.teacher_id == sa.bindparam("teacher"), _lessons.group_id == sa.bindparam("of_group")),
        _lessons.status != LessonStatus.CANCELLED,
        _lessons.start_time < sa.bindparam("ends", type_=_lessons.end_time.type),
        _lessons.end_time > sa.bindparam("starts", type_=_lessons.start_time.type),
    )
    .limit(1)
)
_MAKE = insert(scheduled_lessons).on_conflict_do_nothing(index_elements=["recurring_lesson_id", "occurrence_date"])
_MADE = sa.select(_lessons.id).where(
    _lessons.recurring_lesson_id == _id, _lessons.occurrence_date == sa.bindparam("day")
)
_HOLD_RULE = sa.select(_rules.id).where(_rules.id == _id).with_for_update()
_REVISE = sa.update(recurring_lessons).where(_rules.id == _id)
_set_exception = insert(recurring_lesson_exceptions)
_SET_EXCEPTION = _set_exception.on_conflict_do_update(
    index_elements=["recurring_lesson_id", "date"],
    set_={name: _set_exception.excluded[name] for name in ("action", "start_time", "end_time")},
)
_token = insert(calendar_tokens)
_REPLACE_TOKEN = _token.on_conflict_do_update(
    index_elements=["user_id"], set_={"digest": _token.excluded.digest, "created_at": _token.excluded.created_at}
)


class SqlTimetable:
    """`Timetable` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def add_group(self, name: str, teacher_id: UUID, now: datetime) -> Group:
        await self._require_teacher(teacher_id)
        values = {"name": name, "teacher_id": teacher_id, "created_at": now, "updated_at": now}
        try:
            async with self.connection.begin_nested():
                row = await self._first(insert(study_groups).values(values).returning(_groups.id))
        except IntegrityError:
            raise GroupNameTaken from None
        return await self.group(row.id, None)

    async def _require_teacher(self, user_id: UUID) -> None:
        if await self._first(_TEACHER, key=user_id) is None:
            raise TeacherUnknown(field="teacher_id")

    async def group(self, group_id: int, owner: UUID | None) -> Group:
        row = await self._first(_GROUP, key=group_id)
        if row is None or (owner is not None and row.teacher_id != owner):
            raise GroupNotFound
        return group_of(row)

    async def change_group(self, group_id: int, values: Mapping[str, Any], now: datetime) -> Group:
        if "teacher_id" in values:
            await self._require_teacher(values["teacher_id"])
        try:
            async with self.connection.begin_nested():
                changing = sa.update(study_groups).where(_groups.id == _id)
                await self.connection.execute(changing.values({**values, "updated_at": now}), {"key": group_id})
        except IntegrityError:
            raise GroupNameTaken from None
        return await self.group(group_id, None)

    async def delete_group(self, group_id: int) -> None:
        held = (await self.connection.execute(_HOLD_LESSONS, {"key": group_id})).all()
        if any(row.status in {LessonStatus.LIVE, LessonStatus.ENDED} for row in held):
            raise GroupWasTaught
        if await self._first(_BEING_STARTED, key=group_id):
            raise GroupWasTaught
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(sa.delete(study_groups).where(_groups.id == _id), {"key": group_id})
        except IntegrityError:
            raise GroupWasTaught from None

    async def students_of(self, ids: Collection[UUID], emails: Collection[str]) -> list[UUID]:
        rows = (await self.connection.execute(_STUDENTS, {"ids": list(ids), "emails": list(emails)})).all()
        found = {row.id for row in rows}
        if not set(ids) <= found:
            raise StudentUnknown(field="student_ids")
        if not set(emails) <= {row.email for row in rows}:
            raise StudentUnknown(field="emails")
        return sorted(found)

    async def add_students(self, group_id: int, student_ids: Collection[UUID]) -> None:
        if student_ids:
            rows = [{"group_id": group_id, "student_id": student_id} for student_id in student_ids]
            await self.connection.execute(insert(group_students).on_conflict_do_nothing(), rows)

    async def remove_student(self, group_id: int, student_id: UUID) -> bool:
        removing = sa.delete(group_students).where(_in_group.group_id == group_id, _in_group.student_id == student_id)
        return (await self.connection.execute(removing)).rowcount > 0

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        await self._require_free(0, values, allow_overlap=allow_overlap)
        stored = {**values, "allow_overlap": allow_overlap, "created_at": now, "updated_at": now}
        return await self._kept(sa.insert(scheduled_lessons).values(stored), {})

    async def _require_free(self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool) -> None:
        """Also of lessons that may overlap others, which the constraint leaves out."""
        if allow_overlap or values.get("status") == LessonStatus.CANCELLED:
            return
        await self.connection.execute(_HOLD_TEACHER, {"key": values["teacher_id"]})
        overlapping = await self._first(
            _OVERLAPPING,
            key=lesson_id,
            teacher=values["teacher_id"],
            of_group=values["group_id"],
            starts=values["start_time"],
            ends=values["end_time"],
        )
        if overlapping is not None:
            raise LessonOverlap

    async def _kept(self, statement: Any, values: Mapping[str, Any]) -> Lesson:
        try:
            async with self.connection.begin_nested():
                row = await self._first(statement.returning(*LESSON_COLUMNS), **values)
        except IntegrityError:
            raise LessonOverlap from None
        return convert(row, Lesson, from_attributes=True)

    async def lesson(self, lesson_id: int, owner: UUID | None) -> Lesson:
        row = await self._first(_LESSON, key=lesson_id)
        if row is None or (owner is not None and row.teacher_id != owner):
            raise LessonNotFound
        return convert(row, Lesson, from_attributes=True)

    async def change_lesson(
        self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime
    ) -> Lesson:
        changed = dict(values)
        if values.keys() & {"start_time", "end_time", "group_id", "status"}:
            if await self._first(_IS_BEING_STARTED, key=lesson_id):
                raise LessonStarted
            merged = {**asdict(await self.lesson(lesson_id, None)), **values}
            await self._require_free(lesson_id, merged, allow_overlap=allow_overlap)
            changed["allow_overlap"] = allow_overlap
        changing = sa.update(scheduled_lessons).where(_lessons.id == _id)
        return await self._kept(
            changing.values({**changed, "revision": _lessons.revision + 1, "updated_at": now}), {"key": lesson_id}
        )

    async def delete_lesson(self, lesson_id: int) -> None:
        if await self._first(_IS_BEING_STARTED, key=lesson_id):
            raise LessonLive
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(
                    sa.delete(scheduled_lessons).where(_lessons.id == _id), {"key": lesson_id}
                )
        except IntegrityError:
            raise LessonHasRecords from None

    async def make_lesson(self, values: Mapping[str, Any], now: datetime) -> int:
        stored = {**values, "allow_overlap": True, "created_at": now, "updated_at": now}
        row = await self._first(_MAKE.values(stored).returning(_lessons.id))
        if row is None:
            row = await self._first(_MADE, key=values["recurring_lesson_id"], day=values["occurrence_date"])
        return int(row.id)

    async def add_rule(self, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        adding = sa.insert(recurring_lessons).values({**values, "created_at": now, "updated_at": now})
        return await self._rule((await self._first(adding.returning(_rules.id))).id)

    async def rule(self, rule_id: int, owner: UUID | None) -> RecurringLesson:
        await self.connection.execute(_HOLD_RULE, {"key": rule_id})
        rule = await self._rule(rule_id)
        if owner is not None and rule.teacher_id != owner:
            raise RecurringLessonNotFound
        return rule

    async def _rule(self, rule_id: int) -> RecurringLesson:
        row = await self._first(RULE, key=rule_id)
        if row is None:
            raise RecurringLessonNotFound
        days = await self.connection.execute(EXCEPTIONS, {"rules": [rule_id]})
        return rule_of(row, [convert(day, RuleException, from_attributes=True) for day in days])

    async def change_rule(self, rule_id: int, values: Mapping[str, Any], now: datetime) -> RecurringLesson:
        changed = {**values, "revision": _rules.revision + 1, "updated_at": now}
        await self.connection.execute(_REVISE.values(changed), {"key": rule_id})
        return await self._rule(rule_id)

    async def delete_rule(self, rule_id: int) -> None:
        await self.connection.execute(sa.delete(recurring_lessons).where(_rules.id == _id), {"key": rule_id})

    async def is_made(self, rule_id: int, day: date) -> bool:
        return await self._first(_MADE, key=rule_id, day=day) is not None

    async def set_exception(self, rule_id: int, exception: RuleException, now: datetime) -> RecurringLesson:
        await self.connection.execute(_SET_EXCEPTION, {"recurring_lesson_id": rule_id, **asdict(exception)})
        return await self.change_rule(rule_id, {}, now)

    async def remove_exception(self, rule_id: int, day: date, now: datetime) -> bool:
        removing = sa.delete(recurring_lesson_exceptions).where(_days.recurring_lesson_id == rule_id, _days.date == day)
        if not (await self.connection.execute(removing)).rowcount:
            return False
        await self.change_rule(rule_id, {}, now)
        return True

    async def replace_calendar_token(self, user_id: UUID, digest: bytes, now: datetime) -> None:
        await self.connection.execute(_REPLACE_TOKEN, {"user_id": user_id, "digest": digest, "created_at": now})
