"""Queries of what the shop sells under `shop/`, on SQL."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.shop import purchases, shop_course_lessons, shop_customers, shop_lessons
from atg_core.files.sold_keys import SoldFolders

_lessons, _bought, _links = shop_lessons.c, purchases.c, shop_course_lessons.c


def _any_of(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, expanding=True)


_mine = (
    sa.select(purchases)
    .join(shop_customers)
    .where(_bought.user_id == sa.bindparam("customer", type_=sa.Integer), _bought.status == "completed")
    .where(shop_customers.c.is_active)
)
_lessons_of_mine = _mine.with_only_columns(_bought.lesson_id).where(_bought.lesson_id.is_not(None))
_lessons_of_my_courses = _mine.join(shop_course_lessons, _links.course_id == _bought.course_id).with_only_columns(
    _links.lesson_id
)
_is_readable = sa.or_(
    sa.and_(_lessons.is_free, _lessons.is_active),
    _lessons.id.in_(_lessons_of_mine),
    _lessons.id.in_(_lessons_of_my_courses),
)
_READABLE = sa.union_all(
    sa.select(_lessons.id.label("lesson_id"), _lessons.video_path, sa.null().label("course_id")).where(
        sa.or_(_lessons.video_path.in_(_any_of("keys")), _lessons.id.in_(_any_of("lessons"))), _is_readable
    ),
    _mine.with_only_columns(sa.null(), sa.null(), _bought.course_id).where(_bought.course_id.in_(_any_of("courses"))),
)


class SqlSoldFiles:
    """`SoldFiles`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def readable(self, customer_id: int | None, keys: Collection[str]) -> set[str]:
        folders = SoldFolders.of(keys)
        asked = {"lessons": sorted(set(folders.lessons.values())), "courses": sorted(set(folders.courses.values()))}
        rows = await self.database.rows(_READABLE, {"customer": customer_id, "keys": list(keys), **asked})
        videos = {row.video_path for row in rows} & set(keys)
        return videos | folders.keys_of({row.lesson_id for row in rows}, {row.course_id for row in rows})
