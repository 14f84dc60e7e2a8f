"""Migrations, and comparison of the schema with the tables in the code.

What needs Alembic is in `sql/revisions.py` and imported when there is something to do: most starts find nothing.
"""

from datetime import UTC, tzinfo
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.schema_differences import in_words
from atg_core.errors import Unavailable

MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"
_HAS_REVISION_ON_SQLITE = sa.text("SELECT 1 FROM sqlite_master WHERE name = :table_")
_HAS_REVISION_ON_POSTGRESQL = sa.text("SELECT 1 WHERE to_regclass(CAST(:table_ AS text)) IS NOT NULL")
_REVISION: sa.Select[str] = sa.select(sa.column("version_num", sa.String)).select_from(sa.table(_VERSION_TABLE))


class SchemaState(StrEnum):
    NEWEST = "newest"
    BEHIND = "behind"
    AHEAD = "ahead"
    """Of a later version."""
    UNKNOWN = "unknown"
    """Of no version of ours that is known here."""
    NONE = "none"


def revisions_in(migrations: Path = MIGRATIONS) -> set[str]:
    """By the names of the files, which begin with the number of their revision."""
    return {path.name.partition("_")[0] for path in (migrations / "versions").glob("[0-9]*_*.py")}


def newest_revision(migrations: Path = MIGRATIONS) -> str:
    return max(revisions_in(migrations))


class SchemaOutdated(Unavailable):
    """The database has not the newest schema: run `atg migrate`"""


class SchemaCheck:
    """Raises SchemaOutdated, until the database has had the newest schema once: it is not taken back under a server."""

    def __init__(self, database: Database) -> None:
        self._database, self._is_newest = database, False

    async def __call__(self) -> None:
        if not self._is_newest:
            await require_newest(self._database)
            self._is_newest = True


class SchemaUnknown(Unavailable):
    """The database has revision {revision}, which this version does not know: run the version that made it"""


async def require_newest(database: Database) -> None:
    """Raises SchemaOutdated, SchemaUnknown."""
    if await revision_of(database) != newest_revision():
        await _require_known(database)
        raise SchemaOutdated


async def _require_known(database: Database) -> None:
    """Raises SchemaUnknown."""
    if await state_of(database) in {SchemaState.AHEAD, SchemaState.UNKNOWN}:
        raise SchemaUnknown(revision=await revision_of(database))


async def migrate(database: Database, revision: str = "head", *, timezone: tzinfo = UTC) -> None:
    """Runs the missing revisions in one transaction; of many processes at once, all wait for the first.

    `timezone`: decides what a day is, for revisions that count by days.
    Raises DatabaseAway, SchemaUnknown.
    """
    if revision == "head" and await revision_of(database) == newest_revision():
        return
    await _require_known(database)
    from atg_adapters.sql import revisions  # noqa: PLC0415 - Alembic takes a tenth of a second to import

    async with database.engine_transaction() as connection:
        await connection.run_sync(revisions.upgrade, revision, MIGRATIONS, timezone)


async def downgrade(database: Database, revision: str) -> None:
    """Undoes the revisions after this one; `base` is before the first."""
    from atg_adapters.sql import revisions  # noqa: PLC0415 - the same

    async with database.engine_transaction() as connection:
        await connection.run_sync(revisions.downgrade, revision)


async def differences(database: Database) -> list[str]:
    """The differences between the database's schema and the tables in the code, a line each."""
    from atg_adapters.sql import revisions  # noqa: PLC0415 - the same

    async with database.engine_transaction() as connection:
        return in_words(await connection.run_sync(revisions.compare))


async def state_of(database: Database) -> SchemaState:
    """What the revision of the database is to those of this version."""
    revision, newest = await revision_of(database), newest_revision()
    if revision is None:
        return SchemaState.NONE
    if revision in revisions_in():
        return SchemaState.NEWEST if revision == newest else SchemaState.BEHIND
    return SchemaState.AHEAD if revision.isdecimal() and revision > newest else SchemaState.UNKNOWN


async def revision_of(database: Database) -> str | None:
    """The revision that the database has, None if it has none."""
    has_revision = _HAS_REVISION_ON_SQLITE if database.is_sqlite else _HAS_REVISION_ON_POSTGRESQL
    if not await database.row(has_revision, {"table_": _VERSION_TABLE}):
        return None
    row = await database.row(_REVISION)
    return row[0] if row else None
