"""Opening the database alone, for commands that need nothing else: the container takes half a second to import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_entrypoints.settings import Settings


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """Closed at the end. Raises SchemaOutdated."""
    database = Database(settings.database)
    try:
        await schema.require_newest(database)
        yield database
    finally:
        await database.close()


async def prepare_database(settings: Settings) -> None:
    """Brings it to the newest schema, and makes the first administrator where settings name one."""
    if settings.admin_username:
        from atg_entrypoints.cli.opening import opened  # noqa: PLC0415 - to make an account needs all of identity

        async with opened(settings, migrating=True):
            return
    if settings.auto_migrate and not settings.in_memory:
        database = Database(settings.database)
        try:
            await schema.migrate(database, timezone=settings.zone)
        finally:
            await database.close()
