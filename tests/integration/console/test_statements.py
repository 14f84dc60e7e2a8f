"""Pages take as few statements for many records as for few."""

from datetime import timedelta
from uuid import UUID

import httpx

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, enrol
from tests.contracts.databases import on_sqlite
from tests.integration.console.browsing import enter
from tests.integration.console.classes import PART, Class
from tests.people import add_person
from tests.school import school
from tests.statements import counted


@on_sqlite
async def test_pages_of_learners_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    """The caller is remembered, as in a single process and with Redis."""
    stocked.caller_cache.override(MemoryCallerCache())
    few, many = await school(stocked, name="A", topics=1), await school(stocked, name="B", topics=20)
    await arrange(
        stocked,
        topic_files=[
            {
                "lesson": "B-L",
                "topic": "1",
                "minio_object_name": f"programs/{number}.pdf",
                "file_type": "additional_document",
                "original_name": f"{number}.pdf",
            }
            for number in range(10)
        ],
    )
    await enter(browser, stocked)
    for course in (few.course, many.course):
        await browser.post(f"/app/courses/{course}/enroll")
    for path, most in (
        ("/app/", 6),
        ("/app/catalog", 4),
        ("/app/catalog/{course}", 3),
        ("/app/stations", 1),
        ("/app/stations/{station}", 11),
        ("/app/courses/{course}", 9),
        ("/app/courses/{course}/tests/lesson/{lesson}", 13),
        ("/app/results", 3),
        ("/app/account", 2),
        ("/app/account/password", 2),
        ("/app/account/devices", 2),
        ("/app/account/second-factor", 4),
    ):
        numbers = set()
        for at in (few, many):
            filled = path.format(course=at.course, station=at.station, lesson=at.lesson)
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert max(numbers) <= most, (path, statements)


@on_sqlite
async def test_pages_of_groups_take_few_statements_however_many_students_there_are(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    await enter(browser, stocked, "mentor", role=Role.TEACHER)
    few, many = [await _group(browser, stocked, f"{number}А", number) for number in (1, 30)]
    for path, most in (
        ("/app/groups", 5),
        ("/app/groups?q=А", 8),
        ("/app/groups/{group}", 10),
        ("/app/groups/{group}/students/add", 5),
        ("/app/groups/{group}/students/{student}", 5),
        ("/app/groups/{group}/students/{student}/remove", 2),
        ("/app/groups/{group}/delete", 2),
    ):
        numbers = set()
        for group, student in (few, many):
            filled = path.format(group=group, student=student)
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert len(numbers) == 1, (path, numbers)
        assert max(numbers) <= most, (path, statements)


async def _group(browser: httpx.AsyncClient, stocked: Container, name: str, students: int) -> tuple[int, UUID]:
    """With an invitation, a lesson, homework and a control point for each student; and one of the students."""
    made = await browser.post("/app/groups", data={"name": name})
    group = int(made.headers["location"].partition("?")[0].rpartition("/")[2])
    ids = [await add_person(stocked, f"{name}-{number}", role=Role.STUDENT) for number in range(students)]
    await enrol(stocked, group, ids)
    api, now = f"/app/api/groups/{group}", stocked.clock()()
    emails = ", ".join(f"{name}-new-{number}@example.com" for number in range(min(students, 20)))
    assert (await browser.post(f"/app/groups/{group}/students", data={"emails": emails})).status_code == 200
    for number in range(students):
        begins = now + timedelta(days=number - 5)
        times = {"start_time": begins.isoformat(), "end_time": (begins + timedelta(minutes=1)).isoformat()}
        lesson = {"title": "x", "group_id": group, "allow_overlap": True, **times}
        point = {"title": "x", "kind": "test", "date": begins.date().isoformat(), "max_grade": 5}
        homework = {"title": "x", "group_id": group}
        for path, body in (
            ("/app/api/schedule/lessons", lesson),
            (f"{api}/control-points", point),
            ("/app/api/homework", homework),
        ):
            made = await browser.post(path, json=body)
            assert made.status_code == 201, made.text
        await browser.post(f"/app/api/homework/{made.json()['id']}/publish")
    return group, ids[0]


@on_sqlite
async def test_pages_of_the_schedule_take_few_statements_however_much_there_is(school_class: Class) -> None:
    stocked, teacher = school_class.container, school_class.teacher
    stocked.caller_cache.override(MemoryCallerCache())
    await school_class.account()
    lesson = await school_class.plan()
    rule = await school_class.plan(week_type="ALL", start_time="09:00", end_time="10:00")
    pages = (
        ("/app/calendar", 5),
        ("/app/calendar?view=month", 5),
        ("/app/lessons/new", 2),
        (lesson, 10),
        (f"{lesson}/live", 2),
        (rule, 6),
        (f"{rule}/days/2026-11-30", 9),
    )
    numbers: dict[str, set[int]] = {path: set() for path, _ in pages}
    for is_more in (False, True):
        if is_more:
            await _more(school_class)
        for path, most in pages:
            headers = PART if path.endswith("/live") else {}
            await teacher.get(path, headers=headers)
            with counted(stocked) as statements:
                assert (await teacher.get(path, headers=headers)).status_code == 200
            numbers[path].add(len(statements))
            assert len(statements) <= most, (path, statements)
    assert all(len(each) == 1 for each in numbers.values()), numbers


async def _more(school_class: Class) -> None:
    """Groups, lessons, rules, exceptions and students."""
    people = [await add_person(school_class.container, f"pupil-{number}") for number in range(5)]
    await enrol(school_class.container, school_class.group, people)
    for number in range(5):
        group = await school_class.teacher.post("/app/api/groups", json={"name": f"МТК-{number}"})
        changes = {"group_id": str(group.json()["id"]), "allow_overlap": "true"}
        await school_class.plan(**changes)
        rule = await school_class.plan(**changes, week_type="ALL", start_time=f"1{number}:00", end_time=f"1{number}:45")
        await school_class.teacher.post(f"{rule}/days/2026-11-30/cancel", data={})
