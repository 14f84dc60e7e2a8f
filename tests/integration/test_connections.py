"""Connections to the database: how many there are, who waits for one, and what becomes of them when something fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql import database as database_module
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, DatabaseAway
from atg_adapters.sql.pool import DatabaseBusy

_ROWS = sa.table("rows_", sa.column("id", sa.Integer), sa.column("name", sa.Text))
_ADD = sa.insert(_ROWS)
_OTHERS = sa.table("others", sa.column("id", sa.Integer), sa.column("name", sa.Text))
_ADD_OTHER = sa.insert(_OTHERS)
_RENAME = sa.update(_ROWS).where(_ROWS.c.id == sa.bindparam("key")).values(name=sa.bindparam("name"))
_ALL = sa.select(_ROWS).order_by(_ROWS.c.id)
_SOME = sa.select(_ROWS.c.name).where(_ROWS.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(_ROWS.c.id)
_PID = sa.select(sa.func.pg_backend_pid())
_SLOW_PID = sa.select(sa.func.pg_backend_pid().label("pid"), sa.cast(sa.func.pg_sleep(0.05), sa.Text))
_SLEEP = sa.select(sa.func.pg_sleep(sa.bindparam("seconds", type_=sa.Float)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=3)
    async with database.transaction() as connection:
        for table in ("rows_", "others"):
            await connection.execute_text(f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, name TEXT)")
    yield database
    async with database.transaction() as connection:
        for table in ("rows_", "others"):
            await connection.execute_text(f"DROP TABLE {table}")
    await database.close()


async def _add(database: Database, *ids: int) -> None:
    async with database.transaction() as connection:
        for each in ids:
            await connection.execute(_ADD, {"id": each, "name": "x"})


def _terminate(database: Database, pid: int) -> None:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


type Way = Callable[[Database], AbstractAsyncContextManager[Connection]]
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@on_both
async def test_an_error_undoes_a_transaction_and_a_nested_one_by_itself(database: Database) -> None:
    async with database.shared_transaction() as connection:
        await connection.execute(_ADD, {"id": 1, "name": "one"})
        with pytest.raises(IntegrityError):
            await _add(database, 2, 1)
        await connection.execute(_ADD, [{"id": 3, "name": "three"}, {"id": 4, "name": None}])
    with pytest.raises(IntegrityError):
        await _add(database, 5, 5)
    assert [tuple(row) for row in await database.rows(_ALL)] == [(1, "one"), (3, "three"), (4, None)]
    names, nobody = await database.results((_SOME, {"ids": [1, 4, 9]}), (_SOME, {"ids": []}))
    assert (names.scalars(), nobody.all()) == (["one", None], [])


@on_both
async def test_who_is_cancelled_at_any_moment_leaves_neither_rows_nor_a_lock(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.transaction() as connection:
            for each in range(5):
                await connection.execute(_ADD, {"id": number * 10 + each, "name": "x"})
            await asyncio.sleep(60)

    for number in range(1, 40):
        task = asyncio.create_task(add(number))
        await asyncio.sleep(number % 10 / 2_000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.transaction() as connection:
        await connection.execute(_ADD, {"id": 1, "name": "one"})
    assert [row.id for row in await database.rows(_ALL)] == [1]


@on_postgres
async def test_many_at_once_use_a_few_connections_that_stay_open(database: Database) -> None:
    pids = [{(await database.rows(_PID))[0][0]}]
    for _ in range(3):
        found = await asyncio.gather(*(database.rows(_PID) for _ in range(50)))
        pids.append({row[0] for [row] in found})
    assert len(set().union(*pids)) <= 3
    assert pids[-1] == pids[-2]


@on_postgres
async def test_who_waits_in_vain_for_a_connection_is_told_that_the_database_is_busy(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_SECONDS_OF_A_CONNECTION", 0.05)
    database = Database(database_url, pool_size=1)
    database.limit_waiting()
    sleeping = asyncio.create_task(database.rows(_SLEEP, {"seconds": 0.5}))
    await asyncio.sleep(0.1)
    with pytest.raises(DatabaseBusy):
        await database.rows(_PID)
    await database.check()  # it is not away
    await sleeping
    await database.rows(_PID)
    await database.close()


@on_postgres
async def test_connections_that_the_server_has_closed_are_not_used_again(database: Database, database_url: str) -> None:
    """As after a restart of the server: nobody but who was at work is told of it."""
    asked = await asyncio.gather(*(database.rows(_SLOW_PID) for _ in range(3)))
    sleeping = asyncio.create_task(database.rows(_SLEEP, {"seconds": 30}))
    await asyncio.sleep(0.1)
    with psycopg.connect(database_url, autocommit=True) as other:
        for [row] in asked:
            other.execute("SELECT pg_terminate_backend(%s)", [row.pid])
    with pytest.raises(DatabaseAway):
        await sleeping
    await asyncio.sleep(0.1)
    await asyncio.gather(*(database.check() for _ in range(6)))


@on_postgres
async def test_a_statement_that_nobody_waits_for_any_more_ends_at_the_server(database: Database) -> None:
    [row] = await database.rows(_PID)
    task = asyncio.create_task(database.rows(_SLEEP, {"seconds": 30}))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await database.rows(_PID))[0] == row


@on_both
async def test_what_nobody_waits_for_is_run_before_what_comes_next_and_before_the_end(database: Database) -> None:
    async with database.transaction() as connection:
        connection.later((_ADD, {"id": 1, "name": "one"}))
        assert [row.id for row in await connection.execute(_ALL)] == [1]
        connection.later((_ADD, {"id": 2, "name": "two"}), (_ADD, {"id": 3, "name": "three"}))
        await connection.execute(_ADD, [{"id": 4, "name": "four"}, {"id": 5, "name": "five"}])
        connection.later((_ADD, {"id": 6, "name": "six"}))
        found = await connection.results((_ALL, {}), (_SOME, {"ids": [6]}))
        assert [len(each.all()) for each in found] == [6, 1]
        connection.later((_ADD, {"id": 7, "name": "seven"}))
    assert [row.id for row in await database.rows(_ALL)] == [1, 2, 3, 4, 5, 6, 7]


@on_postgres
@pytest.mark.parametrize("way", [Database.transaction, Database.joined, Database.reader])
async def test_a_connection_that_is_lost_is_told_within_a_shared_transaction(database: Database, way: Way) -> None:
    """Who answers an error may stand inside, as under an idempotency key."""
    told = []

    async def lose_the_connection() -> None:
        async with database.shared_transaction() as connection:
            await asyncio.to_thread(_terminate, database, await connection.scalar(_PID))
            try:
                async with way(database) as part:
                    await part.execute(_PID)
            except Exception as error:
                told.append(type(error))
                raise

    with pytest.raises(DatabaseAway):
        await lose_the_connection()
    assert told == [DatabaseAway]


@on_postgres
async def test_who_is_cancelled_in_a_savepoint_is_told_so_although_the_connection_is_lost(database: Database) -> None:
    async def be_cancelled() -> None:
        async with database.shared_transaction(), database.transaction() as part:
            await asyncio.to_thread(_terminate, database, await part.scalar(_PID))
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await be_cancelled()


@on_both
async def test_what_nobody_waits_for_and_fails_undoes_its_transaction_or_its_nested_one(database: Database) -> None:
    async def add_later(*ids: int, failing: bool = False) -> None:
        async with database.transaction() as connection:
            connection.later(*((_ADD, {"id": each, "name": "x"}) for each in ids))
            if failing:
                raise ZeroDivisionError

    with pytest.raises(IntegrityError):
        await add_later(1, 1, 2)
    async with database.shared_transaction() as connection:
        connection.later((_ADD, {"id": 3, "name": "three"}))
        with pytest.raises(IntegrityError):
            await add_later(4, 3)
        with pytest.raises(ZeroDivisionError):
            await add_later(5, failing=True)
    assert [row.id for row in await database.rows(_ALL)] == [3]


@on_both
async def test_what_nobody_waits_for_changes_several_tables_or_none(database: Database) -> None:
    """PostgreSQL runs the first two as one statement, and the third after it."""

    async def write(number: int, other: int) -> None:
        async with database.transaction() as connection:
            connection.later_as_one(
                (_ADD, {"id": number, "name": "$1"}),
                (_ADD_OTHER, {"id": other, "name": "other"}),
                (_RENAME, {"key": number, "name": f"renamed {number}"}),
            )

    await _add(database, 8)
    await write(1, 10)
    with pytest.raises(IntegrityError):
        await write(2, 10)
    with pytest.raises(IntegrityError):
        await write(8, 11)
    assert [tuple(row) for row in await database.rows(_ALL)] == [(1, "renamed 1"), (8, "x")]
    async with database.transaction() as connection:
        assert await connection.scalars(sa.select(_OTHERS.c.id)) == [10]


@on_both
async def test_a_transaction_that_asks_for_nothing_leaves_its_connection_as_it_was(database: Database) -> None:
    for _ in range(5):
        async with database.transaction():
            pass
        with pytest.raises(ZeroDivisionError):
            async with database.transaction():
                raise ZeroDivisionError
    await _add(database, 1)
    async with database.reader() as reading:
        with pytest.raises(AssertionError):
            reading.later((_ADD, {"id": 2, "name": "two"}))
    assert [row.id for row in await database.rows(_ALL)] == [1]
