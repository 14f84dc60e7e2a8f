"""Opening the database alone, for commands that need nothing else: the container takes half a second to import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_entrypoints.settings import Settings


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """A database that is migrated and has its first administrator, where settings name one; closed at the end."""
    if settings.admin_username:
        from atg_entrypoints.cli.opening import opened  # noqa: PLC0415 - to make an account needs all of identity

        async with opened(settings) as container:
            yield container.database()
        return
    database = Database(settings.database)
    try:
        if settings.auto_migrate:
            await schema.migrate(database, timezone=settings.zone)
        yield database
    finally:
        await database.close()
