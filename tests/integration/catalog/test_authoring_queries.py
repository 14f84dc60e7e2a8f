"""What authors see of the catalog, over every database alike."""

from uuid import UUID, uuid4

import httpx
import pytest

from atg_core.catalog.authoring import AuthoredCourses
from atg_core.catalog.curriculum_records import COURSES, LESSONS, PROGRAMS, TOPICS, ProgramNotFound
from atg_core.catalog.ports import CourseNotFound, LessonNotFound, TopicNotFound
from atg_entrypoints.container import Container
from tests.contracts.catalog.authors import author, made, study
from tests.contracts.databases import over_each_database
from tests.school import company_course, right_answers, school

pytestmark = over_each_database


async def test_courses_are_listed_also_inactive_ones(client: httpx.AsyncClient, stocked: Container) -> None:
    at, queries = await school(stocked), stocked.authoring_queries()
    await author(client, stocked)
    hidden = await made(client, "/courses", title="Скрытый_курс", is_active=False)

    async def found(**wanted: object) -> list[UUID]:
        courses, total = await queries.courses(AuthoredCourses(**wanted), limit=100, offset=0)
        assert total == len(courses)
        return [course.id for course in courses]

    assert {at.course, UUID(hidden["id"])} <= set(await found())
    assert UUID(hidden["id"]) in await found(is_active=False)
    assert at.course not in await found(is_active=False)
    assert UUID(hidden["id"]) not in await found(is_active=True)
    assert await found(q="СКРЫТЫЙ_") == [UUID(hidden["id"])]
    assert await found(q="Скрытый%курс") == []
    assert await found(station_id=at.station) == [at.course]
    page, total = await queries.courses(AuthoredCourses(), limit=1, offset=1)
    assert len(page) == 1
    assert total > 1


async def test_an_outline_has_what_is_not_shown(client: httpx.AsyncClient, stocked: Container) -> None:
    at, queries = await school(stocked), stocked.authoring_queries()
    await author(client, stocked)
    await client.put(f"/topics/{at.topics[0]}", json={"is_active": False})
    file = {"file_type": "additional_document", "original_name": "a.pdf", "minio_object_name": "programs/a.pdf"}
    await made(client, f"/topics/{at.topics[1]}/files", **file)
    empty = await made(client, "/lessons", title="Пустой", course_program_id=at.program, is_active=False)
    outline = await queries.outline(at.program)
    assert (outline.program.id, outline.place, outline.final_test.id) == (at.program, "S", at.final_test)
    first, second = outline.lessons
    assert (first.id, first.test.id, first.test.questions_count) == (at.lesson, at.lesson_test, 2)
    assert [(each.id, each.is_active, each.files_count) for each in first.topics] == [
        (at.topics[0], False, 0),
        (at.topics[1], True, 1),
    ]
    assert (second.id, second.is_active, second.test, second.topics) == (empty["id"], False, None, ())
    own = await company_course(stocked)
    assert (await queries.outline(own.program)).place == "Курс W"
    await made(client, f"/lessons/{own.lesson}/materials", material_name="Схема")
    lesson = await queries.lesson(own.lesson)
    assert (lesson.program_id, lesson.program_title, lesson.code) == (own.program, "Программа W", "W-L")
    assert [each.material_name for each in lesson.materials] == ["Схема"]
    assert (await queries.lesson(empty["id"])).is_active is False
    topic = await queries.topic(at.topics[0])
    assert (topic.program_id, topic.program_title, topic.is_active) == (at.program, "Программа S", False)
    assert [file.original_name for file in (await queries.topic(at.topics[1])).files] == ["a.pdf"]
    await made(client, f"/topics/{own.topics[0]}/files", **file)
    assert [(use.object_name, use.topic_id) for use in (await queries.topic(at.topics[1])).uses] == [
        ("programs/a.pdf", own.topics[0])
    ]
    assert topic.uses == ()


async def test_what_is_not_there_is_not_found(stocked: Container) -> None:
    queries = stocked.authoring_queries()
    for call, error in (
        (queries.outline(999_999), ProgramNotFound),
        (queries.lesson(999_999), LessonNotFound),
        (queries.topic(999_999), TopicNotFound),
        (queries.learners(COURSES, uuid4()), CourseNotFound),
        (queries.learners(LESSONS, 999_999), LessonNotFound),
    ):
        with pytest.raises(error):
            await call


async def test_who_has_begun_what_is_counted_once(client: httpx.AsyncClient, stocked: Container) -> None:
    """As deleting it would find: a record without learners is deleted, one with them is not."""
    at, queries = await school(stocked), stocked.authoring_queries()
    records = [(LESSONS, at.lesson), (PROGRAMS, at.program), (TOPICS, at.topics[0]), (COURSES, at.course)]
    assert [await queries.learners(kind, key) for kind, key in records] == [0, 0, 0, 0]
    await study(client, stocked, at)
    assert [await queries.learners(kind, key) for kind, key in records] == [1, 1, 1, 1]
    assert await queries.learners(TOPICS, at.topics[1]) == 0


async def test_who_took_a_test_holds_its_lesson_and_its_program(client: httpx.AsyncClient, stocked: Container) -> None:
    at, own, queries = await school(stocked), await company_course(stocked), stocked.authoring_queries()
    await author(client, stocked)
    for path in (f"/lessons/{at.lesson}/test", f"/programs/{own.program}/final-test"):
        reply = await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
        assert reply.status_code == 201, reply.text
    assert await queries.learners(LESSONS, at.lesson) == 1
    assert await queries.learners(PROGRAMS, at.program) == 1
    assert await queries.learners(PROGRAMS, own.program) == 1
    assert await queries.learners(COURSES, own.id) == 1
    assert await queries.learners(LESSONS, own.lesson) == 0


async def test_a_course_can_require_other_courses_and_final_tests(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    at, other, queries = await school(stocked), await company_course(stocked), stocked.authoring_queries()
    await author(client, stocked)
    hidden = await made(client, "/courses", title="Скрытый", is_active=False)
    found = await queries.requirable(at.course, limit=100)
    courses = [each.course_id for each in found if each.course_id]
    assert other.id in courses
    assert not {at.course, UUID(hidden["id"])} & set(courses)
    assert {at.final_test, other.final_test} <= {each.final_test_id for each in found}
    assert len(await queries.requirable(at.course, limit=1)) == 2
