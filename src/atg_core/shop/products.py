"""Editing the products: lessons, and courses made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.shop.model import ShopCourse, ShopLesson
from atg_core.shop.ports import Products
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProducts:
    """Adds, changes and deletes lessons and courses; one that was bought is deactivated instead of deleted."""

    open: UnitOfWork[Products]
    clock: Clock

    async def add_lesson(self, values: Mapping[str, Any]) -> ShopLesson:
        async with self.open() as store:
            return await store.add_lesson(values, self.clock())

    async def change_lesson(self, lesson_id: int, values: Mapping[str, Any]) -> ShopLesson:
        """Raises LessonNotFound."""
        async with self.open() as store:
            return await store.change_lesson(lesson_id, values, self.clock())

    async def delete_lesson(self, lesson_id: int) -> None:
        """Raises LessonNotFound."""
        async with self.open() as store:
            await store.delete_lesson(lesson_id, self.clock())

    async def add_course(self, values: Mapping[str, Any], lesson_ids: Sequence[int]) -> ShopCourse:
        """Raises Invalid, LessonNotFound."""
        _require_distinct(lesson_ids)
        async with self.open() as store:
            return await store.add_course(values, lesson_ids, self.clock())

    async def change_course(
        self, course_id: int, values: Mapping[str, Any], lesson_ids: Sequence[int] | None
    ) -> ShopCourse:
        """`lesson_ids`: None leaves them. Raises Invalid, CourseNotFound, LessonNotFound."""
        _require_distinct(lesson_ids or ())
        async with self.open() as store:
            return await store.change_course(course_id, values, lesson_ids, self.clock())

    async def delete_course(self, course_id: int) -> None:
        """Raises CourseNotFound."""
        async with self.open() as store:
            await store.delete_course(course_id, self.clock())


def _require_distinct(lesson_ids: Sequence[int]) -> None:
    if len(set(lesson_ids)) < len(lesson_ids):
        raise Invalid("a lesson stands in a course once", field="lesson_ids", code="named_twice")
