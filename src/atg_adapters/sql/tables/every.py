"""All tables, for what is about the whole schema: comparing it, describing it, importing into it."""

from atg_adapters.sql.tables import (
    campaigns,
    catalog,
    conferencing,
    files,
    gradebook,
    homework,
    identity,
    importing,
    learning,
    notices,
    operations,
    schedule,
    shop,
    tests,
)
from atg_adapters.sql.tables.metadata import metadata

# SQLite gives the highest id of a deleted record again, unless it is told not to; PostgreSQL never does.
for _table in metadata.tables.values():
    if _table.autoincrement_column is not None:
        _table.dialect_options["sqlite"]["autoincrement"] = True

__all__ = [
    "campaigns",
    "catalog",
    "conferencing",
    "files",
    "gradebook",
    "homework",
    "identity",
    "importing",
    "learning",
    "metadata",
    "notices",
    "operations",
    "schedule",
    "shop",
    "tests",
]
