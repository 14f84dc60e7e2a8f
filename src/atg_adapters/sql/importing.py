"""Batch import on SQL, driven by the description of each kind."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.bulk import BulkMerge
from atg_adapters.sql.counters import RECOUNTS
from atg_adapters.sql.overlapping import OVERLAP
from atg_adapters.sql.tables import metadata
from atg_adapters.sql.tables.learning import user_test_results, user_topic_progress
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_adapters.sql.types import UtcDateTime
from atg_core.importing.model import Change, Items, Key, Kind, Listed, Record, Stored
from atg_core.importing.ports import Merged, Refusal

_IN_BULK = 10_000
_MOST_KEYS = 5_000
"""Of one query: databases limit its parameters, and lists may name many records."""
_STORED_ID = "stored_id"
_results, _progress = user_test_results.c, user_topic_progress.c
_now = sa.bindparam("now", type_=UtcDateTime)
_JUDGE = (
    sa.update(user_topic_progress)
    .where(_progress.updated_at == _now, _progress.completed_at.is_not(None), ~_progress.completed)
    .values(completed=True),
    *(
        sa.update(user_test_results)
        .where(column == test.c.id, _results.updated_at == _now, _results.correct_answers.is_(None))
        .values(passed=_results.score_percent >= test.c.passing_score)
        for test, column in ((lesson_tests, _results.lesson_test_id), (final_tests, _results.final_test_id))
    ),
)


class SqlImport:
    """`ImportStore` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._bulk = BulkMerge(connection)
        self.in_bulk = _IN_BULK if connection.dialect.name == "postgresql" else 0

    async def merge(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        return await self._bulk(kind, headers, rows, now)

    async def ids(self, kind: Kind, keys: Collection[Key]) -> dict[Key, Any]:
        table = metadata.tables[kind.table]
        found: dict[Key, Any] = {}
        for fields, some in _by_filled_fields(kind, keys).items():
            columns = [table.c[field] for field in fields]
            select = sa.select(table.c.id, *columns).order_by(table.c.id.desc())
            for few in batched(some, _MOST_KEYS):
                for row in await self.connection.execute(select.where(_is_one_of(columns, few))):
                    by_field = dict(zip(fields, row[1:], strict=True))
                    found[tuple(by_field.get(field) for field in kind.key)] = row.id
        return found

    async def stored(self, kind: Kind, keys: Collection[Key]) -> dict[Key, Stored]:
        ids = await self.ids(kind, keys)
        key_of = {record_id: key for key, record_id in ids.items()}
        items = {listed.table: await self._items(listed, key_of) for listed in kind.items}
        rows = await self.connection.execute(_stored_fields(kind).where(metadata.tables[kind.table].c.id.in_(key_of)))
        return {
            key_of[row["id"]]: Stored(
                id=row["id"], fields=row, items={table: lists[row["id"]] for table, lists in items.items()}
            )
            for row in rows.mappings()
        }

    async def _items(self, listed: Items, parents: Collection[Any]) -> defaultdict[Any, Listed]:
        table = metadata.tables[listed.table]
        flag = table.c[listed.chosen[1]] if listed.chosen else sa.false()
        rows = await self.connection.execute(
            sa.select(table.c[listed.parent], table.c[listed.field], flag)
            .where(table.c[listed.parent].in_(parents))
            .order_by(table.c.order_index, *table.primary_key)
        )
        lists: defaultdict[Any, Listed] = defaultdict(list)
        for parent, item, chosen in rows:
            lists[parent].append((item, bool(chosen)))
        return lists

    async def add(self, kind: Kind, records: Sequence[Record], now: datetime) -> list[Refusal]:
        async def insert(some: Sequence[Record]) -> None:
            await self._insert(kind, some, now)

        return await self._all_but_refused(kind, records, lambda record: record, insert)

    async def change(self, kind: Kind, changes: Sequence[Change], now: datetime) -> list[Refusal]:
        async def update(some: Sequence[Change]) -> None:
            await self._update(kind, some, now)

        return await self._all_but_refused(kind, changes, lambda change: change.record, update)

    async def recount(self, now: datetime) -> None:
        for statement in RECOUNTS:
            await self.connection.execute(statement)
        for statement in _JUDGE:
            await self.connection.execute(statement, {"now": now})

    async def _insert(self, kind: Kind, records: Sequence[Record], now: datetime) -> None:
        table = metadata.tables[kind.table]
        times = _times(table, now)
        rows = [times | _of(kind.main_fields | set(kind.constants), record.fields) for record in records]
        if kind.uuid:
            rows = [{"id": uuid4(), **row} for row in rows]
        inserted = await self.connection.execute(
            sa.insert(table).returning(table.c.id, sort_by_parameter_order=True), rows
        )
        ids = list(inserted.scalars())
        if kind.profile_table:
            profile = metadata.tables[kind.profile_table]
            await self.connection.execute(
                sa.insert(profile),
                [
                    {"id": user, **_of(kind.profile_fields, record.fields), **_times(profile, now)}
                    for user, record in zip(ids, records, strict=True)
                ],
            )
        for listed in kind.items:
            lists = {parent: record.items.get(listed.table, []) for parent, record in zip(ids, records, strict=True)}
            await self._insert_items(listed, lists)
        await self._require_apart(table, ids)

    async def _require_apart(self, table: sa.Table, ids: Collection[Any]) -> None:
        """Raises IntegrityError for lessons that overlap and must not, as the constraints of PostgreSQL do."""
        if self.in_bulk or table.name != "scheduled_lessons":
            return
        if (await self.connection.execute(OVERLAP, {"lessons": list(ids)})).first():
            raise IntegrityError(None, None, ValueError("scheduled_lessons.start_time"))

    async def _insert_items(self, listed: Items, lists: Mapping[Any, Listed]) -> None:
        rows = [
            {listed.parent: parent, listed.field: item, "order_index": order}
            | ({listed.chosen[1]: chosen} if listed.chosen else {})
            for parent, items in lists.items()
            for order, (item, chosen) in enumerate(items, start=1)
        ]
        if rows:
            await self.connection.execute(sa.insert(metadata.tables[listed.table]), rows)

    async def _update(self, kind: Kind, changes: Sequence[Change], now: datetime) -> None:
        """A statement for all records of which the same fields change."""
        tables = [(kind.table, kind.main_fields)]
        if kind.profile_table:
            tables.append((kind.profile_table, kind.profile_fields))
        for name, fields in tables:
            table = metadata.tables[name]
            times = {key: time for key, time in _times(table, now).items() if key == "updated_at"}
            updating = sa.update(table).where(table.c.id == sa.bindparam(_STORED_ID))
            if "revision" in table.c:
                updating = updating.values(revision=table.c.revision + 1)
            alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
            for change in changes:
                if values := _of(fields, change.fields):
                    alike[tuple(sorted(values))].append(values | times | {_STORED_ID: change.stored_id})
            for rows in alike.values():
                await self.connection.execute(updating, rows)
            await self._require_apart(table, [change.stored_id for change in changes])
        for listed in kind.items:
            lists = {change.stored_id: change.items[listed.table] for change in changes if listed.table in change.items}
            if lists:
                table = metadata.tables[listed.table]
                await self.connection.execute(sa.delete(table).where(table.c[listed.parent].in_(lists)))
                await self._insert_items(listed, lists)

    async def _all_but_refused[Item](
        self,
        kind: Kind,
        items: Sequence[Item],
        record_of: Callable[[Item], Record],
        write: Callable[[Sequence[Item]], Awaitable[None]],
    ) -> list[Refusal]:
        """Writes all at once; only if the database refuses that, one by one, to find those that are to blame."""
        if not items:
            return []
        try:
            async with self.connection.begin_nested():
                await write(items)
            return []
        except IntegrityError as error:
            if len(items) == 1:
                return [_refusal(kind, record_of(items[0]), error)]
        refused = [await self._all_but_refused(kind, [item], record_of, write) for item in items]
        return [refusal for refusals in refused for refusal in refusals]


def _by_filled_fields(kind: Kind, keys: Collection[Key]) -> dict[tuple[str, ...], list[Key]]:
    """Keys by their fields that have a value: SQL finds no NULL by comparing."""
    grouped: dict[tuple[str, ...], list[Key]] = {}
    for key in keys:
        filled = [(field, value) for field, value in zip(kind.key, key, strict=True) if value is not None]
        grouped.setdefault(tuple(field for field, _ in filled), []).append(tuple(value for _, value in filled))
    return grouped


def _is_one_of(columns: Sequence[sa.Column[Any]], keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.tuple_(*columns).in_(keys)


def _stored_fields(kind: Kind) -> sa.Select[Any]:
    """The fields of a kind; what is in both tables is compared with the main one."""
    table = metadata.tables[kind.table]
    if not kind.profile_table:
        return sa.select(table.c.id, *(table.c[field] for field in kind.main_fields))
    profile = metadata.tables[kind.profile_table]
    only_there = kind.profile_fields - kind.main_fields
    columns = [*(table.c[field] for field in kind.main_fields), *(profile.c[field] for field in only_there)]
    return sa.select(table.c.id, *columns).join(profile, profile.c.id == table.c.id)


def _of(fields: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if field in fields}


def _times(table: sa.Table, now: datetime) -> dict[str, datetime]:
    return {name: now for name in ("created_at", "updated_at") if name in table.c}


def _blamed(error: IntegrityError) -> str:
    """The columns or the constraint that the database names, without the values that it tells beside them."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:  # SQLite
        return str(error.orig)
    columns, told, _ = (diagnosis.message_detail or "").partition(")=(")
    return columns if told else diagnosis.constraint_name or ""


def _refusal(kind: Kind, record: Record, error: IntegrityError) -> Refusal:
    blamed = _blamed(error)
    fields = sorted(kind.main_fields | kind.profile_fields, key=lambda name: (-len(name), name))
    field = next((field for field in fields if field in blamed), None)
    return Refusal(record=record, field=field, reason="conflicts with another record, or breaks a rule of the table")
