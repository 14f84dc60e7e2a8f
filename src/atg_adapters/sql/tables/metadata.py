"""The one collection of all tables, and the columns that many of them share."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.types import UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def serial() -> sa.Column[int]:
    """A number given by the database."""
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def uuid() -> sa.Column[Any]:
    """An id given by the application."""
    return sa.Column("id", sa.Uuid, primary_key=True)


def reference(name: str, target: str, *, index: bool = True, nullable: bool = False) -> sa.Column[Any]:
    """A child that goes with its parent."""
    return sa.Column(
        name,
        sa.ForeignKey(f"{target}.id", ondelete="CASCADE"),
        index=index,
        nullable=nullable,
    )


def held(name: str, target: str, *, index: bool = True, nullable: bool = False) -> sa.Column[Any]:
    """A parent that can not be deleted as long as this is there: what learners did is never lost by deleting."""
    return sa.Column(
        name,
        sa.ForeignKey(f"{target}.id", ondelete="RESTRICT"),
        index=index,
        nullable=nullable,
    )


def instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def timestamps() -> tuple[sa.Column[Any], sa.Column[Any]]:
    """`created_at` and `updated_at`; the database's own time only serves rows that come from elsewhere."""
    now = sa.func.current_timestamp()
    return (
        sa.Column("created_at", UtcDateTime, nullable=False, server_default=now),
        sa.Column("updated_at", UtcDateTime, nullable=False, server_default=now),
    )


def written(name: str = "created_at") -> sa.Column[Any]:
    """When a row was inserted, for tables that came without it: statements give it, since SQLite can not add a column
    with such a default. `updated_at` also follows updates."""
    now = sa.func.current_timestamp()
    return sa.Column(name, UtcDateTime, default=now, onupdate=now if name == "updated_at" else None)


def order_index() -> sa.Column[int]:
    return sa.Column("order_index", sa.Integer, nullable=False, server_default=sa.text("0"))


def is_active() -> sa.Column[bool]:
    return sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true())
