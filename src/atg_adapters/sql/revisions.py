"""Alembic: running the revisions of the schema, comparing it with the tables in the code, and writing a new one."""

import asyncio
import re
import tempfile
import warnings
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from atg_adapters.sql.database import Database
from atg_adapters.sql.importing import recorded_tables
from atg_adapters.sql.schema import MIGRATIONS, newest_revision
from atg_adapters.sql.tables.every import metadata

_MIGRATION_LOCK = 0x4154474D  # "ATGM": any number that no other advisory lock of the database uses


def _config(connection: sa.Connection, migrations: Path = MIGRATIONS, timezone: tzinfo = UTC) -> Config:
    config = Config(cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("truncate_slug_length", "80")
    config.attributes["connection"] = connection
    config.attributes["timezone"] = timezone
    return config


def upgrade(connection: sa.Connection, revision: str, migrations: Path = MIGRATIONS, timezone: tzinfo = UTC) -> None:
    """Runs the missing revisions. On PostgreSQL other processes that want to wait until the transaction ends.

    `timezone`: decides what a day is, for those that count by days.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    with _index_over_expression_unseen():
        command.upgrade(_config(connection, migrations, timezone), revision)
    recorded_tables.have_triggers(connection)


def downgrade(connection: sa.Connection, revision: str) -> None:
    with _index_over_expression_unseen():
        command.downgrade(_config(connection), revision)


def compare(connection: sa.Connection) -> list[Any]:
    """What would have to be changed to make the schema that of the tables in the code."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
    with _index_over_expression_unseen():
        return list(compare_metadata(context, metadata))


async def write_revision(message: str, migrations: Path = MIGRATIONS) -> Path:
    """Writes the file of the revision after the newest: what the tables in the code have and that has not.

    Both are compared over an embedded database that is made for this.
    """
    number = f"{int(newest_revision(migrations)) + 1:04}"

    def write(connection: sa.Connection) -> None:
        upgrade(connection, "head", migrations)
        with _index_over_expression_unseen():
            command.revision(_config(connection, migrations), message, autogenerate=True, rev_id=number)

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/newest.db")
        async with database.engine_transaction() as connection:
            await connection.run_sync(write)
        await database.close()
    return await asyncio.to_thread(_without_comments, migrations / "versions", number)


def _without_comments(versions: Path, number: str) -> Path:
    """The file of a revision, without what Alembic says around the changes."""
    [path] = versions.glob(f"{number}_*.py")
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if "# ###" not in line).rstrip()
    path.write_text(re.sub(r"\n{4,}", "\n\n\n", text) + "\n", encoding="utf-8")
    return path


@contextmanager
def _index_over_expression_unseen() -> Iterator[None]:
    """SQLite does not tell of what an index over an expression is, and Alembic warns of that.

    They are those of the emails and names in `users`: a revision that rewrites that table has to make them anew.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        yield


def is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """The tables of procrastinate are made by a revision, but belong to that library."""
    return not (name or "").startswith("procrastinate_")
