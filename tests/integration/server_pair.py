"""Two servers over one database for all tests of a worker; each test finds the database empty."""

import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest

from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings, variable_of
from tests.conftest import SECRET
from tests.contracts.shop.bot import SERVICE
from tests.contracts.shop.http_telegram import SECRET as WEBHOOK_SECRET
from tests.integration.running import Server, serving
from tests.kept_postgres import KeptPostgres
from tests.oauth_server import OAuthServer, served

FRONTEND = "https://edu.example.com/signed-in"
_SETTINGS = {
    "ATG_OAUTH_RETURN_URLS": FRONTEND,
    "ATG_SECRET_KEY": SECRET,
    "ATG_AUTO_MIGRATE": "false",
    "ATG_RATE_LIMIT": "0",
    "ATG_TRUSTED_PROXIES": "127.0.0.1",
    "ATG_SERVICE_TOKENS": SERVICE,
    "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "OAUTHLIB_INSECURE_TRANSPORT": "1",  # the provider is on this machine
}
"""What all tests need that use the servers."""


class Pair(NamedTuple):
    """Two servers that share a database and a home folder."""

    url: str
    home: Path
    servers: list[Server]
    empty: Callable[[], None]
    """Makes the database what it is after its migrations."""


@asynccontextmanager
async def two_processes(
    pair: Pair, headers: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Container, list[httpx.AsyncClient]]]:
    """The container that arranges, and a client of each process, which sends `headers`."""
    with emptied(pair):
        async with AsyncExitStack() as stack:
            container = create_container(Settings(database_url=pair.url, secret_key=SECRET))
            stack.push_async_callback(close, container)
            clients = [httpx.AsyncClient(base_url=each.url, timeout=60, headers=headers) for each in pair.servers]
            yield container, [await stack.enter_async_context(client) for client in clients]


@contextmanager
def emptied(pair: Pair) -> Iterator[Pair]:
    """The servers over an empty database; what is done there meanwhile leaves no traceback in their logs."""
    pair.empty()
    shutil.rmtree(pair.home / "outbox", ignore_errors=True)
    before = [len(server.log) for server in pair.servers]
    yield pair
    for server, length in zip(pair.servers, before, strict=True):
        assert "Traceback" not in server.log[length:]


@pytest.fixture(scope="session")
def oauth_provider() -> Iterator[OAuthServer]:
    """The provider that the servers know, where nobody is signed in yet."""
    with served() as provider:
        yield provider


@contextmanager
def _pair(url: str, home: Path, provider: OAuthServer, empty: Callable[[], None]) -> Iterator[Pair]:
    oauth = {variable_of(name): value for name, value in provider.settings.items()}
    public_url = provider.redirects.removesuffix("/auth/oauth")
    environment = {"ATG_DATABASE_URL": url, "ATG_PUBLIC_URL": public_url, **oauth, **_SETTINGS}
    with ExitStack() as stack:
        yield Pair(url, home, [stack.enter_context(serving(home, **environment)) for _ in range(2)], empty)


@pytest.fixture(scope="session")
def postgres_pair(
    postgres_server: str,
    postgres_template: str,
    oauth_provider: OAuthServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    kept = KeptPostgres(postgres_server, f"atg_test_servers_{uuid4().hex[:8]}", postgres_template)
    with _pair(kept.url, tmp_path_factory.mktemp("servers"), oauth_provider, kept.restore) as pair:
        yield pair
    kept.drop()


@pytest.fixture(scope="session")
def sqlite_pair(
    sqlite_template: Path, oauth_provider: OAuthServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """They do the jobs themselves."""
    home = tmp_path_factory.mktemp("servers")
    path = shutil.copy(sqlite_template, home / "servers.db")
    with _pair(f"sqlite:///{path}", home, oauth_provider, partial(_empty_sqlite, path, sqlite_template)) as pair:
        yield pair


def _empty_sqlite(path: Path, template: Path) -> None:
    """Copies the pages of a database without rows over this one, once no job is being done."""
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path, timeout=20)) as connection:
        until = time.monotonic() + 30
        while not _withdraw_jobs(connection):
            assert time.monotonic() < until, "a job does not end"
            time.sleep(0.05)
        source.backup(connection)


def _withdraw_jobs(connection: sqlite3.Connection) -> bool:
    """None is begun any more; false if one is being done."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        [running] = connection.execute("SELECT count(*) FROM jobs WHERE status = 'running'").fetchone()
        connection.execute("DELETE FROM jobs WHERE status != 'running'")
    return running == 0


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Two servers over each of the two databases."""
    found: Pair = request.getfixturevalue(f"{request.param}_pair")
    return found
