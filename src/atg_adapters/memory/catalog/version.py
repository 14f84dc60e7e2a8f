"""The version of the catalog, in memory."""

from atg_adapters.memory.database import MemoryDatabase
from atg_core.catalog.cache import SHOWN_TABLES


class MemoryCatalogVersion:
    """`CatalogVersion`: how often its tables were written."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def current(self) -> str:
        return str(sum(self.database.changes[table] for table in SHOWN_TABLES))
