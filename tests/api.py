"""The HTTP API over the example data, in the process of the test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from litestar.types import ASGIApp

from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.databases import KeptDatabases

type Api = tuple[Container, ASGIApp]


def _api(database_url: str) -> Api:
    container = create_container(Settings(database_url=database_url, secret_key=SECRET))
    return container, create_app(container)


@pytest.fixture(scope="session")
def apis() -> dict[bool, Api]:
    """The HTTP API over memory, and over SQL; made once, since making it takes longer than most tests."""
    return {True: _api("memory://"), False: _api("sqlite:///")}


@pytest.fixture
def api(apis: dict[bool, Api], stocked_url: str) -> Api:
    return apis[stocked_url == "memory://"]


@pytest.fixture
def where_files_are() -> dict[str, Any]:
    """Settings of the object store; files are in the home folder."""
    return {}


@pytest.fixture
def stocked_tables(stocked_url: str, request: pytest.FixtureRequest) -> dict[str, dict[Any, Any]]:
    """What is put into the memory at first; nothing for the other databases."""
    tables = request.getfixturevalue("stocked_memory") if stocked_url == "memory://" else {}
    return {name: dict(rows) for name, rows in tables.items()}


@pytest.fixture
def stocked_settings(stocked_url: str, where_files_are: dict[str, Any], tmp_path: Path) -> Settings:
    return Settings(database_url=stocked_url, home=str(tmp_path), secret_key=SECRET, **where_files_are)


@pytest.fixture
async def stocked(
    api: Api,
    stocked_settings: Settings,
    stocked_tables: dict[str, dict[Any, Any]],
    kept_databases: KeptDatabases,
) -> AsyncIterator[Container]:
    """ATG over the example data, all new but for the routes and SQLAlchemy's engine."""
    container, _ = api
    container.settings.override(stocked_settings)
    container.reset_singletons()
    if stocked_settings.in_memory:
        container.database().tables.update(stocked_tables)
    kept = kept_databases.engines.get(stocked_settings.database_url)
    if kept:
        container.database.override(providers.Object(kept))
    yield container
    await close(container)
    if kept:
        container.database.reset_last_overriding()
    for changed in (container.settings, container.clock, container.caller_cache):
        while len(changed.overridden) > (1 if changed is container.settings else 0):
            changed.reset_last_overriding()


@pytest.fixture
async def client(api: Api, stocked: Container) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the HTTP API over the example data, and over nothing between them."""
    _, app = api
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test") as client:
        yield client
