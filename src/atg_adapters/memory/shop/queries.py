"""Queries of the shop in memory."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shop.products import course_of
from atg_adapters.memory.shop.purchases import MemoryPurchases, owns, via_of
from atg_core.shop.model import Customer, Item, ShopCourse, ShopLesson, Ticket, TicketMessage, Via
from atg_core.shop.ports import (
    Checkout,
    CustomerNotFound,
    DaySales,
    ItemSales,
    LessonNotFound,
    PromoCodeNotFound,
    PurchaseFilters,
    PurchaseNotFound,
    ShopFilters,
    TicketNotFound,
)
from atg_core.shop.pricing import PromoCode
from atg_core.shop.purchases import Purchase
from atg_core.text import holds


class MemoryShopQueries:
    """`ShopQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    def _row(self, table: str, key: int, absent: type[Exception]) -> Row:
        row = self.database.tables[table].get(key)
        if row is None:
            raise absent
        return row

    async def lessons(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopLesson], int]:
        lessons = [convert(row, ShopLesson) for row in self._by_id("shop_lessons", newest_first=filters.newest_first)]
        links = self.database.rows("shop_course_lessons", course_id=filters.not_in_course)
        left_out = {row["lesson_id"] for row in links}
        found = [
            each
            for each in lessons
            if _matches(each, filters) and filters.is_free in {None, each.is_free} and each.id not in left_out
        ]
        return found[offset : offset + limit], len(found)

    async def lesson(self, lesson_id: int) -> ShopLesson:
        return convert(self._row("shop_lessons", lesson_id, LessonNotFound), ShopLesson)

    async def courses(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopCourse], int]:
        rows = self._by_id("shop_courses", newest_first=filters.newest_first)
        courses = [course_of(self.database, row["id"]) for row in rows]
        found = [each for each in courses if _matches(each, filters)]
        return found[offset : offset + limit], len(found)

    async def course(self, course_id: int) -> tuple[ShopCourse, list[ShopLesson]]:
        course = course_of(self.database, course_id)
        return course, [await self.lesson(lesson_id) for lesson_id in course.lesson_ids]

    async def accesses(self, user_id: int, lesson_ids: Sequence[int]) -> dict[int, Via]:
        known = self.database.tables["shop_lessons"].keys() & set(lesson_ids)
        found = {lesson_id: via_of(self.database, user_id, lesson_id) for lesson_id in known}
        return {lesson_id: via for lesson_id, via in found.items() if via is not None}

    async def customers(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Customer], int]:
        people = [convert(row, Customer) for row in self._by_id("shop_customers")]
        found = [
            each
            for each in people
            if filters.is_active in {None, each.is_active}
            and holds(filters.q, each.first_name, each.last_name, each.username)
        ]
        return found[offset : offset + limit], len(found)

    async def customer(self, user_id: int) -> Customer:
        return convert(self._row("shop_customers", user_id, CustomerNotFound), Customer)

    async def is_active_customer(self, user_id: int) -> bool:
        row = self.database.tables["shop_customers"].get(user_id)
        return row is not None and bool(row["is_active"])

    async def purchases(self, user_id: int, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        await self.customer(user_id)
        rows = [row for row in self._by_id("purchases") if row["user_id"] == user_id][::-1]
        return convert(rows[offset : offset + limit], list[Purchase]), len(rows)

    async def all_purchases(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        found = self._matching(filters)[::-1]
        return found[offset : offset + limit], len(found)

    async def every_purchase(self, filters: PurchaseFilters) -> AsyncGenerator[Sequence[Purchase]]:
        yield self._matching(filters)[::-1]

    async def sales_by_item(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[ItemSales], int]:
        by_item: defaultdict[Item, list[Purchase]] = defaultdict(list)
        for each in self._matching(filters):
            by_item[each.item].append(each)
        found = [
            ItemSales(
                lesson_id=item.lesson_id,
                course_id=item.course_id,
                title=(await MemoryPurchases(self.database).offer(0, item)).title,
                purchases=len(bought),
                amount=sum(each.amount for each in bought),
            )
            for item, bought in by_item.items()
        ]
        found.sort(key=lambda each: (-each.amount, -each.purchases, each.lesson_id or 0, each.course_id or 0))
        return found[offset : offset + limit], len(found)

    async def sales_by_day(
        self, filters: PurchaseFilters, days: Mapping[date, tuple[datetime, datetime]]
    ) -> list[DaySales]:
        found = self._matching(filters)
        bought = {
            day: [each.amount for each in found if begins <= each.created_at < ends]
            for day, (begins, ends) in days.items()
        }
        return [DaySales(day=day, purchases=len(amounts), amount=sum(amounts)) for day, amounts in bought.items()]

    def _matching(self, filters: PurchaseFilters) -> list[Purchase]:
        fields = ("user_id", "lesson_id", "course_id", "promo_code_id", "status")
        named = {name: getattr(filters, name) for name in fields}
        same = {name: value for name, value in named.items() if value is not None}
        found = convert([row for row in self._by_id("purchases") if same.items() <= row.items()], list[Purchase])
        return [
            each
            for each in found
            if (filters.since is None or each.created_at >= filters.since)
            and (filters.until is None or each.created_at < filters.until)
        ]

    async def purchase(self, purchase_id: int) -> Purchase:
        return convert(self._row("purchases", purchase_id, PurchaseNotFound), Purchase)

    async def checkout(self, purchase_id: int) -> Checkout:
        purchase = await self.purchase(purchase_id)
        offer = await MemoryPurchases(self.database).offer(purchase.user_id, purchase.item)
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

    async def tickets(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Ticket], int]:
        rows = [
            row
            for row in self._by_id("support_tickets")
            if filters.status in {None, row["status"]} and filters.user_id in {None, row["user_id"]}
        ]
        return convert(rows[offset : offset + limit], list[Ticket]), len(rows)

    async def ticket(self, ticket_id: int) -> Ticket:
        return convert(self._row("support_tickets", ticket_id, TicketNotFound), Ticket)

    async def ticket_messages(self, ticket_id: int, *, limit: int, offset: int) -> tuple[list[TicketMessage], int]:
        rows = self._by_id("shop_ticket_messages", newest_first=True)
        said = [row for row in rows if row["ticket_id"] == ticket_id]
        return convert(said[offset : offset + limit], list[TicketMessage]), len(said)

    def _by_id(self, table: str, *, newest_first: bool = False) -> list[Row]:
        return sorted(self.database.rows(table), key=lambda row: row["id"], reverse=newest_first)


def _matches(item: ShopLesson | ShopCourse, filters: ShopFilters) -> bool:
    return (
        filters.is_active in {None, item.is_active}
        and (filters.min_price is None or item.base_price >= filters.min_price)
        and (filters.max_price is None or item.base_price <= filters.max_price)
        and holds(filters.q, item.title, item.description)
    )
