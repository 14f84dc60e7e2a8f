"""All tables, by context."""

from atg_adapters.sql.tables import catalog, identity, learning, tests
from atg_adapters.sql.tables.metadata import metadata

__all__ = ["catalog", "identity", "learning", "metadata", "tests"]
