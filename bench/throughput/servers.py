"""PostgreSQL and Redis: those that the environment names, or else some of the benchmark's own that forget all."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.throughput.filling import fill
from bench.throughput.processes import CORES, move, parent
from tests.throwaway_postgres import throwaway_postgres
from tests.throwaway_redis import throwaway_redis

_DATABASE = "atg_bench_{}"


class Missing(Exception):
    """What is needed is not installed"""


class Postgres:
    """A server, and a database for each size."""

    def __init__(self, url: str, *, counts: bool = False) -> None:
        self._url, self.counts = url, counts
        self._filled: set[str] = set()
        with self._connection() as connection:
            self.pid = parent(connection.info.backend_pid) if urlsplit(url).hostname == "127.0.0.1" else None
            self.version = connection.info.server_version // 10_000

    def _connection(self, database: str | None = None) -> psycopg.Connection:
        return psycopg.connect(self._of(database) if database else self._url, autocommit=True)

    def _of(self, database: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    def filled(self, size: str) -> str:
        """The URL of the database of that size, made if there is none yet."""
        name = _DATABASE.format(size)
        if size not in self._filled:
            with self._connection() as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {name}")
            fill(self._of(name), size)
            self._filled.add(size)
        return self._of(name)

    def drop(self) -> None:
        with self._connection() as connection:
            for size in self._filled:
                connection.execute(f"DROP DATABASE {_DATABASE.format(size)} WITH (FORCE)")

    def count(self, *, on: bool) -> None:
        """Whether statements are counted, which costs something. Of a server of the benchmark's own alone."""
        with self._connection() as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{'top' if on else 'none'}'")
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)

    def statements(self, size: str) -> int:
        """How many have run in the database of that size, without BEGIN, COMMIT and the like."""
        query = (
            "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements"
            " JOIN pg_database ON pg_database.oid = dbid WHERE datname = %s"
        )
        with self._connection() as connection:
            found = connection.execute(query, (_DATABASE.format(size),)).fetchone()
        return int(found[0]) if found else 0


@contextmanager
def postgres() -> Iterator[Postgres]:
    given = os.environ.get("ATG_BENCH_DATABASE_URL")
    if given:
        server = Postgres(given)
        yield server
        server.drop()
        return
    counting = {
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.track_utility": "off",
    }
    with throwaway_postgres(**counting) as url:
        if url is not None:
            server = _beside_generator(url, counts=True)
            server.count(on=False)
            yield server
            return
    with throwaway_postgres() as url:
        if url is None:
            raise Missing("PostgreSQL is neither installed nor named by ATG_BENCH_DATABASE_URL")
        yield _beside_generator(url, counts=False)


def _beside_generator(url: str, *, counts: bool) -> Postgres:
    server = Postgres(url, counts=counts)
    if server.pid is not None:
        move(server.pid, CORES[1:])
    return server


@contextmanager
def redis_server() -> Iterator[str]:
    """Its URL; empty where there is none."""
    if given := os.environ.get("ATG_BENCH_REDIS_URL"):
        yield given
        return
    with throwaway_redis() as server:
        if server:
            move(server.process.pid, CORES[1:])
        yield server.url if server else ""
