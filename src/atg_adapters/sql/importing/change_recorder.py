"""What an import changes in which rows, and taking it back, on SQL."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql import triggers
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.importing import undo_statements
from atg_adapters.sql.importing.recorded_tables import (
    RECORDED,
    temporary_triggers,
    without_temporary_triggers,
)
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.importing import import_changes
from atg_core.identity.model import Role
from atg_core.importing.import_ports import Undone
from atg_core.importing.imports import MAX_HINDRANCES, Hindrance
from atg_core.importing.undoing import is_followed, label_of, restorable

type Json = Mapping[str, Any]

_import = sa.bindparam("import_id", type_=sa.Uuid)
_change = import_changes.c
_is_of_import = _change.import_id == _import
_TABLES = sa.select(_change.table_name).where(_is_of_import).distinct()
_is_update = _change.before.is_not(None) & _change.after.is_not(None)
# Rows are read where they are compared: those that were inserted are most of them.
_CHANGES = (
    sa.select(
        *(_change.number, _change.table_name, _change.key),
        _change.before.is_(None).label("is_insert"),
        sa.case((_is_update, _change.before), else_=None).label("before"),
        sa.case((_is_update, _change.after), else_=None).label("after"),
    )
    .where(_is_of_import)
    .order_by(_change.number.desc())
)
_BEFORE = sa.select(sa.func.coalesce(_change.before, _change.after)).where(_change.number == sa.bindparam("number"))
_NAMES = sa.select(users.c.id, users.c.full_name, users.c.username)
_GUARDED = (
    *("attendance", "attendance_changes", "control_points", "control_point_grades"),
    *("control_point_changes", "control_point_grade_changes"),
)
"""Whose history triggers keep: what an import has written of it goes with the import."""
_BATCH = 500


@dataclass(slots=True)
class _Run:
    """Changes that follow each other and are taken back by one statement. `names`: of columns of an update."""

    table: sa.Table
    what: str
    names: tuple[str, ...]
    numbers: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def statement(self, *, is_sqlite: bool) -> sa.TextClause:
        if self.what == "inserted":
            return undo_statements.deletion(self.table, is_sqlite=is_sqlite)
        if self.what == "deleted":
            return undo_statements.insertion(self.table, is_sqlite=is_sqlite)
        return undo_statements.restoration(self.table, self.names, is_sqlite=is_sqlite)


class _Taken(Exception):
    """Another record has a value now that the row had before."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__()
        self.hindrance = hindrance


class SqlChangeRecorder:
    """`ChangeRecorder` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    @asynccontextmanager
    async def recording(self, import_id: UUID) -> AsyncIterator[None]:
        if self._is_sqlite:
            for statement in temporary_triggers(import_id):
                await self.connection.execute_text(statement)
            try:
                yield
            finally:
                for statement in without_temporary_triggers():
                    await self.connection.execute_text(statement)
            return
        await self.connection.execute_text(f"SET LOCAL atg.import = '{import_id}'")
        yield
        await self.connection.execute_text("SET LOCAL atg.import = ''")

    async def undo(self, import_id: UUID, role: Role) -> Undone:
        if self._is_sqlite:
            driver = await self.connection.of_driver()
            await driver.create_function(undo_statements.BYTES, 1, _bytes)
        touched = await self._touched(import_id)
        await self._lock(import_id, touched)
        found, followed = await self._examined(import_id, touched, role)
        if found:
            return Undone(hindrances=found)
        try:
            async with self.connection.begin_nested():
                await self._take_back(import_id, touched, followed)
        except _Taken as taken:
            return Undone(hindrances=[taken.hindrance])
        return Undone(accounts=await self._given_back(import_id), left=bool(followed))

    async def forget(self, import_ids: Collection[UUID]) -> None:
        for import_id in import_ids:
            await self.connection.execute(sa.delete(import_changes).where(_is_of_import), {"import_id": import_id})

    async def _touched(self, import_id: UUID) -> list[sa.Table]:
        names = await self.connection.scalars(_TABLES, {"import_id": import_id})
        return [table for table in RECORDED if table.name in names]

    async def _lock(self, import_id: UUID, touched: Sequence[sa.Table]) -> None:
        """Nobody changes the rows after they were compared, nor refers to them; SQLite has one writer."""
        if not self._is_sqlite:
            for table in touched:
                values = {"import_id": import_id, "table_name": table.name}
                await self.connection.execute(undo_statements.locking(table), values)

    async def _examined(
        self, import_id: UUID, touched: Sequence[sa.Table], role: Role
    ) -> tuple[list[Hindrance], dict[tuple[str, str], set[str]]]:
        """What hinders; and by table and key the columns with which something else has happened that follows anyway."""
        found: list[Hindrance] = []
        followed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for table in touched:
            statement = undo_statements.comparison(table, is_sqlite=self._is_sqlite)
            values = {"import_id": import_id, "table_name": table.name}
            for key, *texts in await self.connection.execute(statement, values):
                before, after, now = (text and json.loads(text) for text in texts)
                verdict = restorable(role, table.name, before, after, now)
                if verdict.hindrance:
                    row = now or after or before or {}
                    found.append(Hindrance(name=await self._label(row), what=verdict.hindrance))
                elif verdict.left:
                    followed[table.name, key] |= verdict.left
                if len(found) >= MAX_HINDRANCES:
                    return found, followed
        for constraint in undo_statements.referring_to(metadata.sorted_tables, touched):
            found += await self._dependents(import_id, constraint)
            if len(found) >= MAX_HINDRANCES:
                break
        return list(dict.fromkeys(found))[:MAX_HINDRANCES], followed

    async def _dependents(self, import_id: UUID, constraint: sa.ForeignKeyConstraint) -> list[Hindrance]:
        child, parent = constraint.table.name, constraint.referred_table.name
        if is_followed(child) or child == "import_changes":
            return []
        statement = undo_statements.dependents(constraint, is_sqlite=self._is_sqlite)
        rows = await self.connection.execute(statement, {"import_id": import_id, "parent": parent, "child": child})
        return [Hindrance(name=await self._label(json.loads(text)), what="used") for (text,) in rows]

    async def _label(self, row: Json) -> str:
        """The name of a record, or of the person whom it is about."""
        label, user_id = label_of(row)
        if label or user_id is None:
            return label or "?"
        found = (await self.connection.execute(_NAMES.where(users.c.id == UUID(user_id)))).first()
        return (found.full_name or found.username) if found else "?"

    async def _take_back(
        self, import_id: UUID, touched: Sequence[sa.Table], followed: Mapping[tuple[str, str], set[str]]
    ) -> None:
        """In the reverse order, so that every state in between is one that was there before."""
        guarded = [table for table in touched if table.name in _GUARDED]
        async with triggers.switched_off(self.connection, guarded):
            changes = await self.connection.execute(_CHANGES, {"import_id": import_id})
            for run in _runs(changes.mappings(), followed):
                await self._run(import_id, run, run.numbers)

    async def _run(self, import_id: UUID, run: _Run, numbers: Sequence[int]) -> None:
        """All at once; where values are exchanged among rows, one by one. Raises _Taken."""
        statement = run.statement(is_sqlite=self._is_sqlite)
        values = {"import_id": import_id, "table_name": run.table.name, "first": min(numbers), "last": max(numbers)}
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(statement, values)
            return
        except IntegrityError:
            if len(numbers) == 1:
                row = await self.connection.scalar(_BEFORE, {"number": numbers[0]})
                raise _Taken(Hindrance(name=await self._label(row), what="taken")) from None
        for number in numbers:
            await self._run(import_id, run, [number])

    async def _given_back(self, import_id: UUID) -> dict[UUID, dict[str, Any]]:
        """What accounts were given back, by their id."""
        first: dict[UUID, Json] = {}
        last: dict[UUID, Json] = {}
        of_users = _CHANGES.where(_change.table_name == users.name)
        for change in (await self.connection.execute(of_users, {"import_id": import_id})).mappings():
            user_id = UUID(change["key"])
            first[user_id] = change["before"] or {}  # from the last to the first
            last.setdefault(user_id, change["after"] or {})
        return {
            user_id: {name: value for name, value in before.items() if value != last[user_id].get(name)}
            for user_id, before in first.items()
        }


def _runs(changes: Iterable[Json], followed: Mapping[tuple[str, str], set[str]]) -> Iterator[_Run]:
    run: _Run | None = None
    for change in changes:
        table, key = metadata.tables[change["table_name"]], change["key"]
        what, names = _taking_back(change, followed.get((table.name, key), set()))
        if what == "updated" and not names:  # nothing of it is taken back; a run has no gaps
            if run:
                yield run
            run = None
            continue
        if run is None or (run.table, run.what, run.names) != (table, what, names) or key in run.keys:
            if run:
                yield run
            run = _Run(table, what, names)
        run.numbers.append(change["number"])
        run.keys.add(key)
    if run:
        yield run


def _taking_back(change: Json, left: set[str]) -> tuple[str, tuple[str, ...]]:
    before, after = change["before"], change["after"]
    if change["is_insert"]:
        return "inserted", ()
    if before is None:
        return "deleted", ()
    names = (name for name in before if before[name] != after[name] and name not in left)
    computed = {column.name for column in metadata.tables[change["table_name"]].c if column.computed is not None}
    return "updated", tuple(name for name in names if name not in computed)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
