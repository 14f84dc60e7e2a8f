"""Counters of the catalog, in memory."""

from typing import Any

from atg_adapters.memory.database import MemoryDatabase


def recount(database: MemoryDatabase) -> None:
    """Recounts all counters: they count active records."""

    def active(table: str, **values: Any) -> int:
        return sum(1 for _ in database.rows(table, **values, is_active=True))

    for station in list(database.rows("stations")):
        database.update("stations", station["id"], courses_count=active("courses", station_id=station["id"]))
    for lesson in list(database.rows("lessons")):
        database.update("lessons", lesson["id"], topics_count=active("topics", lesson_id=lesson["id"]))
    for program in list(database.rows("course_programs")):
        lessons = [row["id"] for row in database.rows("lessons", course_program_id=program["id"], is_active=True)]
        tests = sum(active("lesson_tests", lesson_id=lesson) for lesson in lessons)
        database.update(
            "course_programs",
            program["id"],
            lessons_count=len(lessons),
            topics_count=sum(active("topics", lesson_id=lesson) for lesson in lessons),
            tests_count=tests + active("final_tests", course_program_id=program["id"]),
        )
    for table, field in (("lesson_tests", "lesson_test_id"), ("final_tests", "final_test_id")):
        for test in list(database.rows(table)):
            questions = sum(1 for _ in database.rows("test_questions", **{field: test["id"]}))
            questions += sum(row["questions_count"] for row in database.rows("test_draws", **{field: test["id"]}))
            database.update(table, test["id"], questions_count=questions)
