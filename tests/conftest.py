"""Servers that tests may use, and containers over each of the three databases."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
import redis as redis_client
from litestar.types import ASGIApp
from minio import Minio
from minio.error import MinioException
from msgspec import structs
from psycopg import sql
from urllib3.exceptions import HTTPError

from atg_adapters.minio.client import connect as connect_to_s3
from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from atg_core.importing.model import Counts
from atg_entrypoints.cli.importing import open_folder
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.settings import Settings

EXAMPLES = Path(__file__).parents[1] / "examples"
SECRET = "a key for tests alone, of more than 32 bytes"

_DEFAULT_POSTGRES = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
)
_DEFAULT_REDIS = "redis://127.0.0.1:6379/15"
_LEFT_OUT = (
    *("shop-lessons", "shop-courses", "promo-codes"),
    *("groups", "recurring-lessons", "scheduled-lessons", "conference-accounts"),
    *("homework", "homework-questions"),
    *("attendance", "control-points", "control-point-grades"),
)


@pytest.fixture(autouse=True)
def room(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests run beside each other; one that measures, or ends servers, is `alone`.

    Whoever waits to be alone holds the door, so that nobody else enters in the meantime.
    """
    folder = Path(tempfile.gettempdir())
    with (folder / "atg-test-door").open("w") as door, (folder / "atg-test-room").open("w") as inside:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if request.node.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


def _required(server: str) -> bool:
    return server in os.environ.get("ATG_TEST_REQUIRE", "").split(",")


def optional(server: str, reason: str) -> None:
    """Skips what needs something that is not there, unless ATG_TEST_REQUIRE names it."""
    if _required(server):
        pytest.fail(f"{server} is required by ATG_TEST_REQUIRE: {reason}")
    pytest.skip(f"{server}: {reason}")


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL where databases can be made; skips where there is none."""
    given = os.environ.get("ATG_TEST_DATABASE_URL")
    for url in (given,) if given else _DEFAULT_POSTGRES:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            continue
        return url
    optional("postgres", "no PostgreSQL answers at ATG_TEST_DATABASE_URL or on 127.0.0.1:5432")
    raise AssertionError


@pytest.fixture(scope="session")
def redis_server() -> str:
    """The URL of a Redis; skips where there is none."""
    url = os.environ.get("ATG_TEST_REDIS_URL", _DEFAULT_REDIS)
    try:
        with redis_client.Redis.from_url(url, socket_connect_timeout=2) as client:
            client.ping()
    except redis_client.RedisError:
        optional("redis", "no Redis answers at ATG_TEST_REDIS_URL or on 127.0.0.1:6379")
    return url


class S3Server(NamedTuple):
    """A real S3 store."""

    endpoint: str
    access_key: str
    secret_key: str

    def client(self) -> Minio:
        return connect_to_s3(self.endpoint, access_key=self.access_key, secret_key=self.secret_key, region="us-east-1")


@pytest.fixture(scope="session")
def s3_server() -> S3Server:
    """An S3 store where buckets can be made; skips where there is none."""
    server = S3Server(
        os.environ.get("ATG_TEST_S3_ENDPOINT", "http://127.0.0.1:9104"),
        os.environ.get("ATG_TEST_S3_ACCESS_KEY", "ATGACCESS"),
        os.environ.get("ATG_TEST_S3_SECRET_KEY", "atgsecretkey"),
    )
    try:
        server.client().list_buckets()
    except (MinioException, HTTPError):
        optional("s3", "no S3 store answers at ATG_TEST_S3_ENDPOINT or on 127.0.0.1:9104")
    return server


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> Iterator[str]:
    """A bucket of this test's own."""
    client, name = s3_server.client(), f"atg-test-{uuid4().hex[:12]}"
    client.make_bucket(bucket_name=name)
    yield name
    for found in client.list_objects(bucket_name=name, recursive=True):
        client.remove_object(bucket_name=name, object_name=found.object_name or "")
    client.remove_bucket(bucket_name=name)


def with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _admin(server: str, statement: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def _strategy(server: str) -> str:
    """Copying files takes a third of the time of logging pages, where the checkpoints that it needs cost nothing."""
    with psycopg.connect(server) as connection:
        [fsync] = connection.execute("SHOW fsync").fetchone() or ("on",)
        return "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 and fsync == "off" else ""


def _copy(server: str, name: str, template: str) -> None:
    _admin(server, f"CREATE DATABASE {{}} TEMPLATE {{}} {_strategy(server)}", name, template)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty database that others are copied from."""
    name = f"atg_test_template_{uuid4().hex[:8]}"
    _admin(postgres_server, "CREATE DATABASE {}", name)
    asyncio.run(_migrated(with_database(postgres_server, name)))
    yield name
    _admin(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


async def _migrated(url: str) -> None:
    database = Database(url)
    await schema.migrate(database)
    await database.close()


@contextmanager
def _new_postgres(server: str, template: str) -> Iterator[str]:
    name = f"atg_test_{uuid4().hex[:12]}"
    _copy(server, name, template)
    yield with_database(server, name)
    _admin(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    with _new_postgres(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'atg.db')}"


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each of the three databases in turn, migrated and empty."""
    if request.param == "memory":
        return "memory://"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET)


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[Container]:
    """ATG over each of the three databases in turn."""
    container = create_container(settings)
    yield container
    await close(container)


@pytest.fixture
async def twin(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Container]:
    """ATG over another empty database of the same kind as `container`'s."""
    with ExitStack() as stack:
        url = settings.database_url
        if url.startswith("sqlite"):
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'twin.db')}"
        elif url.startswith("postgresql"):
            server, template = (request.getfixturevalue(f"postgres_{name}") for name in ("server", "template"))
            url = stack.enter_context(_new_postgres(server, template))
        twin = create_container(structs.replace(settings, database_url=url))
        yield twin
        await close(twin)


async def import_examples(container: Container, *, without: Collection[str] = ()) -> dict[str, Counts]:
    """`without`: kinds that are left out."""
    with ExitStack() as stack:
        sources = [source for source, _ in open_folder(EXAMPLES, stack) if source.kind.name not in without]
        counts: dict[str, Counts] = await container.import_files()(sources)
    return counts


async def _stock(url: str) -> Container:
    """The tests of the shop bring their own goods, those of the schedule their own lessons and accounts."""
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    await import_examples(container, without=_LEFT_OUT)
    return container


@pytest.fixture(scope="session")
def stocked_postgres(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The name of a database with the example data, that others are copied from."""
    name = f"atg_test_stocked_{uuid4().hex[:8]}"
    _copy(postgres_server, name, postgres_template)
    asyncio.run(_stocked_and_closed(with_database(postgres_server, name)))
    yield name
    _admin(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def stocked_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stocked") / "stocked.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(_stocked_and_closed(f"sqlite:///{path}"))
    return path


async def _stocked_and_closed(url: str) -> None:
    container = await _stock(url)
    await close(container)


@pytest.fixture(scope="session")
def stocked_memory() -> dict[str, dict[Any, Any]]:
    """The example data as tables in memory; rows are never changed in place, so that they may be shared."""
    tables: dict[str, dict[Any, Any]] = asyncio.run(_stock("memory://")).database().tables
    return tables


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def stocked_url(request: pytest.FixtureRequest) -> str:
    """Each of the three databases in turn, with the example data; the memory is filled by `stocked`."""
    return stocked_url_of(request.param, request)


def stocked_url_of(kind: str, request: pytest.FixtureRequest) -> str:
    if kind == "memory":
        return "memory://"
    if kind == "sqlite":
        tmp_path: Path = request.getfixturevalue("tmp_path")
        return f"sqlite:///{shutil.copy(request.getfixturevalue('stocked_sqlite'), tmp_path / 'stocked.db')}"
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("stocked_postgres")
    name = f"atg_test_{uuid4().hex[:12]}"
    _copy(server, name, template)
    request.addfinalizer(lambda: _admin(server, "DROP DATABASE {} WITH (FORCE)", name))
    return with_database(server, name)


@pytest.fixture
def stocked_tables(stocked_url: str, request: pytest.FixtureRequest) -> dict[str, dict[Any, Any]]:
    """What is put into the memory at first; nothing for the other databases."""
    tables = request.getfixturevalue("stocked_memory") if stocked_url == "memory://" else {}
    return {name: dict(rows) for name, rows in tables.items()}


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
async def stocked(
    api: Api,
    stocked_url: str,
    stocked_tables: dict[str, dict[Any, Any]],
    where_files_are: dict[str, Any],
    tmp_path: Path,
) -> AsyncIterator[Container]:
    """ATG over the example data, all new but for the routes."""
    container, _ = api
    container.settings.override(
        Settings(database_url=stocked_url, home=str(tmp_path), secret_key=SECRET, **where_files_are)
    )
    container.reset_singletons()
    if stocked_url == "memory://":
        container.database().tables.update(stocked_tables)
    yield container
    await close(container)
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
