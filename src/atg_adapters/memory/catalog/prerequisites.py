"""Prerequisites of courses, in memory."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.shown_programs import shows
from atg_core.catalog.ports import CourseNotFound
from atg_core.catalog.prerequisites import Prerequisite, Required, Requirements

_TABLE = "course_prerequisites"


class MemoryPrerequisites:
    """`PrerequisiteStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def lock(self, course_id: UUID) -> None:
        if course_id not in self.tables["courses"]:
            raise CourseNotFound

    async def requirements(self) -> Requirements:
        rows = list(self.database.rows(_TABLE))
        tests = {row["required_final_test_id"] for row in rows} - {None}
        return Requirements(
            of={row["course_id"]: self._required(row["course_id"]) for row in rows},
            shown_by=await self.final_tests(tests),
        )

    def _required(self, course_id: UUID) -> Required:
        rows = self._rows(course_id)
        return Required(
            courses=frozenset(row["required_course_id"] for row in rows if row["required_course_id"] is not None),
            final_tests=frozenset(row["required_final_test_id"] for row in rows if row["required_course_id"] is None),
        )

    def _rows(self, course_id: UUID) -> list[Row]:
        return sorted(self.database.rows(_TABLE, course_id=course_id), key=lambda row: row["id"])

    async def titles(self, course_ids: Collection[UUID]) -> dict[UUID, str]:
        courses = self.tables["courses"]
        return {course: courses[course]["title"] for course in course_ids if course in courses}

    async def final_tests(self, ids: Collection[int]) -> dict[int, Collection[UUID]]:
        found: dict[int, Collection[UUID]] = {}
        for test_id in ids:
            if test := self.tables["final_tests"].get(test_id):
                program = self.tables["course_programs"][test["course_program_id"]]
                active = self.database.rows("courses", is_active=True)
                found[test_id] = {course["id"] for course in active if shows(course, program)}
        return found

    async def replace(self, course_id: UUID, required: Required, now: datetime) -> None:
        stored = self._required(course_id)
        for row in self._rows(course_id):
            if row["required_course_id"] not in required.courses | {None}:
                self.database.delete(_TABLE, id=row["id"])
            if row["required_final_test_id"] not in required.final_tests | {None}:
                self.database.delete(_TABLE, id=row["id"])
        new = [(course, None) for course in sorted(required.courses - stored.courses)]
        new += [(None, test) for test in sorted(required.final_tests - stored.final_tests)]  # type: ignore[misc]
        for course, test in new:
            ids = {"course_id": course_id, "required_course_id": course, "required_final_test_id": test}
            self.database.insert(_TABLE, {**ids, "created_at": now})

    async def prerequisites(self, course_id: UUID) -> list[Prerequisite]:
        return prerequisites_of(self.database, course_id)


def prerequisites_of(database: MemoryDatabase, course_id: UUID) -> list[Prerequisite]:
    """In the order in which they were added."""
    found = []
    for row in sorted(database.rows(_TABLE, course_id=course_id), key=lambda row: row["id"]):
        course, test = row["required_course_id"], row["required_final_test_id"]
        named = database.tables["courses"][course] if test is None else database.tables["final_tests"][test]
        found.append(Prerequisite(course_id=course, final_test_id=test, title=named["title"]))
    return found
