"""Tests, attempts and results, in memory."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_adapters.memory.question_draws import draws_of
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.grading import Attempt, AttemptHistory, Question, Test, TestKind, TestRef, TestResult
from atg_core.learning.test_attempts import ResultWithLearner, ResultWithTest, TestNotFound, answer_rows
from atg_core.question_draws import Draw

COLUMN_OF = {TestKind.LESSON: "lesson_test_id", TestKind.FINAL: "final_test_id"}
_PARENT = {TestKind.LESSON: "lesson_id", TestKind.FINAL: "course_program_id"}
_OTHER = {TestKind.LESSON: {"final_test_id": None}, TestKind.FINAL: {"lesson_test_id": None}}


class MemoryTestAttempts(MemoryCompletion):
    """`TestAttemptStore` within a transaction."""

    async def test(self, of: TestRef) -> Test:
        program_id: int | None = of.parent_id
        if of.kind is TestKind.LESSON:
            lesson = self.tables["lessons"].get(of.parent_id)
            program_id = lesson["course_program_id"] if lesson and lesson["is_active"] else None
            row = next(self.database.rows("lesson_tests", lesson_id=of.parent_id, is_active=True), None)
        else:
            row = next(self.database.rows("final_tests", course_program_id=of.parent_id, is_active=True), None)
        program = self.tables["course_programs"].get(program_id)
        if row is None or not program or not program["is_active"]:
            raise TestNotFound
        place = {name: program[name] for name in ("station_id", "course_id")}
        guarded = {"program_id": program["id"], "has_prerequisites": any(self.database.rows("course_prerequisites"))}
        has_draws = any(self.database.rows("test_draws", **{COLUMN_OF[of.kind]: row["id"]}))
        return convert({**row, "kind": of.kind, **place, **guarded, "has_draws": has_draws}, Test)

    async def questions(self, test: Test) -> list[Question]:
        rows = self.database.rows("test_questions", **{COLUMN_OF[test.kind]: test.id})
        return [self._question(row) for row in sorted(rows, key=lambda row: row["position"])]

    async def draws(self, test: Test) -> list[Draw]:
        return [draw for _, draw in draws_of(self.database, COLUMN_OF[test.kind], test.id)]

    async def bank_questions(self, ids: Sequence[int]) -> list[Question]:
        found = self.tables["test_questions"]
        return [self._question(found[each]) for each in ids if each in found]

    def _question(self, row: Row) -> Question:
        return convert({**row, "options": self._options(row["id"])}, Question)

    def _options(self, question_id: int) -> list[Row]:
        rows = self.database.rows("test_options", question_id=question_id)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))

    async def attempt_history(self, user_id: UUID, test: Test) -> AttemptHistory:
        mine = {"user_id": user_id, COLUMN_OF[test.kind]: test.id}
        graded = {row["attempt"] for row in self.database.rows("user_test_results", **mine)}
        running = {row["attempt"]: row for row in self.database.rows("test_attempts", **mine)}
        last = max(running.keys() - graded, default=None)
        return AttemptHistory(
            last=max(graded | running.keys(), default=0),
            before=self._before(user_id, test, mine),
            running=convert(running[last], Attempt) if last else None,
        )

    def _before(self, user_id: UUID, test: Test, mine: dict[str, Any]) -> int:
        """The highest number of those before the open round of a course that shows the test."""
        program = self.tables["course_programs"][test.program_id]
        begun = [
            row["tests_since"]
            for row in self.database.rows("user_courses", user_id=user_id)
            if row["tests_since"] and shows(self.tables["courses"][row["course_id"]], program)
        ]
        if not begun:
            return 0
        made = [(row["created_at"], row["attempt"]) for row in self.database.rows("user_test_results", **mine)]
        made += [(row["started_at"], row["attempt"]) for row in self.database.rows("test_attempts", **mine)]
        return max((number for at, number in made if at <= max(begun)), default=0)

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None:
        of_test = {COLUMN_OF[test.kind]: test.id, **_OTHER[test.kind]}
        self.database.insert("test_attempts", {"id": attempt_id, "user_id": user_id, **of_test, **asdict(attempt)})

    async def save_draft(self, user_id: UUID, test: Test, attempt: Attempt) -> None:
        mine = {"user_id": user_id, COLUMN_OF[test.kind]: test.id, "attempt": attempt.attempt}
        row = next(self.database.rows("test_attempts", **mine))
        self.database.update("test_attempts", row["id"], draft=[asdict(each) for each in attempt.draft])

    async def add_result(self, test: Test, result: TestResult) -> None:
        of_test = {COLUMN_OF[test.kind]: test.id, **_OTHER[test.kind]}
        self.database.insert("user_test_results", {**asdict(result), **of_test, "updated_at": result.created_at})
        for answer in answer_rows(result):
            self.database.insert("test_answers", answer)


class MemoryTestResults:
    """`TestResults`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def of_user(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[ResultWithTest], int]:
        rows = _newest_first(list(self.database.rows("user_test_results", user_id=user_id)))
        return [self._with_test(row) for row in rows[offset : offset + limit]], len(rows)

    def _with_test(self, row: Row) -> ResultWithTest:
        kind = TestKind.LESSON if row["lesson_test_id"] else TestKind.FINAL
        test = self.tables[f"{kind}_tests"][row[COLUMN_OF[kind]]]
        of_test = {"lesson_id": test.get("lesson_id"), "program_id": test.get("course_program_id")}
        return convert({**row, "kind": kind, "title": test["title"], **of_test}, ResultWithTest)

    async def of_test(self, of: TestRef, *, limit: int, offset: int) -> tuple[list[ResultWithLearner], int]:
        tests = [row["id"] for row in self.database.rows(f"{of.kind}_tests", **{_PARENT[of.kind]: of.parent_id})]
        found = [row for test in tests for row in self.database.rows("user_test_results", **{COLUMN_OF[of.kind]: test})]
        users = self.tables["users"]
        page = _newest_first(found)[offset : offset + limit]
        return [
            convert(
                {**row, **{name: users[row["user_id"]][name] for name in ("username", "full_name")}}, ResultWithLearner
            )
            for row in page
        ], len(found)

    async def ref(self, kind: TestKind, test_id: int) -> TestRef:
        row = self.tables[f"{kind}_tests"].get(test_id)
        if row is None:
            raise TestNotFound
        return TestRef(kind=kind, parent_id=row[_PARENT[kind]])

    async def of_user_in_test(self, user_id: UUID, of: TestRef, *, limit: int) -> tuple[list[TestResult], int]:
        tests = [row["id"] for row in self.database.rows(f"{of.kind}_tests", **{_PARENT[of.kind]: of.parent_id})]
        rows = [
            row for row in self.database.rows("user_test_results", user_id=user_id) if row[COLUMN_OF[of.kind]] in tests
        ]
        return convert(_newest_first(rows)[:limit], list[TestResult]), len(rows)


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(sorted(rows, key=lambda row: row["id"]), key=lambda row: row["created_at"], reverse=True)
