"""Products of the shop on SQL: lessons and courses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.tables.shop import shop_course_lessons, shop_courses, shop_lessons
from atg_core.shop.model import ShopCourse, ShopLesson
from atg_core.shop.ports import CourseNotFound, LessonNotFound

_id: sa.BindParameter[int] = sa.bindparam("key")
_LESSON_IDS = (
    sa.select(shop_course_lessons.c.lesson_id)
    .where(shop_course_lessons.c.course_id == _id)
    .order_by(shop_course_lessons.c.order_index)
)


class SqlProducts:
    """`Products` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add_lesson(self, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        stored = with_folded(shop_lessons, {**values, "created_at": now, "updated_at": now})
        new = sa.insert(shop_lessons).values(stored).returning(shop_lessons)
        return lesson_of((await self.connection.execute(new)).one())

    async def change_lesson(self, lesson_id: int, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        return lesson_of(await self._changed(shop_lessons, lesson_id, {**values, "updated_at": now}))

    async def delete_lesson(self, lesson_id: int, now: datetime) -> None:
        if not await self._deleted(shop_lessons, lesson_id, now):
            raise LessonNotFound

    async def add_course(self, values: Mapping[str, Any], lesson_ids: Sequence[int], now: datetime) -> ShopCourse:
        stored = with_folded(shop_courses, {**values, "created_at": now, "updated_at": now})
        new = sa.insert(shop_courses).values(stored).returning(shop_courses)
        row = (await self.connection.execute(new)).one()
        await self._put_lessons(row.id, lesson_ids)
        return course_of(row, lesson_ids)

    async def change_course(
        self, course_id: int, values: Mapping[str, Any], lesson_ids: Sequence[int] | None, now: datetime
    ) -> ShopCourse:
        row = await self._changed(shop_courses, course_id, {**values, "updated_at": now})
        if row is None:
            raise CourseNotFound
        if lesson_ids is None:
            lesson_ids = (await self.connection.execute(_LESSON_IDS, {"key": course_id})).scalars()
        else:
            links = shop_course_lessons
            await self.connection.execute(sa.delete(links).where(links.c.course_id == course_id))
            await self._put_lessons(course_id, lesson_ids)
        return course_of(row, lesson_ids)

    async def delete_course(self, course_id: int, now: datetime) -> None:
        if not await self._deleted(shop_courses, course_id, now):
            raise CourseNotFound

    async def _changed(self, table: sa.Table, key: int, values: Mapping[str, Any]) -> Any:
        update = sa.update(table).where(table.c.id == _id).values(with_folded(table, values)).returning(table)
        return (await self.connection.execute(update, {"key": key})).first()

    async def _deleted(self, table: sa.Table, key: int, now: datetime) -> bool:
        """Deactivated instead where it is referred to; false if there is none."""
        try:
            async with self.connection.begin_nested():
                gone = await self.connection.execute(
                    sa.delete(table).where(table.c.id == _id).returning(table.c.id), {"key": key}
                )
                return gone.first() is not None
        except IntegrityError:
            return await self._changed(table, key, {"is_active": False, "updated_at": now}) is not None

    async def _put_lessons(self, course_id: int, lesson_ids: Sequence[int]) -> None:
        rows = [
            {"course_id": course_id, "lesson_id": lesson_id, "order_index": order}
            for order, lesson_id in enumerate(lesson_ids, start=1)
        ]
        if not rows:
            return
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(sa.insert(shop_course_lessons), rows)
        except IntegrityError:
            raise LessonNotFound from None


def lesson_of(row: Any) -> ShopLesson:
    if row is None:
        raise LessonNotFound
    return convert(row, ShopLesson, from_attributes=True)


def course_of(row: Any, lesson_ids: Sequence[int]) -> ShopCourse:
    if row is None:
        raise CourseNotFound
    return convert({**fields_of(row), "lesson_ids": tuple(lesson_ids)}, ShopCourse)
