"""What PostgreSQL is sent together: what a connection prepares, and what becomes of it when something fails."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from atg_adapters.sql import exchange
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database

_ROWS = sa.table("exchanged", sa.column("id", sa.Integer), sa.column("name", sa.Text))
_ADD = sa.insert(_ROWS)
_NAMED = sa.select(_ROWS.c.name).where(_ROWS.c.id == sa.bindparam("id"))
_PREPARED = sa.text("SELECT count(*) FROM pg_prepared_statements")


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url, pool_size=1)
    async with database.transaction() as connection:
        await connection.execute_text("CREATE TABLE exchanged (id INTEGER PRIMARY KEY, name TEXT)")
    yield database
    await database.close()


async def _prepared(connection: Connection) -> int:
    return int(await connection.scalar(_PREPARED))


async def test_what_is_run_often_is_prepared_and_says_the_same(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(_ADD, {"id": 1, "name": "one"})
        names = [await connection.scalar(_NAMED, {"id": number % 2}) for number in range(12)]
        assert names == [None, "one"] * 6
        assert await _prepared(connection) == 1
        assert await connection.scalar(_NAMED, {"id": 2}) is None


async def test_a_statement_with_values_of_another_type_is_prepared_anew(database: Database) -> None:
    shown = sa.select(sa.cast(sa.bindparam("value", type_=sa.types.NULLTYPE), sa.Text))
    async with database.reader() as connection:
        for _ in range(6):
            assert await connection.scalar(shown, {"value": 1}) == "1"
            assert await connection.scalar(shown, {"value": "x"}) == "x"
        assert await _prepared(connection) == 2


async def test_a_connection_keeps_so_many_prepared_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_PREPARED", 3)
    many = [sa.text(f"SELECT {number} + CAST(:more AS integer)") for number in range(6)]
    async with database.reader() as connection:
        for _ in range(3):
            for number, each in enumerate(many):
                for _ in range(5):
                    assert await connection.scalar(each, {"more": 1}) == number + 1
        await connection.scalar(many[0], {"more": 1})
        assert await _prepared(connection) <= 4


async def test_what_is_prepared_outlasts_savepoints_and_what_is_undone(database: Database) -> None:
    for _ in range(8):
        with pytest.raises(IntegrityError):
            await _add_twice(database)
    async with database.reader() as connection:
        assert await connection.scalar(_NAMED, {"id": 1}) is None
        assert await _prepared(connection) == 2


async def _add_twice(database: Database) -> None:
    async with database.transaction() as connection:
        assert await connection.scalar(_NAMED, {"id": 1}) is None
        async with connection.begin_nested() as nested:
            await nested.execute(_ADD, {"id": 1, "name": "one"})
        await connection.execute(_ADD, {"id": 1, "name": "again"})


async def test_one_that_was_sent_twice_in_a_round_trip_is_prepared_once(database: Database) -> None:
    async with database.reader() as connection:
        for _ in range(4):
            await connection.scalar(_NAMED, {"id": 1})
        await connection.results((_NAMED, {"id": 1}), (_NAMED, {"id": 2}))
        await connection.scalar(_NAMED, {"id": 1})
        assert await _prepared(connection) == 1


async def test_one_whose_preparing_was_skipped_is_prepared_later(database: Database) -> None:
    """What follows an error in the same round trip is not run, and so not prepared."""
    async with database.transaction() as connection:
        await connection.execute(_ADD, {"id": 1, "name": "one"})
    for _ in range(8):
        with pytest.raises(IntegrityError):
            await database.results((_ADD, {"id": 1, "name": "again"}), (_NAMED, {"id": 1}))
    for _ in range(3):
        async with database.reader() as connection:
            assert await connection.scalar(_NAMED, {"id": 1}) == "one"


async def _fail(database: Database, statement: sa.Executable, values: dict[str, object]) -> None:
    async with database.transaction() as connection:
        connection.later((_ADD, {"id": 3, "name": "before"}))
        await connection.execute(statement, values)


@pytest.mark.parametrize(
    ("statement", "values", "error"),
    [
        (_ADD, {"id": 1, "name": "a\0b"}, DataError),  # refused by the driver
        (_ADD, {"id": 2**40, "name": "a"}, DataError),  # and by the server
        (sa.text("SELECT nothing"), {}, ProgrammingError),
    ],
)
async def test_a_connection_goes_on_after_an_error(
    database: Database, statement: sa.Executable, values: dict[str, object], error: type[Exception]
) -> None:
    for _ in range(2):
        async with database.reader() as connection:
            pid = await connection.scalar(sa.text("SELECT pg_backend_pid()"))
        with pytest.raises(error):
            await _fail(database, statement, values)
        async with database.reader() as connection:
            assert await connection.scalar(sa.text("SELECT pg_backend_pid()")) == pid
            assert (await connection.execute(sa.select(_ROWS))).all() == []
