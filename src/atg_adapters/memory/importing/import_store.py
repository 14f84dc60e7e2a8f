"""Import of any kind in memory, driven by the declaration of the kind."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from atg_adapters.memory.catalog.counters import recount
from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.gradebook.control_points import (
    record_grade_change,
    record_point_change,
    require_grades_within_maximum,
)
from atg_adapters.memory.homework.authoring import require_unanswered
from atg_adapters.memory.learning.assigned_paths import require_due_by_path
from atg_core.importing.export import cell_text
from atg_core.importing.model import Kind, ListColumn, Unique
from atg_core.importing.ports import Holder, Merged, Refusal
from atg_core.importing.records import Change, Key, ListValue, Record, StoredRecord
from atg_core.schedule.model import LessonStatus

# The column defaults of the SQL tables.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "stations": {"courses_count": 0},
    "course_programs": {"station_id": None, "course_id": None, "lessons_count": 0, "topics_count": 0, "tests_count": 0},
    "lessons": {"topics_count": 0, "lesson_key": None},
    "topics": {"topic_key": None},
    "lesson_tests": {"questions_count": 0},
    "final_tests": {"questions_count": 0},
    "test_questions": {
        **dict.fromkeys(("lesson_test_id", "final_test_id", "bank_id", "category")),
        "is_active": True,
    },
    "test_draws": dict.fromkeys(("lesson_test_id", "final_test_id", "category")),
    "users": {"password_hash": None, "email_verified_at": None, "rehash_digest": None},
    "user_profiles": {"language": "ru"},
    "user_courses": {
        "progress_percent": 0,
        "completed_at": None,
        "hours_studied": Decimal(0),
        "seconds_over": 0,
        "last_activity": None,
        "due_at": None,
        "own_due_at": None,
        "by_assignment": False,
        "cancelled_at": None,
        "round": 1,
        **dict.fromkeys(("valid_until", "renews_at", "tests_since", "topics_since", "external_certificate_id")),
    },
    "user_topic_progress": {"last_activity": None, "position_seconds": 0, "renewed_at": None},
    "standing_assignments": dict.fromkeys(("course_id", "learning_path_id", "created_by", "ended_at")),
    "user_test_results": dict.fromkeys(("correct_answers", "total_questions", "time_spent", "answers")),
    "shop_promo_codes": {"current_uses": 0},
    "homework": {
        "lesson_id": None,
        "description": "",
        "due_at": None,
        "max_attempts": None,
        "allow_late": False,
        "published_at": None,
    },
    "recurring_lessons": {"revision": 0},
    "scheduled_lessons": {
        **dict.fromkeys(("zoom_start_url", "zoom_join_url", "recurring_lesson_id", "occurrence_date")),
        "revision": 0,
    },
    "conference_accounts": {"sealed": None, "made_on": None, "made": 0},
    "control_point_grades": {"reason": None, "revision": 0},
}


class _Overlap(DuplicateKey):
    """The lesson overlaps another one"""

    def __init__(self, other: Row) -> None:
        super().__init__(("start_time",))
        self.other = other


class MemoryImportStore:
    """`ImportStore` within a transaction."""

    bulk_size = 0

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def merge(self, kind: Kind, headers: tuple[str, ...], rows: str, now: datetime) -> Merged | None:
        """Not supported: `bulk_size` is 0."""

    async def ids(self, kind: Kind, keys: Collection[Key]) -> dict[Key, Any]:
        wanted = set(keys)
        found: dict[Key, Any] = {}
        for row in self.database.rows(kind.table):
            key = tuple(row.get(field) for field in kind.key)
            if key in wanted:
                found.setdefault(key, row["id"])
        return found

    async def stored(self, kind: Kind, keys: Collection[Key]) -> dict[Key, StoredRecord]:
        return {key: self._stored(kind, row_id) for key, row_id in (await self.ids(kind, keys)).items()}

    def _stored(self, kind: Kind, row_id: Any) -> StoredRecord:
        nothing = dict.fromkeys(kind.main_fields | kind.profile_fields)
        fields = {**nothing, **self.database.tables[kind.table][row_id]}
        if kind.profile_table:
            fields |= {**self.database.tables[kind.profile_table][row_id], **self.database.tables[kind.table][row_id]}
        return StoredRecord(
            id=row_id, fields=fields, items={listed.table: self._items(listed, row_id) for listed in kind.items}
        )

    def _items(self, listed: ListColumn, parent: Any) -> ListValue:
        rows = sorted(self.database.rows(listed.table, **{listed.parent: parent}), key=lambda row: row["order_index"])
        return [(row[listed.field], bool(listed.chosen and row[listed.chosen[1]])) for row in rows]

    async def holders(self, kind: Kind, unique: Unique, values: Collection[Key]) -> dict[Key, Holder]:
        table = kind.table if unique.fields[0] in kind.main_fields else str(kind.profile_table)
        found = {value: row["id"] for row in self.database.rows(table) if (value := unique.value_of(row))}
        rows = self.database.tables[kind.table]
        return {
            value: Holder(id=found[value], name=str(rows[found[value]][kind.key[-1]]))
            for value in values
            if value in found
        }

    async def add(self, kind: Kind, records: Sequence[Record], now: datetime) -> list[Refusal]:
        return [refusal for record in records if (refusal := self._add(kind, record, now))]

    def _add(self, kind: Kind, record: Record, now: datetime) -> Refusal | None:
        times = {"created_at": now, "updated_at": now}
        row = {**_DEFAULTS.get(kind.table, {}), **times, **_of(kind.stored_fields, record.fields)}
        try:
            self._require_one_main_pdf(kind, row)
            self._require_no_overlap(kind, row)
            require_grades_within_maximum(self.database, kind.table, row)
            require_unanswered(self.database, kind.table, row)
            require_due_by_path(kind.table, row)
            row_id = self.database.insert(kind.table, {"id": uuid4(), **row} if kind.uuid else row)
            if kind.profile_table:
                profile = {**_DEFAULTS[kind.profile_table], **_of(kind.profile_fields, record.fields), **times}
                self._insert_profile(kind, row_id, profile)
        except DuplicateKey as error:
            return _refusal(record, error)
        if kind.table == "control_point_grades":
            record_grade_change(self.database, None, row_id)
        for listed in kind.items:
            self._insert_items(listed, row_id, record.items.get(listed.table, []))
        return None

    def _insert_profile(self, kind: Kind, user_id: Any, profile: dict[str, Any]) -> None:
        try:
            self.database.insert(str(kind.profile_table), {"id": user_id, **profile})
        except DuplicateKey:
            self.database.delete(kind.table, id=user_id)
            raise

    def _require_one_main_pdf(self, kind: Kind, row: Mapping[str, Any], row_id: Any = None) -> None:
        main = {"file_type": "main_pdf", "is_active": True}
        if kind.table != "topic_files" or {**row, **main} != row:
            return
        if any(other["id"] != row_id for other in self.database.rows(kind.table, topic_id=row["topic_id"], **main)):
            raise DuplicateKey(("topic_id",))

    def _require_no_overlap(self, kind: Kind, row: Mapping[str, Any], row_id: Any = None) -> None:
        if kind.table != "scheduled_lessons" or not _is_exclusive(row):
            return
        for other in filter(_is_exclusive, self.database.rows(kind.table)):
            same = other["teacher_id"] == row["teacher_id"] or other["group_id"] == row["group_id"]
            overlaps = other["start_time"] < row["end_time"] and other["end_time"] > row["start_time"]
            if same and overlaps and other["id"] != row_id:
                raise _Overlap(other)

    async def change(self, kind: Kind, changes: Sequence[Change], now: datetime) -> list[Refusal]:
        tables = [(kind.table, kind.stored_fields)]
        if kind.profile_table:
            tables.append((kind.profile_table, kind.profile_fields))
        before = {
            change.stored_id: {name: self.database.tables[name][change.stored_id] for name, _ in tables}
            for change in changes
        }
        for change in changes:
            for name, fields in tables:
                if vacated := _of(fields, change.vacated):
                    self.database.update(name, change.stored_id, **vacated)
        return [
            refusal
            for change in changes
            if (refusal := self._change(kind, change, tables, before[change.stored_id], now))
        ]

    def _change(
        self,
        kind: Kind,
        change: Change,
        tables: Sequence[tuple[str, Collection[str]]],
        before: Mapping[str, Row],
        now: datetime,
    ) -> Refusal | None:
        try:
            require_unanswered(self.database, kind.table, before[kind.table])
            for name, fields in tables:
                if values := _of(fields, change.fields):
                    changed = {**before[name], **values}
                    self._require_one_main_pdf(kind, changed, change.stored_id)
                    self._require_no_overlap(kind, changed, change.stored_id)
                    require_grades_within_maximum(self.database, kind.table, changed, change.stored_id)
                    require_due_by_path(kind.table, changed)
                    if "revision" in changed:
                        values["revision"] = changed["revision"] + 1
                    self.database.update(name, change.stored_id, **values, updated_at=now)
        except DuplicateKey as error:
            for name, row in before.items():
                self.database.tables[name][change.stored_id] = row
            return _refusal(change.record, error)
        self._record_history(kind, before[kind.table])
        for listed in kind.items:
            if listed.table in change.items:
                self.database.delete(listed.table, **{listed.parent: change.stored_id})
                self._insert_items(listed, change.stored_id, change.items[listed.table])
        return None

    def _record_history(self, kind: Kind, before: Row) -> None:
        if kind.table == "control_point_grades":
            record_grade_change(self.database, before, before["id"])
        elif kind.table == "control_points":
            record_point_change(self.database, before)

    def _insert_items(self, listed: ListColumn, parent: Any, items: ListValue) -> None:
        for order, (item, chosen) in enumerate(items, start=1):
            flag = {listed.chosen[1]: chosen} if listed.chosen else {}
            self.database.insert(
                listed.table, {listed.parent: parent, listed.field: item, "order_index": order, **flag}
            )

    async def recount(self, now: datetime) -> None:
        recount(self.database)
        for row in list(self.database.rows("user_topic_progress", updated_at=now, completed=False)):
            if row["completed_at"]:
                self.database.update("user_topic_progress", row["id"], completed=True)
        for row in list(self.database.rows("user_test_results", updated_at=now, correct_answers=None)):
            lesson_test = self.database.tables["lesson_tests"].get(row["lesson_test_id"])
            test = lesson_test or self.database.tables["final_tests"][row["final_test_id"]]
            passed = row["score_percent"] >= test["passing_score"]
            self.database.update("user_test_results", row["id"], passed=passed)


def _is_exclusive(lesson: Mapping[str, Any]) -> bool:
    """Whether it must not overlap with others."""
    return not lesson["allow_overlap"] and lesson["status"] != LessonStatus.CANCELLED


def _of(fields: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in values.items() if field in fields}


def _refusal(record: Record, error: DuplicateKey) -> Refusal:
    reason = "conflicts with another record, or breaks a rule of the table"
    if isinstance(error, _Overlap):
        reason = f"conflicts with {error.other['title']} at {cell_text(error.other['start_time'])}"
    return Refusal(record=record, field=error.fields[-1], reason=reason)
