"""Triggers, for who stores rows that were stored before: what triggers do with new rows was done with them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection

_ON_SQLITE = sa.text("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")


@asynccontextmanager
async def switched_off(connection: Connection, tables: Iterable[sa.Table]) -> AsyncIterator[None]:
    """Until the end of the block, which has to be within the transaction. Needs the owner of the tables."""
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        names = [quote(table.name) for table in tables]
        for name in names:
            await connection.execute_text(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        yield
        # Else a constraint that is checked at the end, such as a foreign key, would forbid to alter its table.
        await connection.execute_text("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            await connection.execute_text(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        return
    off = {table.name for table in tables}
    triggers = [(name, text) for name, text, table in await connection.execute(_ON_SQLITE) if table in off]
    for name, _ in triggers:
        await connection.execute_text(f"DROP TRIGGER {quote(name)}")
    yield
    for _, text in triggers:
        await connection.execute_text(text)
