"""Ordered imports in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase
from atg_core.importing.imports import BUSY, RUNNING, FileImport, ImportNotFound, ImportRunning

_TABLE = "imports"
_AT_ONCE = 100


def _values(record: FileImport) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


class MemoryImports:
    """`ImportRecords` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def add(self, new: FileImport) -> None:
        self.database.insert(_TABLE, _values(new))

    async def find(self, import_id: UUID) -> FileImport:
        return _find(self.database, import_id)

    async def save(self, changed: FileImport) -> None:
        others = (row for row in self.database.rows(_TABLE) if row["id"] != changed.id)
        if changed.state in RUNNING and any(row["state"] in RUNNING for row in others):
            raise ImportRunning
        self.database.update(_TABLE, changed.id, **_values(changed))

    async def outdated(self, before: datetime) -> Sequence[FileImport]:
        found = [
            each
            for each in self._unchanged(before)
            if each.state not in BUSY
            if each.key or each.is_recorded or each.faults or each.changes or each.hindrances
        ]
        return found[:_AT_ONCE]

    async def abandoned(self, before: datetime) -> Sequence[FileImport]:
        return [each for each in self._unchanged(before) if each.state in BUSY][:_AT_ONCE]

    def _unchanged(self, before: datetime) -> Iterator[FileImport]:
        return (_entity(self.database, row) for row in self.database.rows(_TABLE) if row["updated_at"] < before)


class MemoryImportQueries:
    """`ImportQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def listed(self, kinds: Collection[str], *, limit: int, offset: int) -> tuple[Sequence[FileImport], int]:
        found = [_entity(self.database, row) for row in self.database.rows(_TABLE) if row["kind"] in kinds]
        found.sort(key=lambda each: each.created_at, reverse=True)
        short = [replace(each, faults=(), changes=(), hindrances=()) for each in found[offset : offset + limit]]
        return short, len(found)

    async def find(self, import_id: UUID) -> FileImport:
        return _find(self.database, import_id)


def _find(database: MemoryDatabase, import_id: UUID) -> FileImport:
    row = database.tables[_TABLE].get(import_id)
    if row is None:
        raise ImportNotFound
    return _entity(database, row)


def _entity(database: MemoryDatabase, row: dict[str, Any]) -> FileImport:
    user = database.tables["users"].get(row["user_id"], {})
    return FileImport(**{**row, "user_name": user.get("full_name") or user.get("username") or ""})
