"""Curriculum authoring, in memory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from atg_adapters.memory.catalog.counters import recount
from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_adapters.memory.question_draws import draws_of
from atg_core.catalog.curriculum_ports import DrawInput, QuestionInput, TestDraw
from atg_core.catalog.curriculum_records import CodeTaken, Place, RecordKind
from atg_core.catalog.validity import RENEW_DAYS
from atg_core.errors import NotFound

type Values = Mapping[str, Any]
type Id = int | UUID

_TEST_COLUMN = {"lesson_tests": "lesson_test_id", "final_tests": "final_test_id"}
_PARENTS = {
    "lessons": ("course_programs", "course_program_id"),
    "lesson_materials": ("lessons", "lesson_id"),
    "topics": ("lessons", "lesson_id"),
    "topic_files": ("topics", "topic_id"),
    "lesson_tests": ("lessons", "lesson_id"),
    "final_tests": ("course_programs", "course_program_id"),
    "test_questions": ("lesson_tests", "lesson_test_id"),
    "test_options": ("test_questions", "question_id"),
}
_CHILDREN = {
    "courses": (
        ("course_programs", "course_id"),
        ("course_prerequisites", "course_id"),
        ("course_prerequisites", "required_course_id"),
        ("learning_path_courses", "course_id"),
    ),
    "course_programs": (("lessons", "course_program_id"), ("final_tests", "course_program_id")),
    "lessons": (("topics", "lesson_id"), ("lesson_materials", "lesson_id"), ("lesson_tests", "lesson_id")),
    "topics": (("topic_files", "topic_id"),),
    "topic_files": (("user_material_progress", "topic_file_id"),),
    "lesson_tests": (("test_questions", "lesson_test_id"), ("test_draws", "lesson_test_id")),
    "final_tests": (
        ("test_questions", "final_test_id"),
        ("test_draws", "final_test_id"),
        ("course_prerequisites", "required_final_test_id"),
    ),
    "test_questions": (("test_options", "question_id"),),
    "test_draws": (("test_draw_tags", "draw_id"),),
}
_HELD_BY = {
    "courses": (
        ("user_courses", "course_id"),
        ("certificates", "course_id"),
        ("external_certificates", "course_id"),
    ),
    "topics": (("user_topic_progress", "topic_id"),),
    "lesson_tests": (("user_test_results", "lesson_test_id"), ("test_attempts", "lesson_test_id")),
    "final_tests": (("user_test_results", "final_test_id"), ("test_attempts", "final_test_id")),
}
_EMPTY: dict[str, Values] = {
    "courses": {
        **dict.fromkeys(("description", "station_id", "duration_hours", "level", "icon", "code", "valid_months")),
        "is_active": True,
        "renew_days": RENEW_DAYS,
        "renew_topics": False,
    },
    "course_programs": {
        **dict.fromkeys(("station_id", "course_id", "description", "duration", "code")),
        **dict.fromkeys(("topics_count", "lessons_count", "tests_count", "order_index"), 0),
        "format": "Онлайн",
        "is_active": True,
    },
    "lessons": {
        **dict.fromkeys(("duration", "code", "lesson_key")),
        "topics_count": 0,
        "order_index": 0,
        "is_active": True,
    },
    "topics": {**dict.fromkeys(("duration", "content", "topic_key")), "order_index": 0, "is_active": True},
    "topic_files": {
        **dict.fromkeys(("title", "file_size", "size_formatted", "file_url", "mime_type")),
        "order_index": 0,
        "is_active": True,
    },
    "lesson_tests": {},
    "final_tests": {},
}
_TEST = {
    "code": None,
    "description": None,
    "questions_count": 0,
    "passing_score": 70,
    "max_attempts": None,
    "time_limit_minutes": 30,
    "time_limit_enforced": False,
    "shows_right_answers": False,
    "shuffle_options": False,
    "is_active": True,
}
_EMPTY["lesson_tests"] = _EMPTY["final_tests"] = _TEST
_UNTIMED = {"lesson_materials"}


class MemoryCurriculum:
    """`CurriculumStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def lock_place(self, table: str, record_id: Id, not_found: type[NotFound]) -> Place:
        row = self.tables[table].get(record_id)
        if row is None:
            raise not_found
        while table in _PARENTS:
            table, column = _PARENTS[table]
            row = self.tables[table][row[column]]
        if table == "stations":
            return Place(station_id=row["id"])
        course = row["id"] if table == "courses" else row["course_id"]
        return Place(station_id=row["station_id"]) if row["station_id"] is not None else Place(course_id=course)

    async def children(self, kind: RecordKind, parent_id: Id) -> list[Row]:
        rows = self.database.rows(kind.table, **{kind.parent: parent_id})
        return sorted(rows, key=lambda row: (row["order_index"] if kind.is_ordered else 0, row["id"]))

    async def every(self, kind: RecordKind) -> list[Row]:
        return sorted(self.database.rows(kind.table), key=lambda row: row["id"])

    async def row(self, kind: RecordKind, record_id: Id) -> Row:
        row = self.tables[kind.table].get(record_id)
        if row is None:
            raise kind.not_found
        return row

    async def is_taken(self, kind: RecordKind, code: str) -> bool:
        return any(self.database.rows(kind.table, code=code))

    async def add(self, kind: RecordKind, values: Values) -> Row:
        row = {**_EMPTY.get(kind.table, {}), **_timed(kind, values)}
        self._require_free_key(kind, row)
        try:
            added = self.database.insert(kind.table, row)
        except DuplicateKey:
            raise CodeTaken from None
        return self.tables[kind.table][added]

    async def change(self, kind: RecordKind, record_id: Id, values: Values) -> Row:
        self._require_free_key(kind, {**await self.row(kind, record_id), **values})
        try:
            self.database.update(kind.table, record_id, **_timed(kind, values))
        except DuplicateKey:
            raise CodeTaken from None
        return self.tables[kind.table][record_id]

    def _require_free_key(self, kind: RecordKind, row: Row) -> None:
        siblings = self.database.rows(kind.table, **{kind.parent: row.get(kind.parent)})
        others = [other for other in siblings if other["id"] != row.get("id")]
        if kind.key and (key := kind.key_of(row)) and any(kind.key_of(other) == key for other in others):
            raise CodeTaken

    async def remove(self, kind: RecordKind, record_id: Id) -> bool:
        if holders(self.database, kind.table, record_id):
            self.database.update(kind.table, record_id, is_active=False)
            return False
        self._delete(kind.table, record_id)
        return True

    def _delete(self, table: str, record_id: Id) -> None:
        for child, column in _CHILDREN.get(table, ()):
            for row in list(self.database.rows(child, **{column: record_id})):
                self._delete(child, row["id"])
        self.tables[table].pop(record_id, None)

    async def replace_texts(self, table: str, column: str, program_id: int, texts: Sequence[str]) -> None:
        self.database.delete(table, course_program_id=program_id)
        for number, text in enumerate(texts, start=1):
            self.database.insert(table, {"course_program_id": program_id, column: text, "order_index": number})

    async def questions(self, kind: RecordKind, test_id: int) -> list[Row]:
        rows = self.database.rows("test_questions", **{_TEST_COLUMN[kind.table]: test_id})
        return [{**row, "options": self._options(row["id"])} for row in sorted(rows, key=lambda row: row["position"])]

    def _options(self, question_id: int) -> list[Row]:
        rows = self.database.rows("test_options", question_id=question_id)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))

    async def write_questions(self, kind: RecordKind, test_id: int, questions: Sequence[QuestionInput]) -> None:
        of_test = {column: test_id if table == kind.table else None for table, column in _TEST_COLUMN.items()}
        for row in await self.questions(kind, test_id):
            self._delete("test_questions", row["id"])
        for position, question in enumerate(questions, start=1):
            row = {"text": question.text, "question_type": question.question_type, "points": question.points}
            row |= {"position": position, "image": question.image, "explanation": question.explanation, **of_test}
            row |= {"bank_id": None, "category": None, "is_active": True}
            if question.id is None:
                question_id = self.database.insert("test_questions", row)
            else:
                question_id = question.id
                self.tables["test_questions"][question_id] = {"id": question_id, **row}
            for order, option in enumerate(question.options, start=1):
                fields = {"question_id": question_id, "text": option.text, "is_correct": option.is_correct}
                named = {} if option.id is None else {"id": option.id}
                self.database.insert("test_options", {**named, **fields, "order_index": order})

    async def draws(self, kind: RecordKind, test_id: int) -> list[TestDraw]:
        return [
            TestDraw(
                bank_id=row["bank_id"],
                category=row["category"],
                tags=[
                    tag["tag"]
                    for tag in sorted(
                        self.database.rows("test_draw_tags", draw_id=row["id"]),
                        key=lambda tag: (tag["order_index"], tag["id"]),
                    )
                ],
                count=draw.count,
                candidates=draw.candidates,
            )
            for row, draw in draws_of(self.database, _TEST_COLUMN[kind.table], test_id)
        ]

    async def write_draws(self, kind: RecordKind, test_id: int, draws: Sequence[DrawInput]) -> None:
        of_test = {column: test_id if table == kind.table else None for table, column in _TEST_COLUMN.items()}
        for row in list(self.database.rows("test_draws", **of_test)):
            self._delete("test_draws", row["id"])
        for order, draw in enumerate(draws, start=1):
            values = {"bank_id": draw.bank_id, "category": draw.category, "questions_count": draw.count}
            draw_id = self.database.insert("test_draws", {**values, **of_test, "order_index": order})
            for at, tag in enumerate(draw.tags):
                self.database.insert("test_draw_tags", {"draw_id": draw_id, "tag": tag, "order_index": at})

    async def known_banks(self, bank_ids: Collection[int]) -> set[int]:
        return set(bank_ids) & self.tables["question_banks"].keys()

    async def recount(self, place: Place) -> None:  # noqa: ARG002 - counting all is right, too
        recount(self.database)


def holders(database: MemoryDatabase, table: str, record_id: Id) -> set[UUID]:
    """The people who have progress in a record, or below it."""
    found = {
        row["user_id"] for by, column in _HELD_BY.get(table, ()) for row in database.rows(by, **{column: record_id})
    }
    for child, column in _CHILDREN.get(table, ()):
        for row in database.rows(child, **{column: record_id}):
            found |= holders(database, child, row["id"])
    return found


def _timed(kind: RecordKind, values: Values) -> Row:
    untimed = {"created_at", "updated_at"} if kind.table in _UNTIMED else set()
    return {name: value for name, value in values.items() if name not in untimed}
