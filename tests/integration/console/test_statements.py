"""Pages take as few statements for many records as for few."""

from datetime import timedelta
from uuid import UUID

import httpx

from atg_adapters.memory.identity.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, enrol, rows_of
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
        ("/app/catalog/{course}", 4),
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
async def test_pages_of_authors_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    few, many = await school(stocked, name="A", topics=1), await school(stocked, name="B", topics=20)
    await enter(browser, stocked, "author", role=Role.INSTRUCTOR)
    for number in range(20):
        lesson = {"title": "x", "course_program_id": many.program}
        material = {"material_name": f"{number}"}
        file = {"file_type": "additional_document", "original_name": "x", "minio_object_name": f"programs/{number}.pdf"}
        for path, body in (
            ("/lessons", lesson),
            (f"/lessons/{many.lesson}/materials", material),
            (f"/topics/{many.topics[0]}/files", file),
        ):
            assert (await browser.post(f"/app/api{path}", json=body)).status_code == 201, path
    banks = [await _bank(browser, count) for count in (1, 15)]
    paths = [await _path(browser, [at.course for at in courses]) for courses in ([few], [few, many])]
    for path, most in (
        ("/app/authoring/courses", 4),
        ("/app/authoring/courses/{course}", 7),
        ("/app/authoring/courses/{course}/delete", 6),
        ("/app/authoring/programs/{program}", 6),
        ("/app/authoring/programs/{program}/delete", 8),
        ("/app/authoring/lessons/{lesson}", 3),
        ("/app/authoring/topics/{topic}", 8),
        ("/app/authoring/topics/{topic}/preview", 4),
        ("/app/authoring/lessons/{lesson}/test", 9),
        ("/app/authoring/programs/{program}/final-test", 12),
        ("/app/authoring/programs/{program}/final-test/questions.gift", 11),
        ("/app/authoring/paths", 4),
        ("/app/authoring/paths/{learning_path}", 6),
        ("/app/authoring/banks", 3),
        ("/app/authoring/banks/{bank}", 8),
    ):
        numbers = set()
        for at in (few, many):
            ids = {"course": at.course, "program": at.program, "lesson": at.lesson, "topic": at.topics[0]}
            filled = path.format(**ids, bank=banks[at is many], learning_path=paths[at is many])
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert len(numbers) == 1, (path, numbers)
        assert max(numbers) <= most, (path, statements)


async def _path(browser: httpx.AsyncClient, courses: list[UUID]) -> str:
    """The id of a new one with these courses."""
    body = {"title": "x", "courses": [{"course_id": str(each)} for each in courses]}
    return str((await browser.post("/app/api/learning-paths", json=body)).json()["id"])


async def _bank(browser: httpx.AsyncClient, questions: int) -> int:
    """The id of a new one with so many questions."""
    made = await browser.post("/app/api/question-banks", json={"title": "x"})
    text = "\n\n".join(f"Вопрос {number} {{=да ~нет}}" for number in range(questions))
    path = f"/app/api/question-banks/{made.json()['id']}/questions/import"
    assert (await browser.post(path, json={"format": "gift", "text": text})).status_code == 201
    return int(made.json()["id"])


@on_sqlite
async def test_pages_of_stations_take_few_statements_however_much_belongs_to_them(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    few, many = await school(stocked, name="A"), await school(stocked, name="B")
    await enter(browser, stocked, "boss", role=Role.ADMIN)
    for at, count in ((few, 1), (many, 10)):
        for number in range(count):
            for part, body in (
                ("equipment", {"name": f"{number}"}),
                ("safety", {"name": f"{number}"}),
                ("photos", {"view": f"{number}", "image_url": f"stations/{number}.png"}),
            ):
                made = await browser.post(f"/app/api/stations/{at.station}/{part}/create", json=body)
                assert made.status_code == 201
    for path, most in (
        ("/app/authoring/stations", 2),
        ("/app/authoring/stations/{station}", 10),
        ("/app/authoring/stations/{station}/equipment", 10),
        ("/app/authoring/stations/{station}/safety", 10),
        ("/app/authoring/stations/{station}/photos", 11),
    ):
        numbers = set()
        for at in (few, many):
            filled = path.format(station=at.station)
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert len(numbers) == 1, (path, numbers)
        assert max(numbers) <= most, (path, statements)


@on_sqlite
async def test_pages_of_trainings_take_few_statements_however_many_people_there_are(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    await school(stocked, name="A", topics=1)
    names = [f"p-{number}" for number in range(20)]
    await arrange(
        stocked,
        users=[{"username": name, "department": f"Цех {name == 'p-0'}"} for name in names],
        enrollments=[{"username": name, "course": "A-C", "due_at": "2020-01-01"} for name in names],
    )
    await enter(browser, stocked, "root", role=Role.ADMIN)
    people = await stocked.callers().find_account("p-1")
    for path, most in (
        ("/app/training/people?{query}", 7),
        (f"/app/training/people/{people.user.id}", 6),
        ("/app/training/late?{query}", 7),
        ("/app/training/reminders?{query}", 7),
        ("/app/training/matrix?{query}", 7),
        ("/app/training/assignments?{query}", 6),
        ("/app/training/certificates?{query}", 6),
        (f"/app/training/managers/{people.user.id}?{{query}}", 8),
    ):
        numbers = set()
        for query in ("department=Цех True", "department=Цех False"):
            filled = path.format(query=query)
            await browser.get(filled)
            with counted(stocked) as statements:
                assert (await browser.get(filled)).status_code == 200
            numbers.add(len(statements))
        assert len(numbers) == 1, (path, numbers)
        assert max(numbers) <= most, (path, statements)


@on_sqlite
async def test_the_managers_take_few_statements_however_many_there_are(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    names = [f"p-{number}" for number in range(12)]
    await arrange(stocked, users=[{"username": name, "department": "Цех"} for name in names])
    await enter(browser, stocked, "root", role=Role.ADMIN)
    ids = {row["username"]: row["id"] for row in await rows_of(stocked, "users")}
    numbers = set()
    for led in (names[:1], names[1:]):
        for name in led:
            await stocked.appoint_manager()(ids[name], ["Цех"], ())
        await browser.get("/app/training/managers")
        with counted(stocked) as statements:
            assert (await browser.get("/app/training/managers?size=100")).status_code == 200
        numbers.add(len(statements))
    assert len(numbers) == 1
    assert max(numbers) <= 4


@on_sqlite
async def test_pages_of_groups_take_few_statements_however_many_students_there_are(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    await enter(browser, stocked, "mentor", role=Role.TEACHER)
    few, many = [await _group(browser, stocked, f"{number}А", number) for number in (1, 30)]
    for path, most in (
        ("/app/groups", 6),
        ("/app/groups?q=А", 9),
        ("/app/groups/{group}", 11),
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
        ("/app/calendar", 6),
        ("/app/calendar?view=month", 6),
        ("/app/lessons/new", 2),
        (lesson, 11),
        (f"{lesson}/live", 2),
        (rule, 7),
        (f"{rule}/days/2026-11-30", 11),
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


@on_sqlite
async def test_pages_of_administration_take_few_statements_however_much_there_is(
    browser: httpx.AsyncClient, stocked: Container
) -> None:
    stocked.caller_cache.override(MemoryCallerCache())
    await enter(browser, stocked, "root", role=Role.ADMIN)
    one = await add_person(stocked, "zz-one")
    room = {"provider": "local", "capacity": "1", "daily_limit": "9"}
    await browser.post("/app/admin/conference-accounts", data={**room, "label": "zz"})
    [account] = [row["id"] for row in await rows_of(stocked, "conference_accounts") if row["label"] == "zz"]
    pages = (
        ("/app/admin/people?size=100", 6),
        ("/app/admin/people/new", 4),
        (f"/app/admin/people/{one}", 9),
        ("/app/admin/audit?size=100", 5),
        ("/app/admin/jobs", 4),
        ("/app/admin/conference-accounts?size=100", 16),
        ("/app/admin/conference-accounts/new", 2),
        (f"/app/admin/conference-accounts/{account}", 4),
        ("/app/admin/settings", 2),
        ("/app/admin/health", 2),
    )
    numbers: dict[str, set[int]] = {path: set() for path, _ in pages}
    for is_more in (False, True):
        if is_more:
            for number in range(8):
                other = await add_person(stocked, f"zz-{number}")
                await browser.post(f"/app/admin/people/{one}/deactivate")
                await browser.post(f"/app/admin/people/{other}/deactivate")
                added = await browser.post("/app/admin/conference-accounts", data={**room, "label": f"zz-{number}"})
                assert added.status_code == 303
        for path, most in pages:
            await browser.get(path)
            with counted(stocked) as statements:
                assert (await browser.get(path)).status_code == 200, path
            numbers[path].add(len(statements))
            assert len(statements) <= most, (path, statements)
    assert all(len(each) == 1 for each in numbers.values()), numbers
