"""The schema of a database: bringing it to the newest revision, and comparing it with the tables in the code."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables import metadata

_MIGRATION_LOCK = 0x4154474D  # "ATGM": any number that no other advisory lock of the database uses


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: sa.Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    with _index_over_expression_unseen():
        command.upgrade(_config(connection), revision)


def _downgrade(connection: sa.Connection, revision: str) -> None:
    with _index_over_expression_unseen():
        command.downgrade(_config(connection), revision)


@contextmanager
def _index_over_expression_unseen() -> Iterator[None]:
    """SQLite does not tell of what an index over an expression is, and Alembic warns of that.

    The only one is that of the emails in `users`: a revision that rewrites that table has to make it anew.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        yield


def is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """The tables of procrastinate are made by a revision, but belong to that library."""
    return not (name or "").startswith("procrastinate_")


async def migrate(database: Database, revision: str = "head") -> None:
    """Runs the missing migrations in one transaction; many processes at once wait for the first."""
    async with database.transaction() as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(database: Database, revision: str) -> None:
    async with database.transaction() as connection:
        await connection.run_sync(_downgrade, revision)


async def differences(database: Database) -> list[Any]:
    """What Alembic would change to make the database's schema that of the code; empty if they agree."""

    def compare(connection: sa.Connection) -> list[Any]:
        opts = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        with _index_over_expression_unseen():
            return list(compare_metadata(context, metadata))

    async with database.reader() as connection:
        return await connection.run_sync(compare)
