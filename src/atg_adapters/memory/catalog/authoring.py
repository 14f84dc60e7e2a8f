"""What authors see of the catalog, in memory."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.catalog.course_program import ordered
from atg_adapters.memory.catalog.curriculum import holders
from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.catalog.authoring import (
    MOST_USES,
    AuthoredCourses,
    AuthoredLesson,
    AuthoredTopic,
    Outline,
    OutlineLesson,
    OutlineTest,
)
from atg_core.catalog.curriculum_records import Id, ProgramNotFound, RecordKind
from atg_core.catalog.model import Course, Program
from atg_core.catalog.ports import LessonNotFound, TopicNotFound
from atg_core.catalog.prerequisites import Prerequisite
from atg_core.text import holds


class MemoryAuthoringQueries:
    """`AuthoringQueries` on tables in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def courses(self, query: AuthoredCourses, *, limit: int, offset: int) -> tuple[list[Course], int]:
        wanted = {"station_id": query.station_id, "is_active": query.is_active}
        given = {name: value for name, value in wanted.items() if value is not None}
        rows = sorted(self.database.rows("courses", **given), key=lambda row: row["id"])
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        found = [row for row in rows if holds(query.q, row["title"], row["description"])]
        return convert(found[offset : offset + limit], list[Course]), len(found)

    async def requirable(self, course_id: UUID, *, limit: int) -> list[Prerequisite]:
        courses = [row for row in self._by_title("courses") if row["id"] != course_id]
        return [
            *(Prerequisite(course_id=row["id"], final_test_id=None, title=row["title"]) for row in courses[:limit]),
            *(
                Prerequisite(course_id=None, final_test_id=row["id"], title=row["title"])
                for row in self._by_title("final_tests")[:limit]
            ),
        ]

    def _by_title(self, table: str) -> list[Row]:
        return sorted(self.database.rows(table, is_active=True), key=lambda row: (row["title"], row["id"]))

    async def outline(self, program_id: int) -> Outline:
        program = self.tables["course_programs"].get(program_id)
        if program is None:
            raise ProgramNotFound
        station, course = program["station_id"], program["course_id"]
        place = self.tables["courses"][course]["title"] if station is None else self.tables["stations"][station]["name"]
        of_program = {"course_program_id": program_id}
        final = next(self.database.rows("final_tests", **of_program), None)
        return Outline(
            program=convert(program, Program),
            place=place,
            final_test=convert(final, OutlineTest) if final else None,
            lessons=tuple(convert(row, OutlineLesson) for row in self._lessons(of_program)),
        )

    def _lessons(self, of_program: Row) -> Iterator[Row]:
        for lesson in ordered(self.database, "lessons", **of_program):
            topics = ordered(self.database, "topics", lesson_id=lesson["id"])
            yield {
                **lesson,
                "test": next(self.database.rows("lesson_tests", lesson_id=lesson["id"]), None),
                "topics": [{**topic, "files_count": len(self._files(topic["id"]))} for topic in topics],
            }

    def _files(self, topic_id: int) -> list[Row]:
        return ordered(self.database, "topic_files", topic_id=topic_id, is_active=True)

    async def lesson(self, lesson_id: int) -> AuthoredLesson:
        lesson = self.tables["lessons"].get(lesson_id)
        if lesson is None:
            raise LessonNotFound
        program = self.tables["course_programs"][lesson["course_program_id"]]
        place = {"program_id": program["id"], "program_title": program["title"]}
        materials = sorted(self.database.rows("lesson_materials", lesson_id=lesson_id), key=lambda row: row["id"])
        return convert({**lesson, **place, "materials": materials}, AuthoredLesson)

    async def topic(self, topic_id: int) -> AuthoredTopic:
        topic = self.tables["topics"].get(topic_id)
        if topic is None:
            raise TopicNotFound
        program = self.tables["course_programs"][self.tables["lessons"][topic["lesson_id"]]["course_program_id"]]
        place = {"program_id": program["id"], "program_title": program["title"]}
        files = self._files(topic_id)
        return convert({**topic, **place, "files": files, "uses": self._uses(topic_id, files)}, AuthoredTopic)

    def _uses(self, topic_id: int, files: list[Row]) -> list[Row]:
        keys = {row["minio_object_name"] for row in files}
        uses = {
            (row["minio_object_name"], row["topic_id"])
            for row in self.database.rows("topic_files", is_active=True)
            if row["minio_object_name"] in keys and row["topic_id"] != topic_id
        }
        topics = self.tables["topics"]
        found = [{"object_name": key, "topic_id": of, "title": topics[of]["title"]} for key, of in uses]
        return sorted(found, key=lambda row: (row["title"], row["topic_id"]))[:MOST_USES]

    async def learners(self, kind: RecordKind, record_id: Id) -> int:
        if record_id not in self.tables[kind.table]:
            raise kind.not_found
        return len(holders(self.database, kind.table, record_id))
