"""Tables in memory that keep the promises of a database: transactions, unique keys, references."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from itertools import count
from typing import Any

from atg_core.errors import Conflict
from atg_core.opening import Open

type Row = dict[str, Any]


class DuplicateKey(Conflict):
    """There is such a record already

    `fields`: the unique key that two records would share.
    """

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__()
        self.fields = fields


_ATTEMPT = (("user_id", "lesson_test_id", "attempt"), ("user_id", "final_test_id", "attempt"))
UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
    "users": (("username",), ("email",)),
    "user_profiles": (("employee_id",),),
    "oauth_identities": (("provider", "subject"),),
    "stations": (("short_name",),),
    "station_promo_videos": (("station_id",),),
    "station_gas_supply_sources": (("station_id", "source_name"),),
    "station_photos": (("station_id", "view"),),
    "courses": (("code",),),
    "course_programs": (("code",),),
    "lessons": (("code",),),
    "lesson_materials": (("lesson_id", "material_name"),),
    "topics": (("lesson_id", "code"),),
    "topic_files": (("topic_id", "minio_object_name"),),
    "lesson_tests": (("code",), ("lesson_id",)),
    "final_tests": (("code",), ("course_program_id",)),
    "test_questions": (("lesson_test_id", "position"), ("final_test_id", "position")),
    "user_courses": (("user_id", "course_id"),),
    "user_topic_progress": (("user_id", "topic_id"),),
    "test_attempts": _ATTEMPT,
    "user_test_results": _ATTEMPT,
    "idempotency_keys": (("owner", "key"),),
    "certificates": (("user_id", "course_id"), ("number",), ("verification_code",)),
    "campaign_participants": (("email",),),
    "campaign_assets": (("slug",),),
    "promo_codes": (("code",), ("session_id",)),
    "promo_mails": (("promo_code_id", "email"),),
    "shop_customers": (("telegram_id",),),
    "shop_promo_codes": (("code",),),
    "purchases": (("payment_id",), ("telegram_payment_charge_id",)),
    "homework_questions": (("homework_id", "position"),),
    "homework_submissions": (("homework_id", "student_id", "attempt"),),
    "homework_answers": (("submission_id", "question_id"),),
    "attendance": (("lesson_id", "student_id"),),
    "control_point_grades": (("control_point_id", "student_id"),),
    "study_groups": (("teacher_id", "name"),),
    "group_students": (("group_id", "student_id"),),
    "recurring_lesson_exceptions": (("recurring_lesson_id", "date"),),
    "scheduled_lessons": (("recurring_lesson_id", "occurrence_date"),),
    "calendar_tokens": (("user_id",), ("digest",)),
    "conference_accounts": (("label",),),
    "conference_places": (("account_id", "number"), ("lease_id",)),
    "lesson_recordings": (("storage_key",),),
}


_shared: ContextVar["MemoryDatabase | None"] = ContextVar("shared", default=None)


class MemoryDatabase:
    """Rows by table and id. One transaction at a time, which is what makes each of them alone."""

    def __init__(self) -> None:
        self.tables: defaultdict[str, dict[Any, Row]] = defaultdict(dict)
        self._numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MemoryDatabase"]:
        """A clean exit keeps what was done, an error undoes all of it; within a shared transaction, of this part."""
        async with nullcontext() if _shared.get() is self else self._lock:
            before = {name: dict(rows) for name, rows in self.tables.items()}
            try:
                yield self
            except BaseException:
                self.tables.clear()
                self.tables.update(before)
                raise

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator["MemoryDatabase"]:
        """A transaction that every store joins which this task opens before it ends."""
        async with self.transaction():
            token = _shared.set(self)
            try:
                yield self
            finally:
                _shared.reset(token)

    def opening[Store](self, store: Callable[["MemoryDatabase"], Store], *, shared: bool = False) -> Open[Store]:
        """The `Open` of a store that is made of this database.

        `shared`: its transaction is joined by everything that is asked of the database before it ends.
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
        """Stores a row and gives its id, the next number where it has none. Raises DuplicateKey."""
        free = (number for number in self._numbers[table] if number not in self.tables[table])
        stored = dict(row) if "id" in row else {"id": next(free), **row}
        self._require_unique(table, stored)
        self.tables[table][stored["id"]] = stored
        return stored["id"]

    def update(self, table: str, row_id: Any, **values: Any) -> None:
        """Changes a row; readers of the old one keep what they have read. Raises DuplicateKey."""
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

    async def check(self) -> None:
        """Memory is always there."""

    async def close(self) -> None:
        self.tables.clear()
