"""Single lessons on SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.schedule.ownership import SqlGroupOwnership
from atg_adapters.sql.schedule.queries import LESSON_COLUMNS
from atg_adapters.sql.tables.conferencing import conference_leases
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_core.schedule.model import Lesson, LessonStatus
from atg_core.schedule.ports import (
    LessonHasRecords,
    LessonLive,
    LessonNotFound,
    LessonOverlap,
    LessonStarted,
)

_id: sa.BindParameter[Any] = sa.bindparam("key")
_lessons = scheduled_lessons.c
_OVERLAPS_BY = {"start_time", "end_time", "group_id", "status"}
live_lease = sa.exists().where(conference_leases.c.lesson_id == _lessons.id, conference_leases.c.ended_at.is_(None))
_IS_BEING_STARTED = sa.select(_lessons.id).where(_lessons.id == _id, live_lease)
_LESSON = sa.select(*LESSON_COLUMNS).where(_lessons.id == _id).with_for_update()
# Without this lock two overlapping inserts would wait for each other at the constraint: a deadlock.
HOLD_TEACHER = sa.select(users.c.id).where(users.c.id == _id).with_for_update(key_share=True)
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


class SqlLessons(SqlGroupOwnership):
    """`Lessons` within the transaction of `connection`."""

    async def add_lesson(self, values: Mapping[str, Any], *, allow_overlap: bool, now: datetime) -> Lesson:
        await self._require_free(0, values, allow_overlap=allow_overlap)
        stored = {**values, "allow_overlap": allow_overlap, "created_at": now, "updated_at": now}
        return await self._stored(sa.insert(scheduled_lessons).values(stored), {})

    async def _require_free(self, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool) -> None:
        """Also checks lessons with `allow_overlap`, which the constraint exempts."""
        if allow_overlap or values.get("status") == LessonStatus.CANCELLED:
            return
        await self.connection.execute(HOLD_TEACHER, {"key": values["teacher_id"]})
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

    async def _stored(self, statement: Any, values: Mapping[str, Any]) -> Lesson:
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
        if values.keys() & {*_OVERLAPS_BY, "link"} and await self._first(_IS_BEING_STARTED, key=lesson_id):
            raise LessonStarted
        if values.keys() & _OVERLAPS_BY:
            merged = {**asdict(await self.lesson(lesson_id, None)), **values}
            await self._require_free(lesson_id, merged, allow_overlap=allow_overlap)
            changed["allow_overlap"] = allow_overlap
        changing = sa.update(scheduled_lessons).where(_lessons.id == _id)
        return await self._stored(
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
