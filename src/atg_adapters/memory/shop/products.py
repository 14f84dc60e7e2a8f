"""Products of the shop in memory: lessons and courses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.shop.model import ShopCourse, ShopLesson
from atg_core.shop.ports import CourseNotFound, LessonNotFound

_LINKS = "shop_course_lessons"


def course_of(database: MemoryDatabase, course_id: int) -> ShopCourse:
    row = database.tables["shop_courses"].get(course_id)
    if row is None:
        raise CourseNotFound
    links = sorted(database.rows(_LINKS, course_id=course_id), key=lambda link: link["order_index"])
    return convert({**row, "lesson_ids": tuple(link["lesson_id"] for link in links)}, ShopCourse)


class MemoryProducts:
    """`Products` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add_lesson(self, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        lesson_id = self.database.insert("shop_lessons", {**values, "created_at": now, "updated_at": now})
        return convert(self.database.tables["shop_lessons"][lesson_id], ShopLesson)

    async def change_lesson(self, lesson_id: int, values: Mapping[str, Any], now: datetime) -> ShopLesson:
        if lesson_id not in self.database.tables["shop_lessons"]:
            raise LessonNotFound
        self.database.update("shop_lessons", lesson_id, **values, updated_at=now)
        return convert(self.database.tables["shop_lessons"][lesson_id], ShopLesson)

    async def delete_lesson(self, lesson_id: int, now: datetime) -> None:
        if lesson_id not in self.database.tables["shop_lessons"]:
            raise LessonNotFound
        named = [
            *self.database.rows("purchases", lesson_id=lesson_id),
            *self.database.rows(_LINKS, lesson_id=lesson_id),
            *self.database.rows("shop_messages", lesson_id=lesson_id),
        ]
        if named:
            self.database.update("shop_lessons", lesson_id, is_active=False, updated_at=now)
        else:
            self.database.delete("shop_lessons", id=lesson_id)

    async def add_course(self, values: Mapping[str, Any], lesson_ids: Sequence[int], now: datetime) -> ShopCourse:
        course_id = self.database.insert("shop_courses", {**values, "created_at": now, "updated_at": now})
        self._put_lessons(course_id, lesson_ids)
        return course_of(self.database, course_id)

    async def change_course(
        self, course_id: int, values: Mapping[str, Any], lesson_ids: Sequence[int] | None, now: datetime
    ) -> ShopCourse:
        if course_id not in self.database.tables["shop_courses"]:
            raise CourseNotFound
        self.database.update("shop_courses", course_id, **values, updated_at=now)
        if lesson_ids is not None:
            self.database.delete(_LINKS, course_id=course_id)
            self._put_lessons(course_id, lesson_ids)
        return course_of(self.database, course_id)

    async def delete_course(self, course_id: int, now: datetime) -> None:
        if course_id not in self.database.tables["shop_courses"]:
            raise CourseNotFound
        if any(any(self.database.rows(table, course_id=course_id)) for table in ("purchases", "shop_messages")):
            self.database.update("shop_courses", course_id, is_active=False, updated_at=now)
        else:
            self.database.delete(_LINKS, course_id=course_id)
            self.database.delete("shop_courses", id=course_id)

    def _put_lessons(self, course_id: int, lesson_ids: Sequence[int]) -> None:
        if any(lesson_id not in self.database.tables["shop_lessons"] for lesson_id in lesson_ids):
            raise LessonNotFound
        for order, lesson_id in enumerate(lesson_ids, start=1):
            link = {"id": (course_id, lesson_id), "course_id": course_id, "lesson_id": lesson_id, "order_index": order}
            self.database.insert(_LINKS, link)
