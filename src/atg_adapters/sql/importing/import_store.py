"""Import of any kind on SQL, driven by the declaration of the kind."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.catalog.counters import RECOUNTS
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.folding import with_folded
from atg_adapters.sql.importing.bulk_merge import BulkMerge
from atg_adapters.sql.importing.conflicts import MAX_KEYS, holders_of, is_one_of, refusal_of
from atg_adapters.sql.schedule.overlap import OVERLAP
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.learning import user_test_results, user_topic_progress
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_adapters.sql.types import UtcDateTime
from atg_core.importing.model import Kind, ListColumn, Unique
from atg_core.importing.ports import Holder, Merged, Refusal
from atg_core.importing.records import Change, Key, ListValue, Record, StoredRecord

_BULK_SIZE = 10_000
_STORED_ID = "stored_id"
_results, _progress = user_test_results.c, user_topic_progress.c
_now = sa.bindparam("now", type_=UtcDateTime)
_UPDATE_PASSED = (
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


class SqlImportStore:
    """`ImportStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._bulk = BulkMerge(connection)
        self.bulk_size = _BULK_SIZE if connection.dialect.name == "postgresql" else 0

    async def merge(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        return await self._bulk(kind, headers, rows, now)

    async def ids(self, kind: Kind, keys: Collection[Key]) -> dict[Key, Any]:
        table = metadata.tables[kind.table]
        found: dict[Key, Any] = {}
        for fields, some in _by_filled_fields(kind, keys).items():
            columns = [table.c[field] for field in fields]
            select = sa.select(table.c.id, *columns).order_by(table.c.id.desc())
            for few in batched(some, MAX_KEYS):
                for row in await self.connection.execute(select.where(is_one_of(columns, few))):
                    by_field = dict(zip(fields, row[1:], strict=True))
                    found[tuple(by_field.get(field) for field in kind.key)] = row.id
        return found

    async def stored(self, kind: Kind, keys: Collection[Key]) -> dict[Key, StoredRecord]:
        found: dict[Key, StoredRecord] = {}
        for some in batched(keys, MAX_KEYS):
            found |= await self._stored(kind, some)
        return found

    async def _stored(self, kind: Kind, keys: Collection[Key]) -> dict[Key, StoredRecord]:
        ids = await self.ids(kind, keys)
        key_of = {record_id: key for key, record_id in ids.items()}
        items = {listed.table: await self._items(listed, key_of) for listed in kind.items}
        rows = await self.connection.execute(_stored_fields(kind).where(metadata.tables[kind.table].c.id.in_(key_of)))
        return {
            key_of[row["id"]]: StoredRecord(
                id=row["id"], fields=row, items={table: lists[row["id"]] for table, lists in items.items()}
            )
            for row in rows.mappings()
        }

    async def holders(self, kind: Kind, unique: Unique, values: Collection[Key]) -> dict[Key, Holder]:
        return await holders_of(self.connection, kind, unique, values)

    async def _items(self, listed: ListColumn, parents: Collection[Any]) -> defaultdict[Any, ListValue]:
        table = metadata.tables[listed.table]
        flag = table.c[listed.chosen[1]] if listed.chosen else sa.false()
        rows = await self.connection.execute(
            sa.select(table.c[listed.parent], table.c[listed.field], flag)
            .where(table.c[listed.parent].in_(parents))
            .order_by(table.c.order_index, *table.primary_key)
        )
        lists: defaultdict[Any, ListValue] = defaultdict(list)
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
        for statement in _UPDATE_PASSED:
            await self.connection.execute(statement, {"now": now})

    async def _insert(self, kind: Kind, records: Sequence[Record], now: datetime) -> None:
        table = metadata.tables[kind.table]
        times = _times(table, now)
        rows = [with_folded(table, times | _of(kind.stored_fields, record.fields)) for record in records]
        if kind.uuid:
            rows = [{"id": uuid4(), **row} for row in rows]
        if kind.uuid:
            await self.connection.execute(sa.insert(table), rows)
            ids: list[Any] = [row["id"] for row in rows]
        else:  # numbers are given in the order of the rows, but not told in it
            ids = sorted((await self.connection.execute(sa.insert(table).returning(table.c.id), rows)).scalars())
        if kind.profile_table:
            profile = metadata.tables[kind.profile_table]
            await self.connection.execute(
                sa.insert(profile),
                [
                    with_folded(
                        profile, {"id": user, **_of(kind.profile_fields, record.fields), **_times(profile, now)}
                    )
                    for user, record in zip(ids, records, strict=True)
                ],
            )
        for listed in kind.items:
            lists = {parent: record.items.get(listed.table, []) for parent, record in zip(ids, records, strict=True)}
            await self._insert_items(listed, lists)
        await self._require_no_overlap(table, ids)

    async def _require_no_overlap(self, table: sa.Table, ids: Collection[Any]) -> None:
        """Raises IntegrityError for overlapping lessons, as the exclusion constraints of PostgreSQL do."""
        if self.bulk_size or table.name != "scheduled_lessons":
            return
        if (await self.connection.execute(OVERLAP, {"lessons": list(ids)})).first():
            raise IntegrityError(None, None, ValueError("scheduled_lessons.start_time"))

    async def _insert_items(self, listed: ListColumn, lists: Mapping[Any, ListValue]) -> None:
        rows = [
            {listed.parent: parent, listed.field: item, "order_index": order}
            | ({listed.chosen[1]: chosen} if listed.chosen else {})
            for parent, items in lists.items()
            for order, (item, chosen) in enumerate(items, start=1)
        ]
        if rows:
            await self.connection.execute(sa.insert(metadata.tables[listed.table]), rows)

    async def _update(self, kind: Kind, changes: Sequence[Change], now: datetime) -> None:
        """One statement for all records with the same changed fields."""
        tables = [(metadata.tables[kind.table], kind.stored_fields)]
        if kind.profile_table:
            tables.append((metadata.tables[kind.profile_table], kind.profile_fields))
        for table, fields in tables:
            await self._vacate(table, fields, changes)
        for table, fields in tables:
            times = {key: time for key, time in _times(table, now).items() if key == "updated_at"}
            updating = sa.update(table).where(table.c.id == sa.bindparam(_STORED_ID))
            if "revision" in table.c:
                updating = updating.values(revision=table.c.revision + 1)
            alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
            for change in changes:
                if values := with_folded(table, _of(fields, change.fields)):
                    alike[tuple(sorted(values))].append(values | times | {_STORED_ID: change.stored_id})
            for rows in alike.values():
                await self.connection.execute(updating, rows)
            await self._require_no_overlap(table, [change.stored_id for change in changes])
        for listed in kind.items:
            lists = {change.stored_id: change.items[listed.table] for change in changes if listed.table in change.items}
            if lists:
                table = metadata.tables[listed.table]
                await self.connection.execute(sa.delete(table).where(table.c[listed.parent].in_(lists)))
                await self._insert_items(listed, lists)

    async def _vacate(self, table: sa.Table, fields: Collection[str], changes: Sequence[Change]) -> None:
        alike: defaultdict[tuple[tuple[str, Any], ...], list[Any]] = defaultdict(list)
        for change in changes:
            if values := with_folded(table, _of(fields, change.vacated)):
                alike[tuple(sorted(values.items()))].append(change.stored_id)
        for vacated, ids in alike.items():
            vacating = sa.update(table).values(dict(vacated)).where(table.c.id == sa.bindparam(_STORED_ID))
            await self.connection.execute(vacating, [{_STORED_ID: stored_id} for stored_id in ids])

    async def _all_but_refused[Item](
        self,
        kind: Kind,
        items: Sequence[Item],
        record_of: Callable[[Item], Record],
        write: Callable[[Sequence[Item]], Awaitable[None]],
    ) -> list[Refusal]:
        """Writes all at once; if the database rejects that, one by one, to find the rejected records."""
        if not items:
            return []
        try:
            async with self.connection.begin_nested():
                await write(items)
            return []
        except IntegrityError as error:
            if len(items) == 1:
                return [await refusal_of(self.connection, kind, record_of(items[0]), error)]
        refused = [await self._all_but_refused(kind, [item], record_of, write) for item in items]
        return [refusal for refusals in refused for refusal in refusals]


def _by_filled_fields(kind: Kind, keys: Collection[Key]) -> dict[tuple[str, ...], list[Key]]:
    """Keys grouped by their non-null fields, since NULL does not compare as equal."""
    grouped: dict[tuple[str, ...], list[Key]] = {}
    for key in keys:
        filled = [(field, value) for field, value in zip(kind.key, key, strict=True) if value is not None]
        grouped.setdefault(tuple(field for field, _ in filled), []).append(tuple(value for _, value in filled))
    return grouped


def _stored_fields(kind: Kind) -> sa.Select[Any]:
    """The fields of a kind; those in both tables are read from the main one."""
    table = metadata.tables[kind.table]
    if not kind.profile_table:
        return sa.select(table.c.id, *(table.c[field] for field in kind.stored_fields))
    profile = metadata.tables[kind.profile_table]
    only_there = kind.profile_fields - kind.main_fields
    columns = [*(table.c[field] for field in kind.stored_fields), *(profile.c[field] for field in only_there)]
    return sa.select(table.c.id, *columns).join(profile, profile.c.id == table.c.id)


def _of(fields: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if field in fields}


def _times(table: sa.Table, now: datetime) -> dict[str, datetime]:
    return {name: now for name in ("created_at", "updated_at") if name in table.c}
