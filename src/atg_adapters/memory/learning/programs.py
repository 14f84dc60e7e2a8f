"""How far a learner is in programs, in memory."""

from collections import Counter
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shown_programs import shows
from atg_core.learning.programs import EnrollmentNotFound, ProgramNotFound, ProgramStanding


class MemoryProgramQueries:
    """`ProgramQueries`: plain reads."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def standing(self, user_id: UUID, program_id: int) -> ProgramStanding:
        program = self.tables["course_programs"].get(program_id)
        if program is None or not program["is_active"]:
            raise ProgramNotFound
        enrollment = self._enrollment(user_id, program)
        if enrollment is None:
            raise EnrollmentNotFound
        return self._standing(program, enrollment)

    async def standings(self, user_id: UUID) -> list[ProgramStanding]:
        programs = sorted(
            self.database.rows("course_programs", is_active=True), key=lambda row: (row["order_index"], row["id"])
        )
        found = [
            self._standing(program, enrollment)
            for program in programs
            if (enrollment := self._enrollment(user_id, program))
        ]
        active = [each for each in found if each.last_activity]
        active.sort(key=lambda each: each.last_activity or each.started_at, reverse=True)  # type: ignore[arg-type, return-value]
        return active + [each for each in found if not each.last_activity]

    async def completed_materials(self, user_id: UUID) -> dict[str, int]:
        rows = self.database.rows("user_material_progress", user_id=user_id, is_completed=True)
        return dict(Counter(row["material_type"] for row in rows))

    def _enrollment(self, user_id: UUID, program: Row) -> Row | None:
        mine = [
            row
            for row in self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
            if shows(self.tables["courses"][row["course_id"]], program)
        ]
        begun = sorted((row for row in mine if row["started_at"]), key=lambda row: (row["started_at"], row["id"]))
        return next(iter([*begun, *sorted(mine, key=lambda row: row["id"])]), None)

    def _standing(self, program: Row, enrollment: Row) -> ProgramStanding:
        user = enrollment["user_id"]
        lessons = list(self.database.rows("lessons", course_program_id=program["id"], is_active=True))
        topics = [
            row for lesson in lessons for row in self.database.rows("topics", lesson_id=lesson["id"], is_active=True)
        ]
        files = {
            topic["id"]: list(self.database.rows("topic_files", topic_id=topic["id"], is_active=True))
            for topic in topics
        }
        done = {row["topic_id"] for row in self.database.rows("user_topic_progress", user_id=user, completed=True)}
        viewed = {
            row["topic_file_id"]
            for row in self.database.rows("user_material_progress", user_id=user, is_completed=True)
        }
        bare = {topic for topic, its in files.items() if not its}
        tests = self._tests(program, lessons)
        passed = {
            (row["lesson_test_id"], row["final_test_id"])
            for row in self.database.rows("user_test_results", user_id=user, passed=True)
        }
        counts = {
            "files": sum(len(its) for its in files.values()),
            "bare_topics": len(bare),
            "tests": len(tests),
            "files_completed": sum(
                topic in done or file["id"] in viewed for topic, its in files.items() for file in its
            ),
            "bare_topics_completed": len(bare & done),
            "tests_passed": len(tests & passed),
        }
        of_enrollment = {
            "enrollment_status": enrollment["status"],
            "course_completed_at": enrollment["completed_at"],
            **{name: enrollment[name] for name in ("course_id", "started_at", "last_activity")},
        }
        return convert({**program, "program_id": program["id"], **of_enrollment, **counts}, ProgramStanding)

    def _tests(self, program: Row, lessons: list[Row]) -> set[tuple[int | None, int | None]]:
        """The tests that are asked for: ids of a lesson test and of a final test, of which one is None."""
        of_lessons = [
            row
            for lesson in lessons
            for row in self.database.rows("lesson_tests", lesson_id=lesson["id"], is_active=True)
        ]
        finals = self.database.rows("final_tests", course_program_id=program["id"], is_active=True)
        return {(row["id"], None) for row in of_lessons if row["questions_count"]} | {
            (None, row["id"]) for row in finals if row["questions_count"]
        }
