"""Question banks, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_core.catalog.curriculum_records import CodeTaken
from atg_core.catalog.question_banks import (
    BankNotFound,
    BankQuestion,
    BankQuestionInput,
    BankUsed,
    QuestionBank,
    QuestionFilter,
    QuestionNotFound,
    Tally,
)
from atg_core.text import fold, holds

_EMPTY_BANK = {"code": None, "description": None}


class _QuestionBanks:
    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    def _require_bank(self, bank_id: int) -> Row:
        row = self.tables["question_banks"].get(bank_id)
        if row is None:
            raise BankNotFound
        return row

    def _question(self, row: Row) -> BankQuestion:
        options = self._children("test_options", row["id"])
        tags = [tag["tag"] for tag in self._children("question_tags", row["id"])]
        return convert({**row, "options": options, "tags": tags}, BankQuestion)

    def _children(self, table: str, question_id: int) -> list[Row]:
        rows = self.database.rows(table, question_id=question_id)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))


class MemoryQuestionBankQueries(_QuestionBanks):
    """`QuestionBankQueries`."""

    async def banks(self, q: str | None, *, limit: int, offset: int) -> tuple[list[QuestionBank], int]:
        rows = [row for row in self.database.rows("question_banks") if holds(q, row["title"])]
        page = sorted(rows, key=lambda row: row["id"])[offset : offset + limit]
        return [self._bank(row) for row in page], len(rows)

    def _bank(self, row: Row) -> QuestionBank:
        return convert({**row, "questions_count": len(self._active(row["id"]))}, QuestionBank)

    def _active(self, bank_id: int) -> list[BankQuestion]:
        rows = self.database.rows("test_questions", bank_id=bank_id, is_active=True)
        return [self._question(row) for row in rows]

    async def bank(self, bank_id: int) -> tuple[QuestionBank, list[Tally], list[Tally]]:
        bank, questions = self._bank(self._require_bank(bank_id)), self._active(bank_id)
        categories = Counter(question.category for question in questions)
        tags = Counter(tag for question in questions for tag in question.tags)
        return bank, _tallies(categories), _tallies(tags)

    async def questions(
        self, bank_id: int, wanted: QuestionFilter, *, limit: int | None = None, offset: int = 0
    ) -> tuple[list[BankQuestion], int]:
        self._require_bank(bank_id)
        fields = {"category": wanted.category, "is_active": wanted.is_active}
        given = {name: value for name, value in fields.items() if value is not None}
        rows = sorted(self.database.rows("test_questions", bank_id=bank_id, **given), key=lambda row: row["position"])
        found = [self._question(row) for row in rows]
        if wanted.tag is not None:
            found = [question for question in found if fold(wanted.tag) in question.tags]
        return found[offset : None if limit is None else offset + limit], len(found)


def _tallies(counted: Mapping[Any, int]) -> list[Tally]:
    found = [Tally(name=name, questions_count=count) for name, count in counted.items()]
    return sorted(found, key=lambda tally: tally.name or "")


class MemoryQuestionBanks(_QuestionBanks):
    """`QuestionBankStore` within a transaction."""

    async def add_bank(self, values: Mapping[str, Any]) -> int:
        try:
            bank_id: int = self.database.insert("question_banks", {**_EMPTY_BANK, **values})
        except DuplicateKey:
            raise CodeTaken from None
        return bank_id

    async def change_bank(self, bank_id: int, values: Mapping[str, Any]) -> None:
        self._require_bank(bank_id)
        try:
            self.database.update("question_banks", bank_id, **values)
        except DuplicateKey:
            raise CodeTaken from None

    async def delete_bank(self, bank_id: int) -> None:
        self._require_bank(bank_id)
        if any(self.database.rows("test_draws", bank_id=bank_id)):
            raise BankUsed
        for row in list(self.database.rows("test_questions", bank_id=bank_id)):
            self._delete(row["id"])
        del self.tables["question_banks"][bank_id]

    def _delete(self, question_id: int) -> None:
        for table in ("test_options", "question_tags"):
            self.database.delete(table, question_id=question_id)
        del self.tables["test_questions"][question_id]

    async def add_questions(self, bank_id: int, questions: Sequence[BankQuestionInput], now: datetime) -> list[int]:
        self._require_bank(bank_id)
        positions = [row["position"] for row in self.database.rows("test_questions", bank_id=bank_id)]
        ids = []
        for position, question in enumerate(questions, start=max(positions, default=0) + 1):
            of_bank = {"bank_id": bank_id, "lesson_test_id": None, "final_test_id": None, "position": position}
            question_id = self.database.insert("test_questions", {**of_bank, **question.columns})
            self._write_parts(question_id, question)
            ids.append(question_id)
        if ids:
            self.database.update("question_banks", bank_id, updated_at=now)
        return ids

    def _write_parts(self, question_id: int, question: BankQuestionInput) -> None:
        for table in ("test_options", "question_tags"):
            self.database.delete(table, question_id=question_id)
        for order, option in enumerate(question.options, start=1):
            named = {} if option.id is None else {"id": option.id}
            values = {"text": option.text, "is_correct": option.is_correct, "order_index": order}
            self.database.insert("test_options", {**named, "question_id": question_id, **values})
        for order, tag in enumerate(question.tags, start=1):
            self.database.insert("question_tags", {"question_id": question_id, "tag": tag, "order_index": order})

    async def question(self, bank_id: int, question_id: int) -> BankQuestion:
        row = self.tables["test_questions"].get(question_id)
        if row is None or row["bank_id"] != bank_id:
            raise QuestionNotFound
        return self._question(row)

    async def change_question(self, question_id: int, question: BankQuestionInput) -> None:
        self.database.update("test_questions", question_id, **question.columns)
        self._write_parts(question_id, question)

    async def delete_question(self, bank_id: int, question_id: int) -> bool:
        await self.question(bank_id, question_id)
        if any(self.database.rows("test_answers", question_id=question_id)):
            self.database.update("test_questions", question_id, is_active=False)
            return False
        self._delete(question_id)
        return True
