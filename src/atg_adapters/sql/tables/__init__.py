"""All tables, by context."""

from atg_adapters.sql.tables import (
    campaigns,
    catalog,
    conferencing,
    files,
    gradebook,
    homework,
    identity,
    learning,
    operations,
    schedule,
    store,
    tests,
)
from atg_adapters.sql.tables.metadata import metadata

__all__ = [
    "campaigns",
    "catalog",
    "conferencing",
    "files",
    "gradebook",
    "homework",
    "identity",
    "learning",
    "metadata",
    "operations",
    "schedule",
    "store",
    "tests",
]
