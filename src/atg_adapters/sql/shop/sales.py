"""Statements of what the shop has sold: by purchase, item and day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.tables.shop import purchases, shop_courses, shop_lessons
from atg_adapters.sql.types import UtcDateTime
from atg_core.shop.ports import PurchaseFilters

_bought = purchases.c
_sums = (sa.func.count().label("purchases"), sa.func.coalesce(sa.func.sum(_bought.amount), 0).label("amount"))


def newest_first(filters: PurchaseFilters) -> sa.Select[Any]:
    return sa.select(purchases).where(*_matching(filters)).order_by(_bought.id.desc())


def by_item(filters: PurchaseFilters) -> sa.Select[Any]:
    title = sa.func.coalesce(shop_lessons.c.title, shop_courses.c.title)
    return (
        sa.select(_bought.lesson_id, _bought.course_id, title.label("title"), *_sums)
        .outerjoin(shop_lessons, shop_lessons.c.id == _bought.lesson_id)
        .outerjoin(shop_courses, shop_courses.c.id == _bought.course_id)
        .where(*_matching(filters))
        .group_by(_bought.lesson_id, _bought.course_id, title)
        .order_by(sa.desc("amount"), sa.desc("purchases"), _bought.lesson_id, _bought.course_id)
    )


def by_day(filters: PurchaseFilters, days: Sequence[tuple[datetime, datetime]]) -> sa.Select[Any]:
    """`number` says between which two instants."""
    columns = (sa.column("number", sa.Integer), sa.column("begins", UtcDateTime), sa.column("ends", UtcDateTime))
    periods = sa.values(*columns, name="periods").data([(number, *day) for number, day in enumerate(days)]).cte()
    created = (_bought.created_at >= periods.c.begins) & (_bought.created_at < periods.c.ends)
    return (
        sa.select(periods.c.number, *_sums)
        .select_from(periods)
        .join(purchases, created)
        .where(*_matching(filters))
        .group_by(periods.c.number)
    )


def _matching(filters: PurchaseFilters) -> list[sa.ColumnElement[bool]]:
    named = ("user_id", "lesson_id", "course_id", "promo_code_id", "status")
    same = [_bought[name] == value for name in named if (value := getattr(filters, name)) is not None]
    if filters.since is not None:
        same.append(_bought.created_at >= filters.since)
    if filters.until is not None:
        same.append(_bought.created_at < filters.until)
    return same
