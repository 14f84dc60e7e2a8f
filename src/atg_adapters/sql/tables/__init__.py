"""All tables, by context."""

from atg_adapters.sql.tables import campaigns, catalog, files, identity, learning, operations, store, tests
from atg_adapters.sql.tables.metadata import metadata

__all__ = ["campaigns", "catalog", "files", "identity", "learning", "metadata", "operations", "store", "tests"]
