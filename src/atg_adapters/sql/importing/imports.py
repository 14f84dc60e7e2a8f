"""Ordered imports on SQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.importing import imports
from atg_core.importing.imports import BUSY, RUNNING, FileImport, ImportNotFound, ImportRunning

_AT_ONCE = 100
_LONG = {"faults", "changes", "hindrances"}
_NOT_STORED = {"user_name"}
_user_name = sa.func.coalesce(users.c.full_name, users.c.username, "").label("user_name")
_columns = [column for column in imports.c if column.name != "turn"]
_short = [column for column in _columns if column.name not in _LONG]
_is_busy = imports.c.state.in_(BUSY)
_id = sa.bindparam("import_id", type_=sa.Uuid)
_FROM = imports.outerjoin(users, users.c.id == imports.c.user_id)
_FOUND = sa.select(*_columns, _user_name).select_from(_FROM).where(imports.c.id == _id)


def _entity(row: sa.Row[Any]) -> FileImport:
    return convert(fields_of(row), FileImport)


def _values(record: FileImport) -> dict[str, Any]:
    values = {name: value for name, value in asdict(record).items() if name not in _NOT_STORED}
    return {**values, "turn": 1 if record.state in RUNNING else None}


class SqlImports:
    """`ImportRecords` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add(self, new: FileImport) -> None:
        await self.connection.execute(sa.insert(imports).values(_values(new)))

    async def find(self, import_id: UUID) -> FileImport:
        locked = _FOUND.with_for_update(of=imports)
        row = (await self.connection.execute(locked, {"import_id": import_id})).first()
        if row is None:
            raise ImportNotFound
        return _entity(row)

    async def save(self, changed: FileImport) -> None:
        values = _values(changed)
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(
                    sa.update(imports).where(imports.c.id == _id).values(values), {"import_id": changed.id}
                )
        except IntegrityError as error:
            raise ImportRunning from error

    async def outdated(self, before: datetime) -> Sequence[FileImport]:
        shown = (sa.cast(imports.c[name], sa.Text) != "[]" for name in sorted(_LONG))
        kept = sa.or_(imports.c.key.is_not(None), imports.c.is_recorded, *shown)
        return await self._unchanged(before, ~_is_busy & kept)

    async def abandoned(self, before: datetime) -> Sequence[FileImport]:
        return await self._unchanged(before, _is_busy)

    async def _unchanged(self, before: datetime, which: sa.ColumnElement[bool]) -> Sequence[FileImport]:
        select = sa.select(*_columns, _user_name).select_from(_FROM).where(imports.c.updated_at < before, which)
        free = select.limit(_AT_ONCE).with_for_update(of=imports, skip_locked=True)
        return [_entity(row) for row in await self.connection.execute(free)]


class SqlImportQueries:
    """`ImportQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def listed(self, kinds: Collection[str], *, limit: int, offset: int) -> tuple[Sequence[FileImport], int]:
        which = imports.c.kind.in_(kinds)
        page = sa.select(*_short, _user_name).select_from(_FROM).where(which)
        page = page.order_by(imports.c.created_at.desc(), imports.c.id).limit(limit).offset(offset)
        found, total = await self.database.results(
            (page, {}), (sa.select(sa.func.count()).select_from(imports).where(which), {})
        )
        return [_entity(row) for row in found], total.scalar_one()

    async def find(self, import_id: UUID) -> FileImport:
        row = await self.database.row(_FOUND, {"import_id": import_id})
        if row is None:
            raise ImportNotFound
        return _entity(row)
