"""Databases of tests: migrated and empty, or with the example data.

Those of `database_url` and `stocked_url` are kept by each worker and put back after a test, with their engines, so that
SQLAlchemy compiles a statement once. `postgres_url` is a database of the test's own, for tests that do more to it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET, import_examples
from tests.kept_postgres import KeptPostgres, administer, strategy
from tests.servers import with_database

_LEFT_OUT = (
    *("shop-lessons", "shop-courses", "promo-codes"),
    *("groups", "recurring-lessons", "scheduled-lessons", "conference-accounts"),
    *("homework", "homework-questions"),
    *("attendance", "control-points", "control-point-grades"),
)


async def _migrate(url: str) -> None:
    database = Database(url)
    await schema.migrate(database)
    await database.close()


async def _stock(url: str) -> Container:
    """The tests of the shop bring their own products, those of the schedule their own lessons and accounts."""
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    await import_examples(container, without=_LEFT_OUT)
    if not container.settings().in_memory:
        await close(container)
    return container


@contextmanager
def _copy_of(server: str, template: str | None) -> Iterator[str]:
    name = f"atg_test_{uuid4().hex[:12]}"
    if template:
        administer(server, f"CREATE DATABASE {{}} TEMPLATE {{}} {strategy(server)}", name, template)
    else:
        administer(server, "CREATE DATABASE {}", name)
    yield name
    administer(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty database that others are copied from."""
    with _copy_of(postgres_server, None) as name:
        asyncio.run(_migrate(with_database(postgres_server, name)))
        yield name


@pytest.fixture(scope="session")
def stocked_postgres(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database with the example data, that others are copied from."""
    with _copy_of(postgres_server, postgres_template) as name:
        asyncio.run(_stock(with_database(postgres_server, name)))
        yield name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    with _copy_of(postgres_server, postgres_template) as name:
        yield with_database(postgres_server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def stocked_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stocked") / "stocked.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(_stock(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty database of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'atg.db')}"


@pytest.fixture(scope="session")
def stocked_memory() -> dict[str, dict[Any, Any]]:
    """The example data as tables in memory; rows are never changed in place, so that they may be shared."""
    tables: dict[str, dict[Any, Any]] = asyncio.run(_stock("memory://")).database().tables
    return tables


class KeptDatabases:
    """The databases of a worker that are put back after each test, and their engines, by URL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres: dict[str, KeptPostgres] = {}
        self.engines: dict[str, Database] = {}

    def _with_engine(self, url: str) -> str:
        self.engines.setdefault(url, Database(url))
        return url

    def sqlite(self, template: Path) -> str:
        path = self.folder / template.name
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return self._with_engine(f"sqlite:///{shutil.copy(template, path)}")

    @contextmanager
    def of_postgres(self, server: str, template: str) -> Iterator[str]:
        if template not in self.postgres:
            self.postgres[template] = KeptPostgres(server, f"atg_test_{uuid4().hex[:12]}", template)
        kept = self.postgres[template]
        yield self._with_engine(kept.url)
        if kept.is_intact():
            kept.restore()
        else:
            self.postgres.pop(template).drop()


@pytest.fixture(scope="session")
def kept_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptDatabases]:
    kept = KeptDatabases(tmp_path_factory.mktemp("kept"))
    yield kept
    for database in kept.postgres.values():
        database.drop()


def kept_url(kind: str, request: pytest.FixtureRequest, *, stocked: bool) -> str:
    """The URL of a database of that kind for this test, with the example data or empty.

    The memory is empty; `stocked` fills it.
    """
    if kind == "memory":
        return "memory://"
    kept: KeptDatabases = request.getfixturevalue("kept_databases")
    template = request.getfixturevalue(f"stocked_{kind}" if stocked else f"{kind}_template")
    if kind == "sqlite":
        return kept.sqlite(template)
    stack = ExitStack()
    request.addfinalizer(stack.close)
    return stack.enter_context(kept.of_postgres(request.getfixturevalue("postgres_server"), template))


@pytest.fixture
async def twin(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Container]:
    """ATG over another empty database of the same kind as `container`'s."""
    with ExitStack() as stack:
        url = settings.database_url
        if url.startswith("sqlite"):
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'twin.db')}"
        elif url.startswith("postgresql"):
            server, template = (request.getfixturevalue(f"postgres_{name}") for name in ("server", "template"))
            url = with_database(server, stack.enter_context(_copy_of(server, template)))
        twin = create_container(structs.replace(settings, database_url=url))
        yield twin
        await close(twin)
