"""What an import changes in which rows, and taking it back, in memory."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.references import REFERENCES
from atg_core.identity.model import Role
from atg_core.importing.import_ports import Undone
from atg_core.importing.imports import MAX_HINDRANCES, Hindrance
from atg_core.importing.undoing import UNRECORDED, is_followed, label_of, restorable

_TABLE = "import_changes"


class _Taken(Exception):
    """Another record has a value now that the row had before."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__()
        self.hindrance = hindrance


class MemoryChangeRecorder:
    """`ChangeRecorder` within a transaction: what differs at the end of an import from its beginning."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    @asynccontextmanager
    async def recording(self, import_id: UUID) -> AsyncIterator[None]:
        before = {name: dict(rows) for name, rows in self.database.tables.items()}
        yield
        for name, rows in list(self.database.tables.items()):
            if name in UNRECORDED:
                continue
            earlier = before.get(name, {})
            for row_id in [*earlier.keys() - rows.keys(), *(each for each in rows if rows[each] != earlier.get(each))]:
                change = {"table": name, "key": row_id, "before": earlier.get(row_id), "after": rows.get(row_id)}
                self.database.insert(_TABLE, {"import_id": import_id, **change})

    async def undo(self, import_id: UUID, role: Role) -> Undone:
        hindrances = dict.fromkeys([*self._changed(import_id, role), *self._used(import_id)])
        if hindrances:
            return Undone(hindrances=list(hindrances)[:MAX_HINDRANCES])
        changes = list(self.database.rows(_TABLE, import_id=import_id))
        try:
            async with self.database.transaction():  # a savepoint
                is_left = [self._take_back(change, role) for change in changes]
                self._require_free(changes)
        except _Taken as taken:
            return Undone(hindrances=[taken.hindrance])
        accounts = {each["key"]: _given_back(each) for each in changes if each["table"] == "users"}
        return Undone(accounts=accounts, left=any(is_left))

    def _take_back(self, change: Row, role: Role) -> bool:
        """Whether a part of the row is left as it is now."""
        key = change["key"]
        before: Row | None = change["before"]
        after: Row | None = change["after"]
        rows = self.database.tables[change["table"]]
        left = restorable(role, change["table"], before, after, rows.get(key)).left
        if before is None:
            rows.pop(key, None)
            return bool(left)
        now = rows.get(key, before)
        same = {name for name, value in before.items() if after is not None and value == after.get(name)}
        rows[key] = {name: now[name] if name in left or name in same else value for name, value in before.items()}
        return bool(left)

    async def forget(self, import_ids: Collection[UUID]) -> None:
        for import_id in import_ids:
            self.database.delete(_TABLE, import_id=import_id)

    def _changed(self, import_id: UUID, role: Role) -> Iterator[Hindrance]:
        for change in self.database.rows(_TABLE, import_id=import_id):
            now = self.database.tables[change["table"]].get(change["key"])
            if what := restorable(role, change["table"], change["before"], change["after"], now).hindrance:
                yield self._told(now or change["after"] or change["before"], what)

    def _used(self, import_id: UUID) -> Iterator[Hindrance]:
        changes = list(self.database.rows(_TABLE, import_id=import_id))
        changed = {(each["table"], each["key"]) for each in changes}
        made = {(each["table"], each["key"]) for each in changes if each["before"] is None}
        for table, references in REFERENCES.items():
            if is_followed(table):
                continue
            for key, row in self.database.tables[table].items():
                is_own = (table, key) in changed
                if not is_own and any((parent, row.get(column)) in made for column, parent in references.items()):
                    yield self._told(row, "used")

    def _require_free(self, changes: Sequence[Row]) -> None:
        """Raises _Taken."""
        for change in changes:
            row = self.database.tables[change["table"]].pop(change["key"], None)
            if row is not None:
                try:
                    self.database.insert(change["table"], row)
                except DuplicateKey:
                    raise _Taken(self._told(row, "taken")) from None

    def _told(self, row: dict[str, Any], what: str) -> Hindrance:
        label, user_id = label_of(row)
        person = next((each for each in self.database.rows("users") if str(each["id"]) == user_id), {})
        return Hindrance(name=label or person.get("full_name") or person.get("username") or "?", what=what)


def _given_back(change: Row) -> Row:
    before, after = change["before"] or {}, change["after"] or {}
    return {name: value for name, value in before.items() if value != after.get(name)}
