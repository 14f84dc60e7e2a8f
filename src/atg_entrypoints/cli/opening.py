"""Opening the container that a command works with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atg_adapters.sql.schema import require_newest
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from atg_entrypoints.startup import prepare


@asynccontextmanager
async def opened(settings: Settings, *, migrating: bool = False) -> AsyncIterator[Container]:
    """A container, closed at the end.

    `migrating`: brings the database to the newest schema and makes the first administrator; without it raises
    SchemaOutdated where the schema is older.
    """
    container = create_container(settings)
    try:
        if migrating:
            await prepare(container)
        elif not settings.in_memory:
            await require_newest(container.database())
        yield container
    finally:
        await close(container)
