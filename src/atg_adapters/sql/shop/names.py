"""Names of customers and items on SQL."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.shop import shop_courses, shop_customers, shop_lessons
from atg_core.shop.model import Customer, Item
from atg_core.shop.names import ShopNames

_CUSTOMERS = sa.select(shop_customers).where(is_among(shop_customers.c.id, "ids"))
_LESSONS = sa.select(shop_lessons.c.id, shop_lessons.c.title).where(is_among(shop_lessons.c.id, "ids"))
_COURSES = sa.select(shop_courses.c.id, shop_courses.c.title).where(is_among(shop_courses.c.id, "ids"))


class SqlShopNameQueries:
    """`ShopNameQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def names(self, user_ids: Collection[int], items: Collection[Item] = ()) -> ShopNames:
        lessons = await self._rows(_LESSONS, {each.lesson_id for each in items})
        courses = await self._rows(_COURSES, {each.course_id for each in items})
        people = await self._rows(_CUSTOMERS, set(user_ids))
        return ShopNames(
            customers={row.id: convert(row, Customer, from_attributes=True) for row in people},
            items={Item(lesson_id=row.id): row.title for row in lessons}
            | {Item(course_id=row.id): row.title for row in courses},
        )

    async def _rows(self, statement: sa.Select[Any], ids: Collection[int | None]) -> list[Any]:
        known = sorted(each for each in ids if each is not None)
        return list(await self.database.rows(statement, {"ids": known})) if known else []
