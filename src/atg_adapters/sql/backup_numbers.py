"""The last number that each table has given, so that none is given again after a backup is restored."""

from collections.abc import Mapping

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.every import metadata

_ON_SQLITE = sa.text("SELECT name, seq FROM sqlite_sequence")
_FORGET_ON_SQLITE = sa.text("DELETE FROM sqlite_sequence WHERE name = :table_")
_SET_ON_SQLITE = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table_, :number_)")
_SET_ON_POSTGRESQL = sa.text(
    "SELECT setval(CAST(pg_get_serial_sequence(quote_ident(:table_), :column_) AS regclass), :number_)"
)
_SEQUENCE = sa.text("SELECT pg_get_serial_sequence(quote_ident(:table_), :column_)")


def _columns() -> dict[str, str]:
    """The column of each table whose numbers the database gives; those of jobs are nobody's."""
    found = {name: table.autoincrement_column for name, table in metadata.tables.items() if name != "jobs"}
    return {name: column.name for name, column in sorted(found.items()) if column is not None}


async def numbers_of(connection: Connection) -> dict[str, int]:
    columns = _columns()
    if connection.dialect.name == "sqlite":
        rows = await connection.execute(_ON_SQLITE)
        given = {name: number for name, number in rows if name in columns}
        return {name: given.get(name, 0) for name in columns}
    found = {}
    for table, column in columns.items():
        sequence = await connection.scalar(_SEQUENCE, {"table_": table, "column_": column})
        last = sa.text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608 - quoted
        found[table] = int(await connection.scalar(last))
    return found


async def set_numbers(connection: Connection, numbers: Mapping[str, int]) -> None:
    for table, column in _columns().items():
        number = numbers.get(table, 0)
        if number == 0:
            continue
        if connection.dialect.name == "sqlite":
            await connection.execute(_FORGET_ON_SQLITE, {"table_": table})
            await connection.execute(_SET_ON_SQLITE, {"table_": table, "number_": number})
        else:
            given = {"table_": table, "column_": column, "number_": number}
            await connection.execute(_SET_ON_POSTGRESQL, given)
