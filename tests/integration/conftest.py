"""Integration tests run over SQLite and PostgreSQL, unless they say otherwise; unit tests have run over memory."""

from collections.abc import AsyncIterator, Iterator

import pytest
from dependency_injector import providers
from pytest_socket import disable_socket, enable_socket

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_adapters.passwords import hashing
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.api import (
    api,
    apis,
    client,
    stocked,
    stocked_settings,
    stocked_tables,
    where_files_are,
)
from tests.databases import (
    KeptDatabases,
    kept_databases,
    kept_url,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
    stocked_memory,
    stocked_postgres,
    stocked_sqlite,
    twin,
)
from tests.integration.server_pair import oauth_provider, pair, postgres_pair, sqlite_pair
from tests.people import CHEAP_KIBIBYTES
from tests.servers import (
    postgres_server,
    redis_server,
    s3_bucket,
    s3_server,
)

__all__ = [
    "api",
    "apis",
    "client",
    "kept_databases",
    "oauth_provider",
    "pair",
    "postgres_pair",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "redis_server",
    "s3_bucket",
    "s3_server",
    "sqlite_pair",
    "sqlite_template",
    "sqlite_url",
    "stocked",
    "stocked_memory",
    "stocked_postgres",
    "stocked_settings",
    "stocked_sqlite",
    "stocked_tables",
    "twin",
    "where_files_are",
]

SERVED_KIBIBYTES = hashing.KIBIBYTES
"""What is hashed with where it is not a test that asks."""
hashing.KIBIBYTES = CHEAP_KIBIBYTES

_PAIRS = {"pair", "postgres_pair", "sqlite_pair"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share servers stand together, so that most of them run in one worker, which starts the servers."""
    items.sort(key=lambda item: not (isinstance(item, pytest.Function) and _PAIRS.intersection(item.fixturenames)))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Migrated and empty."""
    return kept_url(request.param, request, stocked=False)


@pytest.fixture(params=["sqlite", "postgres"])
def stocked_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """With the example data; in memory no socket is opened (asyncio's own pair of Unix sockets apart)."""
    if request.param == "memory":
        disable_socket(allow_unix_socket=True)
    yield kept_url(request.param, request, stocked=True)
    enable_socket()


@pytest.fixture
async def container(settings: Settings, kept_databases: KeptDatabases) -> AsyncIterator[Container]:
    """ATG over each of the databases in turn."""
    container = create_container(settings)
    if database := kept_databases.engines.get(settings.database_url):
        container.database.override(providers.Object(database))
    yield container
    await close(container)


@pytest.fixture
def remembering(stocked: Container) -> Container:
    """ATG with a caller cache, as with Redis or in a single process: authentication then costs no statement."""
    stocked.caller_cache.override(MemoryCallerCache())
    return stocked
