"""In-memory tables with transactions, unique keys and references."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from itertools import count
from typing import Any

from atg_core.errors import Conflict
from atg_core.text import is_same
from atg_core.unit_of_work import UnitOfWork

type Row = dict[str, Any]


class DuplicateKey(Conflict):
    """There is such a record already

    `fields`: the violated unique key.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__()
        self.fields = fields


_ATTEMPT = (("user_id", "lesson_test_id", "attempt"), ("user_id", "final_test_id", "attempt"))
UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
    "user_profiles": (("employee_id",), ("sourced_id",)),
    "oauth_identities": (("provider", "subject"),),
    "oauth_exchange_codes": (("code_hash",),),
    "second_factors": (("user_id",),),
    "recovery_codes": (("user_id", "code_hash"),),
    "sign_in_tickets": (("ticket_hash",),),
    "stations": (("short_name",),),
    "station_promo_videos": (("station_id",),),
    "station_gas_supply_sources": (("station_id", "source_name"),),
    "courses": (("code",), ("sourced_id",)),
    "course_prerequisites": (("course_id", "required_course_id"), ("course_id", "required_final_test_id")),
    "course_programs": (("code",),),
    "lessons": (("code",),),
    "lesson_materials": (("lesson_id", "material_name"),),
    "topics": (("lesson_id", "code"),),
    "topic_files": (("topic_id", "minio_object_name"),),
    "lesson_tests": (("code",), ("lesson_id",)),
    "final_tests": (("code",), ("course_program_id",)),
    "question_banks": (("code",),),
    "test_questions": (("lesson_test_id", "position"), ("final_test_id", "position"), ("bank_id", "position")),
    "question_tags": (("question_id", "tag"),),
    "standing_assignments": (("code",),),
    "standing_assignment_users": (("assignment_id", "user_id"),),
    "managers": (("user_id", "department"), ("user_id", "station_id")),
    "obligations": (("user_id", "course_id", "assignment_id"),),
    "learning_paths": (("code",),),
    "learning_path_courses": (("learning_path_id", "course_id"),),
    "user_learning_paths": (("user_id", "learning_path_id"),),
    "user_courses": (("user_id", "course_id"),),
    "user_topic_progress": (("user_id", "topic_id"),),
    "test_attempts": _ATTEMPT,
    "user_test_results": _ATTEMPT,
    "idempotency_keys": (("owner", "key"),),
    "certificates": (("user_id", "course_id", "round"), ("number",), ("verification_code",)),
    "external_certificates": (("issuer", "number"),),
    "campaign_participants": (("email",),),
    "campaign_assets": (("slug",),),
    "promo_codes": (("code",), ("session_id",)),
    "promo_mails": (("promo_code_id", "email"),),
    "shop_customers": (("telegram_id",),),
    "shop_promo_codes": (("code",),),
    "shop_message_recipients": (("message_id", "user_id"),),
    "purchases": (("payment_id",), ("telegram_payment_charge_id",)),
    "homework_questions": (("homework_id", "position"),),
    "homework_submissions": (("homework_id", "student_id", "attempt"),),
    "homework_answers": (("submission_id", "question_id"),),
    "homework_files": (("submission_id", "question_id", "digest"), ("object_key",)),
    "attendance": (("lesson_id", "student_id"),),
    "control_point_grades": (("control_point_id", "student_id"),),
    "study_groups": (("teacher_id", "name"), ("join_code",)),
    "group_invitations": (("group_id", "email"),),
    "group_students": (("group_id", "student_id"),),
    "recurring_lesson_exceptions": (("recurring_lesson_id", "date"),),
    "scheduled_lessons": (("recurring_lesson_id", "occurrence_date"),),
    "homework_exemptions": (("homework_id", "student_id"),),
    "calendar_tokens": (("user_id",), ("digest",)),
    "conference_accounts": (("label",),),
    "conference_places": (("account_id", "number"), ("lease_id",)),
    "lesson_recordings": (("storage_key",),),
    "notices": (("user_id", "kind", "subject", "occasion"),),
}


CASELESS: dict[str, tuple[str, ...]] = {"users": ("username", "email")}
"""Keys of one column that are unique without regard to case."""

_shared: ContextVar["MemoryDatabase | None"] = ContextVar("shared", default=None)


class MemoryDatabase:
    """Rows by table and id. Transactions are serialized by a lock."""

    def __init__(self) -> None:
        self.tables: defaultdict[str, dict[Any, Row]] = defaultdict(dict)
        self._numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))
        self._lock = asyncio.Lock()
        self.changes: Counter[str] = Counter()
        """By table: how many transactions have written it, including those that were rolled back."""
        self._committed: list[Callable[[], Awaitable[None]]] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MemoryDatabase"]:
        """A clean exit commits, an error rolls back; nested in a shared transaction it is a savepoint."""
        is_nested = _shared.get() is self
        async with nullcontext() if is_nested else self._lock:
            before, acts = {name: dict(rows) for name, rows in self.tables.items()}, len(self._committed)
            try:
                yield self
            except BaseException:
                self._note_changes(before)
                self.tables.clear()
                self.tables.update(before)
                del self._committed[acts:]
                raise
            self._note_changes(before)
            if is_nested:
                return
            committed, self._committed = self._committed, []
        for act in committed:
            await act()

    async def on_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """Done after the commit of the shared transaction; at once outside of one."""
        if _shared.get() is self:
            self._committed.append(act)
        else:
            await act()

    def _note_changes(self, before: dict[str, dict[Any, Row]]) -> None:
        self.changes.update(name for name, rows in self.tables.items() if rows != before.get(name, {}))

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator["MemoryDatabase"]:
        """A transaction that all units of work of this task join."""
        async with self.transaction():
            token = _shared.set(self)
            try:
                yield self
            finally:
                _shared.reset(token)

    def unit_of_work[Store](
        self, store: Callable[["MemoryDatabase"], Store], *, shared: bool = False
    ) -> UnitOfWork[Store]:
        """The unit of work of a store that takes this database.

        `shared`: other units of work of this task join its transaction.
        """

        @asynccontextmanager
        async def open_store() -> AsyncIterator[Store]:
            async with self.shared_transaction() if shared else self.transaction() as database:
                yield store(database)

        return open_store

    def rows(self, table: str, **values: Any) -> Iterator[Row]:
        """The rows that have all of these values."""
        return (row for row in self.tables[table].values() if all(row.get(key) == values[key] for key in values))

    def insert(self, table: str, row: Row) -> Any:
        """Stores a row and returns its id, by default the next number. Raises DuplicateKey."""
        free = (number for number in self._numbers[table] if number not in self.tables[table])
        stored = dict(row) if "id" in row else {"id": next(free), **row}
        self._require_unique(table, stored)
        self.tables[table][stored["id"]] = stored
        return stored["id"]

    def update(self, table: str, row_id: Any, **values: Any) -> None:
        """Replaces a row by a changed copy. Raises DuplicateKey."""
        changed = {**self.tables[table][row_id], **values}
        self._require_unique(table, changed)
        self.tables[table][row_id] = changed

    def delete(self, table: str, **values: Any) -> None:
        for row in list(self.rows(table, **values)):
            del self.tables[table][row["id"]]

    def _require_unique(self, table: str, row: Row) -> None:
        for fields in UNIQUE.get(table, ()):
            key = {field: row.get(field) for field in fields}
            if None in key.values():
                continue
            if any(other["id"] != row["id"] for other in self.rows(table, **key)):
                raise DuplicateKey(fields)
        for name in CASELESS.get(table, ()):
            if any(is_same(other[name], row[name]) for other in self._others(table, row, name)):
                raise DuplicateKey((name,))

    def _others(self, table: str, row: Row, name: str) -> list[Row]:
        """The other rows that have a value in this column, if the row's is a new one."""
        rows = self.tables[table]
        if row.get(name) in {None, rows.get(row["id"], {}).get(name)}:
            return []
        return [other for other in rows.values() if other["id"] != row["id"] and other.get(name)]

    async def check(self) -> None:
        """Always available."""

    async def close(self) -> None:
        self.tables.clear()
