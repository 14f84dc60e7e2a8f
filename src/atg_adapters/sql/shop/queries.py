"""Queries of the shop on SQL."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.shop import sales
from atg_adapters.sql.shop.products import course_of, lesson_of
from atg_adapters.sql.shop.purchases import owned_course, owned_lesson
from atg_adapters.sql.tables.shop import (
    purchases,
    shop_course_lessons,
    shop_courses,
    shop_customers,
    shop_lessons,
    shop_promo_codes,
    shop_ticket_messages,
    support_tickets,
)
from atg_core.shop.model import Customer, Item, ShopCourse, ShopLesson, Ticket, TicketMessage, Via
from atg_core.shop.ports import (
    Checkout,
    CourseNotFound,
    CustomerNotFound,
    DaySales,
    ItemSales,
    PromoCodeNotFound,
    PurchaseFilters,
    PurchaseNotFound,
    ShopFilters,
    TicketNotFound,
)
from atg_core.shop.pricing import PromoCode
from atg_core.shop.purchases import Purchase, PurchaseStatus

_BATCH = 1_000
_id: sa.BindParameter[Any] = sa.bindparam("key")
_user: sa.BindParameter[int] = sa.bindparam("customer")
_lessons, _links, _bought = shop_lessons.c, shop_course_lessons.c, purchases.c
_course_price = sa.func.coalesce(shop_courses.c.discount_price, shop_courses.c.total_price)

_LESSON = sa.select(shop_lessons).where(_lessons.id == _id)
_COURSE = sa.select(shop_courses).where(shop_courses.c.id == _id)
_LESSONS_OF_COURSE = (
    sa.select(shop_lessons).join(shop_course_lessons).where(_links.course_id == _id).order_by(_links.order_index)
)
_LESSON_IDS = sa.select(_links.course_id, _links.lesson_id).order_by(_links.course_id, _links.order_index)
_ACTIVE_CUSTOMER = sa.select(shop_customers.c.id).where(shop_customers.c.id == _id, shop_customers.c.is_active)
_mine = sa.and_(_bought.user_id == _user, _bought.status == PurchaseStatus.COMPLETED)
_ACCESSES = sa.select(
    _lessons.id,
    sa.case(
        (_lessons.is_free, Via.FREE),
        (sa.exists().where(_mine, _bought.lesson_id == _lessons.id), Via.LESSON),
        (owned_lesson(_user, _lessons.id), Via.COURSE),
        else_=None,
    ).label("via"),
).where(_lessons.id.in_(sa.bindparam("lessons", expanding=True)))
_CHECKOUT = (
    sa.select(
        purchases,
        sa.func.coalesce(_lessons.is_active, shop_courses.c.is_active).label("is_on_sale"),
        sa.or_(
            sa.and_(_bought.lesson_id.is_not(None), owned_lesson(_bought.user_id, _bought.lesson_id)),
            sa.and_(_bought.course_id.is_not(None), owned_course(_bought.user_id, _bought.course_id)),
        ).label("is_owned"),
        shop_customers.c.telegram_id,
    )
    .join(shop_customers)
    .outerjoin(shop_lessons, _lessons.id == _bought.lesson_id)
    .outerjoin(shop_courses, shop_courses.c.id == _bought.course_id)
    .where(_bought.id == _id)
)


class SqlShopQueries:
    """`ShopQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def _page(self, select: sa.Select[Any], limit: int, offset: int) -> tuple[list[Any], int]:
        async with self.database.reader() as connection:
            counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
            total: int = (await connection.execute(counting)).scalar_one()
            return list((await connection.execute(select.limit(limit).offset(offset))).all()), total

    async def lessons(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopLesson], int]:
        select = sa.select(shop_lessons).where(*_on_sale(shop_lessons, _lessons.price, filters))
        if filters.not_in_course is not None:
            inside = sa.select(_links.lesson_id).where(_links.course_id == filters.not_in_course)
            select = select.where(_lessons.id.not_in(inside))
        if filters.is_free is not None:
            select = select.where(_lessons.is_free == filters.is_free)
        rows, total = await self._page(select.order_by(_in_order(_lessons.id, filters)), limit, offset)
        return [lesson_of(row) for row in rows], total

    async def lesson(self, lesson_id: int) -> ShopLesson:
        return lesson_of(await self.database.row(_LESSON, {"key": lesson_id}))

    async def courses(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[ShopCourse], int]:
        select = sa.select(shop_courses).where(*_on_sale(shop_courses, _course_price, filters))
        rows, total = await self._page(select.order_by(_in_order(shop_courses.c.id, filters)), limit, offset)
        lessons: defaultdict[int, list[int]] = defaultdict(list)
        listed = _LESSON_IDS.where(_links.course_id.in_([row.id for row in rows]))
        for course_id, lesson_id in map(tuple, await self.database.rows(listed)):
            lessons[course_id].append(lesson_id)
        return [course_of(row, lessons[row.id]) for row in rows], total

    async def course(self, course_id: int) -> tuple[ShopCourse, list[ShopLesson]]:
        async with self.database.reader() as connection:
            row = (await connection.execute(_COURSE, {"key": course_id})).first()
            lessons = [lesson_of(each) for each in await connection.execute(_LESSONS_OF_COURSE, {"key": course_id})]
        return course_of(row, [lesson.id for lesson in lessons]), lessons

    async def accesses(self, user_id: int, lesson_ids: Sequence[int]) -> dict[int, Via]:
        rows = await self.database.rows(_ACCESSES, {"customer": user_id, "lessons": list(lesson_ids)})
        return {row.id: Via(row.via) for row in rows if row.via}

    async def customers(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Customer], int]:
        people = shop_customers.c
        select = sa.select(shop_customers).order_by(people.id)
        if filters.is_active is not None:
            select = select.where(people.is_active == filters.is_active)
        if words := escaped(filters.q or ""):
            select = select.where(search(people.first_name, people.last_name, people.username, words=words))
        rows, total = await self._page(select, limit, offset)
        return [convert(row, Customer, from_attributes=True) for row in rows], total

    async def customer(self, user_id: int) -> Customer:
        row = await self.database.row(sa.select(shop_customers).where(shop_customers.c.id == _id), {"key": user_id})
        if row is None:
            raise CustomerNotFound
        return convert(row, Customer, from_attributes=True)

    async def is_active_customer(self, user_id: int) -> bool:
        return await self.database.row(_ACTIVE_CUSTOMER, {"key": user_id}) is not None

    async def purchases(self, user_id: int, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        await self.customer(user_id)
        select = sa.select(purchases).where(_bought.user_id == user_id).order_by(_bought.id.desc())
        rows, total = await self._page(select, limit, offset)
        return [convert(row, Purchase, from_attributes=True) for row in rows], total

    async def all_purchases(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[Purchase], int]:
        rows, total = await self._page(sales.newest_first(filters), limit, offset)
        return [convert(row, Purchase, from_attributes=True) for row in rows], total

    async def every_purchase(self, filters: PurchaseFilters) -> AsyncGenerator[Sequence[Purchase]]:
        statement = sales.newest_first(filters)
        # Both are closed when the reader leaves early.
        async with self.database.snapshot() as connection, aclosing(connection.batches(statement, _BATCH)) as batches:
            async for batch in batches:
                yield [convert(row, Purchase, from_attributes=True) for row in batch]

    async def sales_by_item(self, filters: PurchaseFilters, *, limit: int, offset: int) -> tuple[list[ItemSales], int]:
        rows, total = await self._page(sales.by_item(filters), limit, offset)
        return [ItemSales(**{**fields_of(row), "amount": int(row.amount)}) for row in rows], total

    async def sales_by_day(
        self, filters: PurchaseFilters, days: Mapping[date, tuple[datetime, datetime]]
    ) -> list[DaySales]:
        rows = await self.database.rows(sales.by_day(filters, list(days.values()))) if days else []
        sold = {row.number: (row.purchases, int(row.amount)) for row in rows}
        found = [(day, *sold.get(number, (0, 0))) for number, day in enumerate(days)]
        return [DaySales(day=day, purchases=number, amount=amount) for day, number, amount in found]

    async def purchase(self, purchase_id: int) -> Purchase:
        row = await self.database.row(sa.select(purchases).where(_bought.id == _id), {"key": purchase_id})
        if row is None:
            raise PurchaseNotFound
        return convert(row, Purchase, from_attributes=True)

    async def checkout(self, purchase_id: int) -> Checkout:
        row = await self.database.row(_CHECKOUT, {"key": purchase_id})
        if row is None:
            raise PurchaseNotFound
        return Checkout(
            purchase=convert(row, Purchase, from_attributes=True),
            is_active=bool(row.is_on_sale),
            is_owned=bool(row.is_owned),
            telegram_id=row.telegram_id,
        )

    async def price(self, item: Item) -> int:
        if item.lesson_id is not None:
            return (await self.lesson(item.lesson_id)).base_price
        row = await self.database.row(_COURSE, {"key": item.course_id})
        if row is None:
            raise CourseNotFound
        return course_of(row, []).base_price

    async def codes(self, *, limit: int, offset: int) -> tuple[list[PromoCode], int]:
        rows, total = await self._page(sa.select(shop_promo_codes).order_by(shop_promo_codes.c.id), limit, offset)
        return [convert(row, PromoCode, from_attributes=True) for row in rows], total

    async def code(self, code_id: int) -> PromoCode:
        row = await self.database.row(sa.select(shop_promo_codes).where(shop_promo_codes.c.id == _id), {"key": code_id})
        if row is None:
            raise PromoCodeNotFound
        return convert(row, PromoCode, from_attributes=True)

    async def find_code(self, code: str) -> PromoCode | None:
        row = await self.database.row(sa.select(shop_promo_codes).where(shop_promo_codes.c.code == _id), {"key": code})
        return convert(row, PromoCode, from_attributes=True) if row else None

    async def tickets(self, filters: ShopFilters, *, limit: int, offset: int) -> tuple[list[Ticket], int]:
        select = sa.select(support_tickets).order_by(support_tickets.c.id)
        for name in ("status", "user_id"):
            if (value := getattr(filters, name)) is not None:
                select = select.where(support_tickets.c[name] == value)
        rows, total = await self._page(select, limit, offset)
        return [convert(row, Ticket, from_attributes=True) for row in rows], total

    async def ticket(self, ticket_id: int) -> Ticket:
        row = await self.database.row(sa.select(support_tickets).where(support_tickets.c.id == _id), {"key": ticket_id})
        if row is None:
            raise TicketNotFound
        return convert(row, Ticket, from_attributes=True)

    async def ticket_messages(self, ticket_id: int, *, limit: int, offset: int) -> tuple[list[TicketMessage], int]:
        said = shop_ticket_messages.c
        select = sa.select(shop_ticket_messages).where(said.ticket_id == ticket_id).order_by(said.id.desc())
        rows, total = await self._page(select, limit, offset)
        return [convert(row, TicketMessage, from_attributes=True) for row in rows], total


def _in_order(key: sa.ColumnElement[int], filters: ShopFilters) -> sa.ColumnElement[int]:
    return key.desc() if filters.newest_first else key


def _on_sale(table: sa.Table, price: sa.ColumnElement[int], filters: ShopFilters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.is_active is not None:
        conditions.append(table.c.is_active == filters.is_active)
    if filters.min_price is not None:
        conditions.append(price >= filters.min_price)
    if filters.max_price is not None:
        conditions.append(price <= filters.max_price)
    if words := escaped(filters.q or ""):
        conditions.append(search(table.c.title, table.c.description, words=words))
    return conditions
