"""What authors see of the catalog, on SQL; each is a fixed number of statements in one round trip."""

from collections import defaultdict
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.catalog.columns import columns_of
from atg_adapters.sql.database import Database
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.tables import catalog as t
from atg_adapters.sql.tables import learning as learned
from atg_adapters.sql.tables.every import metadata
from atg_adapters.sql.tables.tests import final_tests, lesson_tests
from atg_core.catalog.authoring import (
    MOST_USES,
    AuthoredCourses,
    AuthoredLesson,
    AuthoredTopic,
    Outline,
    OutlineLesson,
    OutlineTest,
    OutlineTopic,
)
from atg_core.catalog.curriculum_records import Id, ProgramNotFound, RecordKind
from atg_core.catalog.model import Course, Material, Program, TopicFile
from atg_core.catalog.ports import LessonNotFound, TopicNotFound
from atg_core.catalog.prerequisites import Prerequisite

_programs, _lessons, _topics = t.course_programs.c, t.lessons.c, t.topics.c
_this_program: sa.ColumnElement[bool] = _programs.id == sa.bindparam("program_id")
_in_program: sa.ColumnElement[bool] = _lessons.course_program_id == sa.bindparam("program_id")
_PROGRAM = (
    sa.select(sa.func.coalesce(t.stations.c.name, t.courses.c.title).label("place"))
    .add_columns(*columns_of(t.course_programs, Program))
    .select_from(t.course_programs.outerjoin(t.stations).outerjoin(t.courses, t.courses.c.id == _programs.course_id))
    .where(_this_program)
)
_FINAL_TEST = sa.select(*columns_of(final_tests, OutlineTest)).where(
    final_tests.c.course_program_id == sa.bindparam("program_id")
)
_LESSONS = (
    sa.select(*columns_of(t.lessons, OutlineLesson)).where(_in_program).order_by(_lessons.order_index, _lessons.id)
)
_LESSON_TESTS = (
    sa.select(lesson_tests.c.lesson_id, *columns_of(lesson_tests, OutlineTest))
    .join_from(lesson_tests, t.lessons)
    .where(_in_program)
)
_files_count = (
    sa.select(sa.func.count())
    .where(t.topic_files.c.topic_id == _topics.id, t.topic_files.c.is_active)
    .scalar_subquery()
    .label("files_count")
)
_TOPICS = (
    sa.select(*columns_of(t.topics, OutlineTopic), _files_count)
    .join_from(t.topics, t.lessons)
    .where(_in_program)
    .order_by(_topics.order_index, _topics.id)
)
_this_topic: sa.ColumnElement[bool] = _topics.id == sa.bindparam("topic_id")
_TOPIC = (
    sa.select(*columns_of(t.topics, AuthoredTopic))
    .add_columns(_programs.id.label("program_id"), _programs.title.label("program_title"))
    .select_from(t.topics.join(t.lessons).join(t.course_programs))
    .where(_this_topic)
)
_FILES = (
    sa.select(*columns_of(t.topic_files, TopicFile))
    .where(t.topic_files.c.topic_id == sa.bindparam("topic_id"), t.topic_files.c.is_active)
    .order_by(t.topic_files.c.order_index, t.topic_files.c.id)
)
_LESSON = (
    sa.select(*columns_of(t.lessons, AuthoredLesson))
    .add_columns(_programs.id.label("program_id"), _programs.title.label("program_title"))
    .select_from(t.lessons.join(t.course_programs))
    .where(_lessons.id == sa.bindparam("lesson_id"))
)
_MATERIALS = (
    sa.select(*columns_of(t.lesson_materials, Material))
    .where(t.lesson_materials.c.lesson_id == sa.bindparam("lesson_id"))
    .order_by(t.lesson_materials.c.order_index, t.lesson_materials.c.id)
)
_own_files = t.topic_files.alias()
_USES = (
    sa.select(t.topic_files.c.minio_object_name.label("object_name"), _topics.id.label("topic_id"), _topics.title)
    .distinct()
    .join_from(t.topic_files, t.topics)
    .join(_own_files, _own_files.c.minio_object_name == t.topic_files.c.minio_object_name)
    .where(_own_files.c.topic_id == sa.bindparam("topic_id"), _own_files.c.is_active)
    .where(_topics.id != sa.bindparam("topic_id"), t.topic_files.c.is_active)
    .order_by(_topics.title, _topics.id)
    .limit(MOST_USES)
)
_OTHER_COURSES = (
    sa.select(t.courses.c.id.label("course_id"), sa.null().label("final_test_id"), t.courses.c.title)
    .where(t.courses.c.id != sa.bindparam("course_id"), t.courses.c.is_active)
    .order_by(t.courses.c.title, t.courses.c.id)
    .limit(sa.bindparam("limit"))
)
_FINAL_TESTS = (
    sa.select(sa.null().label("course_id"), final_tests.c.id.label("final_test_id"), final_tests.c.title)
    .where(final_tests.c.is_active)
    .order_by(final_tests.c.title, final_tests.c.id)
    .limit(sa.bindparam("limit"))
)
_record: sa.BindParameter[Any] = sa.bindparam("record")


@cache
def _courses(*filters: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Counts the courses that match, and reads a page of them, for the parameters that `filters` name."""
    each: dict[str, sa.ColumnElement[bool]] = {
        "words": search(t.courses.c.title, t.courses.c.description),
        "station_id": t.courses.c.station_id == sa.bindparam("station_id"),
        "is_active": t.courses.c.is_active == sa.bindparam("is_active"),
    }
    matching = sa.and_(sa.true(), *(each[name] for name in filters))
    page = sa.select(*columns_of(t.courses, Course)).where(matching)
    page = page.order_by(t.courses.c.created_at.desc(), t.courses.c.id)
    page = page.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
    return sa.select(sa.func.count()).select_from(t.courses).where(matching), page


@cache
def _learners(table: str) -> sa.Select[Any]:
    """Counts who holds a record of this table, or one below it."""
    holders: list[sa.Select[Any]] = []
    if table == "courses":
        of_course = (learned.user_courses, learned.certificates, learned.external_certificates)
        holders += [sa.select(each.c.user_id).where(each.c.course_id == _record) for each in of_course]
    below = {
        "courses": _programs.course_id == _record,
        "course_programs": _programs.id == _record,
        "lessons": _lessons.id == _record,
        "topics": _topics.id == _record,
    }[table]
    of_lesson = t.lessons.join(t.course_programs)
    progress = learned.user_topic_progress
    of_topic = progress.join(t.topics).join(of_lesson, _topics.lesson_id == _lessons.id)
    holders.append(sa.select(progress.c.user_id).select_from(of_topic).where(below))
    for taken in (learned.test_attempts, learned.user_test_results):
        if table != "topics":
            of_test = taken.join(lesson_tests).join(of_lesson, lesson_tests.c.lesson_id == _lessons.id)
            holders.append(sa.select(taken.c.user_id).select_from(of_test).where(below))
        if table in {"courses", "course_programs"}:
            of_final = taken.join(final_tests).join(t.course_programs)
            holders.append(sa.select(taken.c.user_id).select_from(of_final).where(below))
    return sa.select(sa.func.count()).select_from(sa.union(*holders).subquery())


class SqlAuthoringQueries:
    """`AuthoringQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def courses(self, query: AuthoredCourses, *, limit: int, offset: int) -> tuple[list[Course], int]:
        wanted = {"words": escaped(query.q or "") or None, "station_id": query.station_id, "is_active": query.is_active}
        given = {name: value for name, value in wanted.items() if value is not None}
        values = {**given, "limit": limit, "offset": offset}
        total, page = await self.database.results(*((each, values) for each in _courses(*given)))
        return page.entities(Course), total.scalar_one()

    async def requirable(self, course_id: UUID, *, limit: int) -> list[Prerequisite]:
        values = {"course_id": course_id, "limit": limit}
        courses, tests = await self.database.results((_OTHER_COURSES, values), (_FINAL_TESTS, {"limit": limit}))
        return courses.entities(Prerequisite) + tests.entities(Prerequisite)

    async def outline(self, program_id: int) -> Outline:
        values = {"program_id": program_id}
        programs, finals, lessons, tests, topics = await self.database.results(
            *((each, values) for each in (_PROGRAM, _FINAL_TEST, _LESSONS, _LESSON_TESTS, _TOPICS))
        )
        program = programs.first()
        if program is None:
            raise ProgramNotFound
        topics_of: defaultdict[int, list[Any]] = defaultdict(list)
        for topic in topics.mappings():
            topics_of[topic["lesson_id"]].append(topic)
        test_of = {row["lesson_id"]: row for row in tests.mappings()}
        return Outline(
            program=convert(program._asdict(), Program),
            place=program.place,
            final_test=next(iter(finals.entities(OutlineTest)), None),
            lessons=tuple(
                convert({**row, "test": test_of.get(row["id"]), "topics": topics_of[row["id"]]}, OutlineLesson)
                for row in lessons.mappings()
            ),
        )

    async def lesson(self, lesson_id: int) -> AuthoredLesson:
        values = {"lesson_id": lesson_id}
        lessons, materials = await self.database.results((_LESSON, values), (_MATERIALS, values))
        if lessons.first() is None:
            raise LessonNotFound
        return convert({**lessons.mappings()[0], "materials": materials.mappings()}, AuthoredLesson)

    async def topic(self, topic_id: int) -> AuthoredTopic:
        values = {"topic_id": topic_id}
        topics, files, uses = await self.database.results((_TOPIC, values), (_FILES, values), (_USES, values))
        if topics.first() is None:
            raise TopicNotFound
        return convert({**topics.mappings()[0], "files": files.mappings(), "uses": uses.mappings()}, AuthoredTopic)

    async def learners(self, kind: RecordKind, record_id: Id) -> int:
        table = metadata.tables[kind.table]
        known = sa.select(table.c.id).where(table.c.id == _record)
        values = {"record": record_id}
        found, count = await self.database.results((known, values), (_learners(kind.table), values))
        if found.first() is None:
            raise kind.not_found
        people: int = count.scalar_one()
        return people
