"""A course program as a tree, in memory."""

from collections.abc import Sequence
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.catalog.model import Lesson, Program, ProgramTree, Test


def read_program_tree(database: MemoryDatabase, programs: Sequence[Row]) -> ProgramTree | None:
    """The first of these programs with its active lessons, topics, files and tests."""
    if not programs:
        return None
    of_program = {"course_program_id": programs[0]["id"]}
    final = next(database.rows("final_tests", **of_program, is_active=True), None)

    def texts(table: str, column: str) -> list[str]:
        return [row[column] for row in ordered(database, table, **of_program)]

    return ProgramTree(
        program=convert(programs[0], Program),
        learning_outcomes=texts("course_program_learning_outcomes", "outcome_text"),
        requirements=texts("course_program_requirements", "requirement_text"),
        target_audience=texts("course_program_target_audience", "audience_text"),
        final_test=convert(final, Test) if final else None,
        lessons=[_lesson(database, row) for row in ordered(database, "lessons", **of_program, is_active=True)],
    )


def ordered(database: MemoryDatabase, table: str, **values: Any) -> list[Row]:
    """The rows with these values, by `order_index`, then by id."""
    return sorted(database.rows(table, **values), key=lambda row: (row["order_index"], row["id"]))


def _lesson(database: MemoryDatabase, row: Row) -> Lesson:
    topics = [
        {**topic, "files": ordered(database, "topic_files", topic_id=topic["id"], is_active=True)}
        for topic in ordered(database, "topics", lesson_id=row["id"], is_active=True)
    ]
    test = next(database.rows("lesson_tests", lesson_id=row["id"], is_active=True), None)
    return convert({**row, "test": test, "topics": topics}, Lesson)
