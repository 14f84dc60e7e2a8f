"""`AdoptionTarget` on an empty database of ours."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError

from atg_adapters.sql import triggers
from atg_adapters.sql.adoption.layout import COLUMNS, TAKEN
from atg_adapters.sql.backup import SqlContents
from atg_adapters.sql.backup_numbers import set_numbers
from atg_adapters.sql.catalog.counters import RECOUNTS
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, topics
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.types import UtcDateTime
from atg_core.adoption.model import Rows, TableCount
from atg_core.adoption.ports import RowsRefused

_FILLED = (*TAKEN, "user_topic_progress", "certificate_numbers")
_COUNTED_LATER = frozenset({"user_topic_progress"})
_COPIED = ("full_name", "email", "email_folded")
_TABLES_ON_SQLITE = sa.text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
_now = sa.bindparam("now", type_=UtcDateTime)
_without_profile = ~sa.exists().where(user_profiles.c.id == users.c.id)
_ADD_PROFILES = sa.insert(user_profiles).from_select(
    ["id", *_COPIED, "created_at", "updated_at"],
    sa.select(users.c.id, *(users.c[name] for name in _COPIED), _now, _now).where(_without_profile),
)
_is_active = sa.and_(topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
_TOPICS = (
    sa.select(course_programs.c.station_id, topics.c.id)
    .select_from(topics.join(lessons).join(course_programs))
    .where(_is_active)
    .order_by(
        course_programs.c.order_index,
        course_programs.c.id,
        lessons.c.order_index,
        lessons.c.id,
        topics.c.order_index,
        topics.c.id,
    )
)
_COURSES = sa.select(courses.c.id, courses.c.station_id).where(courses.c.station_id.is_not(None))


class SqlAdoptionTarget:
    """`AdoptionTarget`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def occupied(self) -> Sequence[str]:
        return await SqlContents(self._database).occupied()

    def transaction(self) -> AbstractAsyncContextManager[object]:
        return self._database.shared_transaction()

    @asynccontextmanager
    async def filling(self) -> AsyncIterator["SqlFilling"]:
        tables = [metadata.tables[name] for name in _FILLED]
        async with self._database.reader() as connection, triggers.switched_off(connection, tables):
            yield SqlFilling(connection)

    async def recount(self) -> Mapping[tuple[str, str], int]:
        async with self._database.reader() as connection:
            found = {_recounted(each): (await connection.execute(each)).rowcount for each in RECOUNTS}
        return {counter: count for counter, count in found.items() if count}

    async def table_counts(self, there: Mapping[str, int]) -> Mapping[str, TableCount]:
        counts = {}
        async with self._database.reader() as connection:
            for table in (*there, *_COUNTED_LATER):
                count = sa.select(sa.func.count()).select_from(metadata.tables[table])
                counts[table] = TableCount(there=there.get(table, 0), here=await connection.scalar(count))
        return counts


class SqlFilling:
    """`Filling`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, table: str, rows: Rows) -> None:
        into = metadata.tables[table]
        try:
            await self._connection.execute(_insert(table), [with_folded(into, row) for row in rows])
        except (IntegrityError, DataError) as error:
            # The primary message alone: details hold rows.
            reason = getattr(getattr(error.orig, "diag", None), "message_primary", None) or str(error.orig)
            raise RowsRefused(table=table, reason=reason) from None

    async def topics_of_courses(self) -> Mapping[UUID, Sequence[int]]:
        of_station: dict[int, list[int]] = {}
        for station, topic in await self._connection.execute(_TOPICS):
            of_station.setdefault(station, []).append(topic)
        rows = await self._connection.execute(_COURSES)
        return {course: of_station[station] for course, station in rows if station in of_station}

    async def add_missing_profiles(self, now: datetime) -> int:
        return (await self._connection.execute(_ADD_PROFILES, {"now": now})).rowcount

    async def continue_numbers(self) -> None:
        highest = {}
        for name in TAKEN:
            column = metadata.tables[name].autoincrement_column
            if column is not None:
                highest[name] = max(await self._connection.scalar(sa.select(sa.func.max(column))) or 0, 0)
        await set_numbers(self._connection, highest)


@cache
def _insert(table: str) -> sa.Insert:
    return sa.insert(metadata.tables[table])


def _recounted(update: Any) -> tuple[str, str]:
    """The table and the column that it counts."""
    [column] = update._values  # noqa: SLF001 - not public otherwise
    return str(update.table.name), str(column)


async def tables_without_schema(database: Database) -> list[str]:
    """The names of all tables, in a database that has no schema of ours."""
    rows = await database.rows(_TABLES_ON_SQLITE if database.is_sqlite else COLUMNS)
    return list(dict.fromkeys(str(row[0]) for row in rows))
