"""Opening the container that a command works with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from atg_entrypoints.startup import prepare


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Container]:
    """A container over a database that is migrated, closed at the end."""
    container = create_container(settings)
    try:
        await prepare(container)
        yield container
    finally:
        await close(container)
