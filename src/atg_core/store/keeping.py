"""Keeping the shop: what is for sale, who buys, promo codes, and support."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.opening import Open
from atg_core.store.model import Customer, ShopCourse, ShopLesson, Ticket
from atg_core.store.ports import Desk, Goods
from atg_core.store.pricing import PromoCode, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepGoods:
    """Edits lessons and courses; what was bought is not deleted, but put out of sale."""

    open: Open[Goods]
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
        """`lesson_ids`: None where they stay. Raises Invalid, CourseNotFound, LessonNotFound."""
        _require_distinct(lesson_ids or ())
        async with self.open() as store:
            return await store.change_course(course_id, values, lesson_ids, self.clock())

    async def delete_course(self, course_id: int) -> None:
        """Raises CourseNotFound."""
        async with self.open() as store:
            await store.delete_course(course_id, self.clock())


def _require_distinct(lesson_ids: Sequence[int]) -> None:
    if len(set(lesson_ids)) < len(lesson_ids):
        raise Invalid("a lesson stands in a course once", field="lesson_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCustomers:
    open: Open[Desk]
    clock: Clock

    async def meet(self, telegram_id: int, values: Mapping[str, Any]) -> tuple[Customer, bool]:
        """The customer of a `telegram_id`, made at the first contact; whether it was."""
        now = self.clock()
        async with self.open() as store:
            new = Customer(id=0, telegram_id=telegram_id, created_at=now, updated_at=now, **values)
            return await store.customer_of(new)

    async def change(self, user_id: int, values: Mapping[str, Any]) -> Customer:
        """Raises CustomerNotFound."""
        async with self.open() as store:
            return await store.change_customer(user_id, values, self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCodes:
    """Promo codes are kept in upper case."""

    open: Open[Desk]
    clock: Clock

    async def add(self, values: Mapping[str, Any]) -> PromoCode:
        """Raises CodeTaken."""
        async with self.open() as store:
            return await store.add_code({**values, "code": canonical(values["code"])}, self.clock())

    async def change(self, code_id: int, values: Mapping[str, Any]) -> PromoCode:
        """Raises PromoCodeNotFound, CodeTaken."""
        if "code" in values:
            values = {**values, "code": canonical(values["code"])}
        async with self.open() as store:
            return await store.change_code(code_id, values)

    async def delete(self, code_id: int) -> None:
        """Purchases keep its name. Raises PromoCodeNotFound."""
        async with self.open() as store:
            await store.delete_code(code_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTickets:
    open: Open[Desk]
    clock: Clock

    async def add(self, user_id: int, subject: str, message: str) -> Ticket:
        """Raises CustomerNotFound."""
        async with self.open() as store:
            return await store.add_ticket(user_id, subject, message, self.clock())
