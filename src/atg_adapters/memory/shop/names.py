"""Names of customers and items in memory."""

from collections.abc import Collection

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase
from atg_core.shop.model import Customer, Item
from atg_core.shop.names import ShopNames


class MemoryShopNameQueries:
    """`ShopNameQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def names(self, user_ids: Collection[int], items: Collection[Item] = ()) -> ShopNames:
        tables = self.database.tables
        found: dict[Item, str] = {}
        for item in items:
            table, key = (
                ("shop_courses", item.course_id) if item.lesson_id is None else ("shop_lessons", item.lesson_id)
            )
            if key in tables[table]:
                found[item] = tables[table][key]["title"]
        people = tables["shop_customers"].keys() & set(user_ids)
        return ShopNames(
            customers={key: convert(tables["shop_customers"][key], Customer) for key in people}, items=found
        )
