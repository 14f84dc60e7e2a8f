"""Statistics of questions, in memory."""

from collections.abc import Collection
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.test_attempts import COLUMN_OF
from atg_core.learning.grading import TestKind, TestRef
from atg_core.learning.question_statistics import BankNotFound, QuestionStatistics
from atg_core.learning.test_attempts import TestNotFound


class MemoryQuestionStatisticsQueries:
    """`QuestionStatisticsQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        parent = "lesson_id" if of.kind is TestKind.LESSON else "course_program_id"
        test = next(self.database.rows(f"{of.kind}_tests", **{parent: of.parent_id}), None)
        if test is None:
            raise TestNotFound
        results = {row["id"] for row in self.database.rows("user_test_results", **{COLUMN_OF[of.kind]: test["id"]})}
        return self._page([row for row in self._answers() if row["result_id"] in results], limit, offset)

    async def of_bank(self, bank_id: int, *, limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        if bank_id not in self.tables["question_banks"]:
            raise BankNotFound
        questions = self.tables["test_questions"]
        answers = [row for row in self._answers() if questions[row["question_id"]]["bank_id"] == bank_id]
        return self._page(answers, limit, offset)

    def _answers(self) -> list[Row]:
        """Of questions that are there."""
        return [
            row for row in self.tables["test_answers"].values() if row["question_id"] in self.tables["test_questions"]
        ]

    def _page(self, answers: Collection[Row], limit: int, offset: int) -> tuple[list[QuestionStatistics], int]:
        ids = sorted({row["question_id"] for row in answers})
        page = ids[offset : offset + limit]
        return [self._of(each, [row for row in answers if row["question_id"] == each]) for each in page], len(ids)

    def _of(self, question_id: int, answers: Collection[Row]) -> QuestionStatistics:
        results = self.tables["user_test_results"]
        scores = {row["result_id"]: results[row["result_id"]]["score_percent"] for row in answers}
        right = {row["result_id"] for row in answers if row["is_correct"]}
        options = sorted(
            self.database.rows("test_options", question_id=question_id), key=lambda row: (row["order_index"], row["id"])
        )
        counted: dict[str, Any] = {
            "shown": len(scores),
            "right": len(right),
            "scores": sum(scores.values()),
            "squares": sum(score**2 for score in scores.values()),
            "scores_when_right": sum(scores[each] for each in right),
            "options": [
                {**row, "chosen": sum(answer["option_id"] == row["id"] for answer in answers)} for row in options
            ],
        }
        return convert({**self.tables["test_questions"][question_id], **counted}, QuestionStatistics)
