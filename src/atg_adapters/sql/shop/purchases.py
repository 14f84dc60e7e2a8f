"""Purchases and the uses of promo codes on SQL."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.shop import (
    purchases,
    shop_course_lessons,
    shop_courses,
    shop_customers,
    shop_lessons,
    shop_promo_codes,
    star_transactions,
    stray_payments,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.shop.model import Customer, Item, UnmatchedPayment
from atg_core.shop.ports import (
    AlreadyOwned,
    CourseNotFound,
    CustomerNotFound,
    DuplicatePayment,
    LessonNotFound,
    Offer,
    PurchaseNotFound,
)
from atg_core.shop.pricing import PromoCode, Refusal
from atg_core.shop.purchases import PaymentConflict, Purchase, PurchaseStatus

_id: sa.BindParameter[Any] = sa.bindparam("key")
_user: sa.BindParameter[int] = sa.bindparam("customer")
_now = sa.bindparam("now", type_=UtcDateTime)
_before = sa.bindparam("before", type_=UtcDateTime)
_bought, _promos = purchases.c, shop_promo_codes.c


def owned_lesson(user: sa.ColumnElement[Any], lesson: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the customer owns a lesson, by itself or in a course.

    It can be used in a query of purchases or lessons: its own tables are aliased, all else is correlated.
    """
    owned, links = purchases.alias("owned"), shop_course_lessons.alias("in_course")
    in_courses = sa.select(links.c.course_id).where(links.c.lesson_id == lesson).correlate_except(links)
    by_what = sa.or_(owned.c.lesson_id == lesson, owned.c.course_id.in_(in_courses))
    return _completed(owned, user, by_what)


def owned_course(user: sa.ColumnElement[Any], course: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    owned = purchases.alias("owned")
    return _completed(owned, user, owned.c.course_id == course)


def _completed(
    owned: sa.FromClause, user: sa.ColumnElement[Any], by_what: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    mine = (owned.c.user_id == user, owned.c.status == PurchaseStatus.COMPLETED)
    return sa.select(owned.c.id).where(*mine, by_what).correlate_except(owned).exists()


_CUSTOMER = sa.select(shop_customers).where(shop_customers.c.id == _id).with_for_update()
_LESSON_OFFER = sa.select(
    shop_lessons.c.title,
    shop_lessons.c.price.label("base_price"),
    shop_lessons.c.is_active,
    sa.or_(shop_lessons.c.is_free, owned_lesson(_user, shop_lessons.c.id)).label("is_owned"),
).where(shop_lessons.c.id == _id)
_COURSE_OFFER = sa.select(
    shop_courses.c.title,
    sa.func.coalesce(shop_courses.c.discount_price, shop_courses.c.total_price).label("base_price"),
    shop_courses.c.is_active,
    owned_course(_user, shop_courses.c.id).label("is_owned"),
).where(shop_courses.c.id == _id)
_FIND_PAYMENT = sa.select(purchases).where(_bought.payment_id == _id)
_PURCHASE = sa.select(purchases).where(_bought.id == _id).with_for_update()
_ADD = insert(purchases).on_conflict_do_nothing(index_elements=["payment_id"]).returning(purchases)
_SAVE = sa.update(purchases).where(_bought.id == _id)
_SEEN = sa.select(star_transactions.c.seen)
_seen = insert(star_transactions)
_SEE = _seen.on_conflict_do_update(
    index_elements=["id"],
    set_={"seen": _seen.excluded.seen},
    where=star_transactions.c.seen < _seen.excluded.seen,
)
_ADD_UNMATCHED = insert(stray_payments).on_conflict_do_nothing().returning(stray_payments.c.charge_id)
_USE = (
    sa.update(shop_promo_codes)
    .where(
        _promos.code == _id,
        _promos.is_active,
        sa.or_(_promos.expires_at.is_(None), _promos.expires_at > _now),
        sa.or_(_promos.max_uses.is_(None), _promos.current_uses < _promos.max_uses),
    )
    .values(current_uses=_promos.current_uses + 1)
    .returning(shop_promo_codes)
)
_CODE = sa.select(shop_promo_codes).where(_promos.code == _id)
_RETURN_USES = (
    sa.update(shop_promo_codes)
    .where(_promos.id == _id, _promos.current_uses >= sa.bindparam("uses"))
    .values(current_uses=_promos.current_uses - sa.bindparam("uses"))
)
_OVERDUE = sa.select(_bought.id).where(_bought.status == PurchaseStatus.PENDING, _bought.created_at <= _before)
_FAIL_OVERDUE = (
    sa.update(purchases)
    .where(_bought.id.in_(_OVERDUE.with_for_update(skip_locked=True)))
    .values(status=PurchaseStatus.FAILED, updated_at=_now)
    .returning(_bought.promo_code_id)
)


class SqlPurchases:
    """`Purchases` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def customer(self, user_id: int) -> Customer:
        row = await self._first(_CUSTOMER, key=user_id)
        if row is None:
            raise CustomerNotFound
        return convert(row, Customer, from_attributes=True)

    async def offer(self, user_id: int, item: Item) -> Offer:
        if item.lesson_id is not None:
            row = await self._first(_LESSON_OFFER, key=item.lesson_id, customer=user_id)
        else:
            row = await self._first(_COURSE_OFFER, key=item.course_id, customer=user_id)
        if row is None:
            raise CourseNotFound if item.lesson_id is None else LessonNotFound
        return convert(row, Offer, from_attributes=True, strict=False)

    async def find_payment(self, payment_id: str) -> Purchase | None:
        row = await self._first(_FIND_PAYMENT, key=payment_id)
        return convert(row, Purchase, from_attributes=True) if row else None

    async def purchase(self, purchase_id: int) -> Purchase:
        row = await self._first(_PURCHASE, key=purchase_id)
        if row is None:
            raise PurchaseNotFound
        return convert(row, Purchase, from_attributes=True)

    async def add_purchase(self, purchase: Purchase) -> Purchase:
        values = {name: value for name, value in asdict(purchase).items() if name != "id"}
        try:  # no savepoint: the use of a promo code is taken, and others wait for its row
            row = await self._first(_ADD, **values)
        except IntegrityError:
            raise AlreadyOwned from None
        if row is None:
            raise DuplicatePayment
        return convert(row, Purchase, from_attributes=True)

    async def save_purchase(self, purchase: Purchase) -> None:
        values = {name: value for name, value in asdict(purchase).items() if name != "id"}
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(_SAVE.values(values), {"key": purchase.id})
        except IntegrityError as error:
            raise PaymentConflict if "charge" in str(error.orig) else AlreadyOwned from None

    async def reconciled_transactions(self) -> int:
        row = await self._first(_SEEN)
        return row.seen if row else 0

    async def set_reconciled_transactions(self, number: int) -> None:
        await self.connection.execute(_SEE, {"id": 1, "seen": number})

    async def add_unmatched_payment(self, unmatched: UnmatchedPayment) -> bool:
        return await self._first(_ADD_UNMATCHED, **asdict(unmatched)) is not None

    async def use_code(self, code: str, now: datetime) -> PromoCode | Refusal:
        row = await self._first(_USE, key=code, now=now)
        if row is not None:
            return convert(row, PromoCode, from_attributes=True)
        row = await self._first(_CODE, key=code)
        found = convert(row, PromoCode, from_attributes=True) if row else None
        # A code that has become valid since the update was exhausted at that time.
        return (found.refusal(now) or Refusal.EXHAUSTED) if found else Refusal.UNKNOWN

    async def return_use(self, code_id: int) -> None:
        await self.connection.execute(_RETURN_USES, {"key": code_id, "uses": 1})

    async def fail_overdue(self, before: datetime, now: datetime) -> int:
        codes = (await self.connection.execute(_FAIL_OVERDUE, {"before": before, "now": now})).scalars()
        uses = Counter(code for code in codes if code is not None)
        for code in sorted(uses):  # always in the same order, to avoid deadlocks
            await self.connection.execute(_RETURN_USES, {"key": code, "uses": uses[code]})
        return len(codes)
