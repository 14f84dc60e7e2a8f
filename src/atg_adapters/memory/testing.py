"""Tests and what was made of them, in memory."""

from dataclasses import asdict
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.standings import MemoryStandings
from atg_core.learning.grading import Attempt, Question, Result, Test, TestKind, TestOf, Tries
from atg_core.learning.testing import MyResult, TestNotFound, TheirResult

COLUMN_OF = {TestKind.LESSON: "lesson_test_id", TestKind.FINAL: "final_test_id"}
_OTHER = {TestKind.LESSON: {"final_test_id": None}, TestKind.FINAL: {"lesson_test_id": None}}


class MemoryTests(MemoryStandings):
    """`TestStore` within a transaction."""

    async def test(self, of: TestOf) -> Test:
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
        return convert({**row, "kind": of.kind, "station_id": program["station_id"]}, Test)

    async def questions(self, test: Test) -> list[Question]:
        rows = self.database.rows("test_questions", **{COLUMN_OF[test.kind]: test.id})
        return [
            convert({**row, "options": self._options(row["id"])}, Question)
            for row in sorted(rows, key=lambda row: row["position"])
        ]

    def _options(self, question_id: int) -> list[Row]:
        rows = self.database.rows("test_options", question_id=question_id)
        return sorted(rows, key=lambda row: (row["order_index"], row["id"]))

    async def tries(self, user_id: UUID, test: Test) -> Tries:
        mine = {"user_id": user_id, COLUMN_OF[test.kind]: test.id}
        graded = {row["attempt"] for row in self.database.rows("user_test_results", **mine)}
        begun = {row["attempt"]: row for row in self.database.rows("test_attempts", **mine)}
        last = max(begun.keys() - graded, default=None)
        return Tries(used=max(graded | begun.keys(), default=0), begun=convert(begun[last], Attempt) if last else None)

    async def add_attempt(self, attempt_id: UUID, user_id: UUID, test: Test, attempt: Attempt) -> None:
        of_test = {COLUMN_OF[test.kind]: test.id, **_OTHER[test.kind]}
        self.database.insert("test_attempts", {"id": attempt_id, "user_id": user_id, **of_test, **asdict(attempt)})

    async def add_result(self, test: Test, result: Result) -> None:
        of_test = {COLUMN_OF[test.kind]: test.id, **_OTHER[test.kind]}
        self.database.insert("user_test_results", {**asdict(result), **of_test, "updated_at": result.created_at})


class MemoryTestResults:
    """`TestResults`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def of_user(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[MyResult], int]:
        rows = _newest_first(list(self.database.rows("user_test_results", user_id=user_id)))
        return [self._with_test(row) for row in rows[offset : offset + limit]], len(rows)

    def _with_test(self, row: Row) -> MyResult:
        kind = TestKind.LESSON if row["lesson_test_id"] else TestKind.FINAL
        test = self.tables[f"{kind}_tests"][row[COLUMN_OF[kind]]]
        of_test = {"lesson_id": test.get("lesson_id"), "program_id": test.get("course_program_id")}
        return convert({**row, "kind": kind, "title": test["title"], **of_test}, MyResult)

    async def of_test(self, of: TestOf, *, limit: int, offset: int) -> tuple[list[TheirResult], int]:
        parent = "lesson_id" if of.kind is TestKind.LESSON else "course_program_id"
        tests = [row["id"] for row in self.database.rows(f"{of.kind}_tests", **{parent: of.parent_id})]
        found = [row for test in tests for row in self.database.rows("user_test_results", **{COLUMN_OF[of.kind]: test})]
        users = self.tables["users"]
        page = _newest_first(found)[offset : offset + limit]
        return [
            convert({**row, **{name: users[row["user_id"]][name] for name in ("username", "full_name")}}, TheirResult)
            for row in page
        ], len(found)


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(sorted(rows, key=lambda row: row["id"]), key=lambda row: row["created_at"], reverse=True)
