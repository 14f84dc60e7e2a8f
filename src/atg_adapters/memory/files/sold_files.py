"""Queries of what the shop sells under `shop/`, in memory."""

from collections.abc import Collection

from atg_adapters.memory.database import MemoryDatabase
from atg_core.files.sold_keys import SoldFolders


class MemorySoldFiles:
    """`SoldFiles`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def readable(self, customer_id: int | None, keys: Collection[str]) -> set[str]:
        customer = self.database.tables["shop_customers"].get(customer_id, {"is_active": False})
        bought = list(self.database.rows("purchases", user_id=customer_id, status="completed"))
        mine = bought if customer["is_active"] else []
        courses = {row["course_id"] for row in mine} - {None}
        lessons = {row["lesson_id"] for row in mine} | {
            row["lesson_id"] for row in self.database.rows("shop_course_lessons") if row["course_id"] in courses
        }
        readable = [
            row
            for row in self.database.rows("shop_lessons")
            if row["id"] in lessons or (row["is_free"] and row["is_active"])
        ]
        videos = {row["video_path"] for row in readable} & set(keys)
        return videos | SoldFolders.of(keys).keys_of({row["id"] for row in readable}, courses)
