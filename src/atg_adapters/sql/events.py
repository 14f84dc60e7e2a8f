"""Events of what is kept in a database: delivered by others after the commit, or by PostgreSQL with it."""

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from uuid import UUID

import psycopg
import sqlalchemy as sa

from atg_adapters.events.payload import CHANNEL, MOST_USERS, head_of
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.schedule import group_students
from atg_core.events import Event

type Deliver = Callable[[Event, Collection[UUID]], Awaitable[None]]

_group = sa.bindparam("group", type_=sa.Integer)
_STUDENTS = sa.select(group_students.c.student_id).where(group_students.c.group_id == _group)
_channel, _head, _users = (sa.bindparam(name, type_=sa.Text) for name in ("channel", "head", "users"))
_told = sa.union_all(
    sa.select(sa.cast(group_students.c.student_id, sa.Text).label("told")).where(group_students.c.group_id == _group),
    sa.select(sa.func.unnest(sa.func.string_to_array(_users, ","))),
).subquery()
_parts = sa.select(
    _told.c.told, ((sa.func.row_number(type_=sa.Integer).over() - 1) // MOST_USERS).label("part")
).subquery()
_NOTIFY = sa.select(sa.func.pg_notify(_channel, _head + sa.func.string_agg(_parts.c.told, ","))).group_by(_parts.c.part)
_SECONDS = 30.0
"""A server that has gone is found by asking it so often."""


class SqlEvents:
    """`EventPublisher`: `deliver` is called after the commit."""

    def __init__(self, database: Database, deliver: Deliver) -> None:
        self._database, self._deliver = database, deliver

    async def publish(self, event: Event, *, user_ids: Collection[UUID] = (), group_id: int | None = None) -> None:
        async with self._database.joined() as connection:
            found = await connection.scalars(_STUDENTS, {"group": group_id}) if group_id is not None else []
            connection.on_commit(partial(self._deliver, event, {*user_ids, *found}))


class NotifyingEvents:
    """`EventPublisher` by NOTIFY, which PostgreSQL delivers with the commit: it travels in the round trip of that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, event: Event, *, user_ids: Collection[UUID] = (), group_id: int | None = None) -> None:
        told = {"group": group_id, "users": ",".join(map(str, user_ids))}
        async with self._database.joined() as connection:
            connection.later((_NOTIFY, {"channel": CHANNEL, "head": head_of(event), **told}))


async def listen(database: Database, begun: Callable[[], None], heard: Callable[[str], None]) -> None:
    """On a connection of its own. Raises psycopg.Error when that is lost, DatabaseAway."""
    driver = await database.own_connection()
    connection: psycopg.AsyncConnection[object] = driver.connection
    try:
        await connection.execute(f"LISTEN {CHANNEL}")
        begun()
        while True:
            async for notice in connection.notifies(timeout=_SECONDS):
                heard(notice.payload)
            await connection.execute("SELECT 1")
    finally:
        await driver.close()
