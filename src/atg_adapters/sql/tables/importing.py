"""Imports that people order, and the changes of rows by which one can be undone (spec: operations)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.identity  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import instant, metadata
from atg_adapters.sql.types import JSON, one_of
from atg_core.importing.imports import ImportState


def _rows(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))


imports = sa.Table(
    "imports",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="SET NULL"), index=True),
    sa.Column("kind", sa.String(50), nullable=False),
    sa.Column("file_name", sa.String(150), nullable=False),
    # In the object store; null once the file is there no more.
    sa.Column("key", sa.String(100)),
    sa.Column("state", sa.String(10), nullable=False),
    # 1 while it is applied or undone, so that only one is at a time; else null.
    sa.Column("turn", sa.SmallInteger, unique=True),
    instant("created_at", nullable=False),
    instant("updated_at", nullable=False),
    instant("applied_at"),
    _rows("created"),
    _rows("updated"),
    _rows("unchanged"),
    _rows("rejected"),
    sa.Column("faults", JSON, nullable=False),
    sa.Column("changes", JSON, nullable=False),
    sa.Column("hindrances", JSON, nullable=False),
    sa.Column("problem", sa.String(500)),
    # Whether its changes are still recorded.
    sa.Column("is_recorded", sa.Boolean, nullable=False, server_default=sa.false()),
    one_of("state", ImportState),
    sa.CheckConstraint("turn = 1", name="turn"),
    sa.Index(None, "created_at"),
)

# Written by triggers, in the transaction of the import; numbers are in the order of the changes.
import_changes = sa.Table(
    "import_changes",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("import_id", sa.Uuid, sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    sa.Column("table_name", sa.String(63), nullable=False),
    # The primary key of the row as text, several columns with commas between.
    sa.Column("key", sa.String(500), nullable=False),
    # The row as JSON; null before it was inserted, and after it was deleted.
    sa.Column("before", JSON),
    sa.Column("after", JSON),
    sa.Index(None, "import_id", "table_name", "key"),
)
