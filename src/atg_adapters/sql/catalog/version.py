"""The version of the catalog, on SQL."""

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import catalog_version

_VERSION = sa.select(catalog_version.c.version)


class SqlCatalogVersion:
    """`CatalogVersion`, which triggers replace within the transaction of each write."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def current(self) -> str | None:
        row = await self.database.row(_VERSION)
        return row.version if row else None
