"""Reading the shop in memory."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.goods import course_of
from atg_adapters.memory.sales import MemorySales, owns, via_of
from atg_core.store.model import Customer, Item, ShopCourse, ShopLesson, Ticket, Via
from atg_core.store.ports import (
    Checkout,
    CustomerNotFound,
    LessonNotFound,
    PromoCodeNotFound,
    PurchaseNotFound,
    TicketNotFound,
    Wanted,
)
from atg_core.store.pricing import PromoCode
from atg_core.store.purchases import Purchase


class MemoryShop:
    """`Shop`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _row(self, table: str, key: int, absent: type[Exception]) -> Row:
        row = self.database.tables[table].get(key)
        if row is None:
            raise absent
        return row

    async def lessons(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[ShopLesson], int]:
        lessons = [convert(row, ShopLesson) for row in self._by_id("shop_lessons")]
        found = [each for each in lessons if _is_wanted(each, wanted) and wanted.is_free in {None, each.is_free}]
        return found[offset : offset + limit], len(found)

    async def lesson(self, lesson_id: int) -> ShopLesson:
        return convert(self._row("shop_lessons", lesson_id, LessonNotFound), ShopLesson)

    async def courses(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[ShopCourse], int]:
        courses = [course_of(self.database, row["id"]) for row in self._by_id("shop_courses")]
        found = [each for each in courses if _is_wanted(each, wanted)]
        return found[offset : offset + limit], len(found)

    async def course(self, course_id: int) -> tuple[ShopCourse, list[ShopLesson]]:
        course = course_of(self.database, course_id)
        return course, [await self.lesson(lesson_id) for lesson_id in course.lesson_ids]

    async def accesses(self, user_id: int, lesson_ids: Sequence[int]) -> dict[int, Via]:
        known = self.database.tables["shop_lessons"].keys() & set(lesson_ids)
        found = {lesson_id: via_of(self.database, user_id, lesson_id) for lesson_id in known}
        return {lesson_id: via for lesson_id, via in found.items() if via is not None}

    async def customers(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Customer], int]:
        people = [convert(row, Customer) for row in self._by_id("shop_customers")]
        found = [
            each
            for each in people
            if wanted.is_active in {None, each.is_active}
            and _has(wanted.q, (each.first_name, each.last_name, each.username))
        ]
        return found[offset : offset + limit], len(found)

    async def customer(self, user_id: int) -> Customer:
        return convert(self._row("shop_customers", user_id, CustomerNotFound), Customer)

    async def purchases(self, user_id: int, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        await self.customer(user_id)
        rows = [row for row in self._by_id("purchases") if row["user_id"] == user_id][::-1]
        return convert(rows[offset : offset + limit], list[Purchase]), len(rows)

    async def purchase(self, purchase_id: int) -> Purchase:
        return convert(self._row("purchases", purchase_id, PurchaseNotFound), Purchase)

    async def checkout(self, purchase_id: int) -> Checkout:
        purchase = await self.purchase(purchase_id)
        offer = await MemorySales(self.database).offer(purchase.user_id, purchase.item)
        customer = await self.customer(purchase.user_id)
        return Checkout(
            purchase=purchase,
            is_active=offer.is_active,
            is_owned=owns(self.database, purchase.user_id, purchase.item),
            telegram_id=customer.telegram_id,
        )

    async def price(self, item: Item) -> int:
        if item.lesson_id is not None:
            return (await self.lesson(item.lesson_id)).base_price
        return course_of(self.database, item.course_id or 0).base_price

    async def codes(self, *, limit: int, offset: int) -> tuple[list[PromoCode], int]:
        rows = self._by_id("shop_promo_codes")
        return convert(rows[offset : offset + limit], list[PromoCode]), len(rows)

    async def code(self, code_id: int) -> PromoCode:
        return convert(self._row("shop_promo_codes", code_id, PromoCodeNotFound), PromoCode)

    async def find_code(self, code: str) -> PromoCode | None:
        row = next(self.database.rows("shop_promo_codes", code=code), None)
        return convert(row, PromoCode) if row else None

    async def tickets(self, wanted: Wanted, *, limit: int, offset: int) -> tuple[list[Ticket], int]:
        rows = [
            row
            for row in self._by_id("support_tickets")
            if wanted.status in {None, row["status"]} and wanted.user_id in {None, row["user_id"]}
        ]
        return convert(rows[offset : offset + limit], list[Ticket]), len(rows)

    async def ticket(self, ticket_id: int) -> Ticket:
        return convert(self._row("support_tickets", ticket_id, TicketNotFound), Ticket)

    def _by_id(self, table: str) -> list[Row]:
        return sorted(self.database.rows(table), key=lambda row: row["id"])


def _is_wanted(item: ShopLesson | ShopCourse, wanted: Wanted) -> bool:
    return (
        wanted.is_active in {None, item.is_active}
        and (wanted.min_price is None or item.base_price >= wanted.min_price)
        and (wanted.max_price is None or item.base_price <= wanted.max_price)
        and _has(wanted.q, (item.title, item.description))
    )


def _has(words: str | None, texts: Iterable[Any]) -> bool:
    return not words or any(words.lower() in (text or "").lower() for text in texts)
