"""How many statements a request costs; none costs one for each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from atg_adapters.memory.caller_cache import MemoryCallerCache
from atg_core.identity.model import Role
from atg_core.identity.signing import FAILURES_OF_ACCOUNT
from atg_core.schedule.model import ExceptionAction, RuleException
from atg_core.store.model import Item
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.classroom import MULTI, SINGLE, STUDENTS, TEXT, Classroom, texts_of
from tests.contracts.files import put
from tests.people import PASSWORD, add_person, sign_in
from tests.school import school
from tests.teaching import room_of


@contextmanager
def counted(container: Container) -> Iterator[list[str]]:
    """The statements that run meanwhile, without those that begin and end a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    database = container.database()
    engines = {database.reading.sync_engine, database.writing.sync_engine}
    # On PostgreSQL both are one engine with two ways of running; its events reach either.
    for engine in engines if database.is_sqlite else {database.writing.sync_engine}:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines if database.is_sqlite else {database.writing.sync_engine}:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def remembering(stocked: Container) -> Container:
    """ATG with callers remembered, as with Redis or in a single process; signing in is then no part of a request."""
    stocked.caller_cache.override(MemoryCallerCache())
    return stocked


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/stations", 1),
        ("/stations/1", 8),
        ("/stations/1/equipment", 2),
        ("/stations/1/specs", 2),
        ("/stations/1/safety", 3),
        ("/stations/1/gas-sources", 2),
        ("/stations/1/course-program", 11),
        ("/courses", 2),
        ("/courses/stations/1", 1),
    ],
)
async def test_reading_the_catalogue_takes_few_statements(
    client: httpx.AsyncClient, stocked: Container, path: str, most: int
) -> None:
    with counted(stocked) as statements:
        assert (await client.get(path)).status_code == 200
    assert 1 <= len(statements) <= most


async def test_a_course_takes_two_statements(client: httpx.AsyncClient, stocked: Container) -> None:
    course = (await client.get("/courses?station_id=1")).json()["items"][0]["id"]
    for path in (f"/courses/{course}", f"/courses/{course}/programs"):
        with counted(stocked) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2


async def test_the_callers_own_lists_take_one_statement_or_few(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering)
    for course in (await client.get("/courses?size=10")).json()["items"]:
        await client.post(f"/courses/{course['id']}/enroll")
    for path, exactly in (("/courses/me/enrollments", 1), ("/users/me/stats", 3), ("/users/me", 2), ("/auth/me", 0)):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == exactly, path


async def test_enrolling_takes_at_most_three_statements(client: httpx.AsyncClient, remembering: Container) -> None:
    await sign_in(client, remembering)
    await client.get("/auth/me")
    course = (await client.get("/courses")).json()["items"][0]["id"]
    for _ in range(2):
        with counted(remembering) as statements:
            assert (await client.post(f"/courses/{course}/enroll")).status_code == 200
        assert 1 <= len(statements) <= 3


async def test_finding_out_who_calls_takes_one_statement_where_nothing_is_remembered(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked)
    with counted(stocked) as statements:
        assert (await client.get("/auth/me")).status_code == 200
    assert len(statements) == 1


async def test_a_forgotten_password_costs_the_same_for_whomever(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """S16: who asks can not tell an email that is known by the work that it makes."""
    await add_person(remembering, "anna")
    asked = []
    for email in ("first@example.com", "anna@example.com", "nobody@example.com"):
        with counted(remembering) as statements:
            assert (await client.post("/auth/password/forgot", json={"email": email})).status_code == 200
        asked.append([statement for statement in statements if "DELETE" not in statement])
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize("throttled", [False, True])
async def test_a_guess_costs_the_same_for_whomever(
    client: httpx.AsyncClient, stocked: Container, throttled: bool
) -> None:
    """S16: who guesses can not tell a name that is known by the work that it makes, also once it is throttled."""
    users = [await add_person(stocked, "anna"), await add_person(stocked, "gone", is_active=False)]
    made = []
    for key, name in (("first", "first"), (users[0], "anna"), (users[1], "gone"), ("nobody", "nobody")):
        for _ in range(FAILURES_OF_ACCOUNT.most if throttled else 0):
            await stocked.sign_in_throttle().take(FAILURES_OF_ACCOUNT, str(key))
        with counted(stocked) as statements:
            reply = await client.post("/auth/login", json={"username": name, "password": "wrong password"})
        assert reply.status_code == (429 if throttled else 401)
        made.append([statement for statement in statements if "DELETE" not in statement])
    assert made[0] == made[1] == made[2] == made[3]


async def test_signing_in_and_entering_take_few_statements(client: httpx.AsyncClient, stocked: Container) -> None:
    entering = {"email": "vera@example.com", "password": "a rather good one", "role": "student"}
    numbers = []
    for path, status in (("/auth/enter", 201), ("/auth/enter", 200), ("/auth/login", 200)):
        with counted(stocked) as statements:
            assert (await client.post(path, json=entering)).status_code == status
        numbers.append(len(statements))
    assert max(numbers) <= 15
    assert numbers == sorted(numbers, reverse=True)


async def test_a_folder_costs_no_statement_for_each_file(client: httpx.AsyncClient, remembering: Container) -> None:
    await sign_in(client, remembering, role=Role.TEACHER)
    for number in range(10):
        for folder in ("lessons", "incoming", "recordings/1", "recordings/2", f"teachers/{uuid4()}"):
            await put(remembering.object_store(), f"{folder}/{number}.pdf")
    for path, most in (
        ("/files/folder-contents?prefix=lessons", 0),
        ("/files/folder-contents?prefix=recordings&delimiter=", 1),
        ("/files/folder-contents?prefix=teachers&delimiter=", 1),
        ("/files/folder-contents?delimiter=", 3),
        ("/files/presign?key=lessons/1.pdf", 0),
        ("/files/stream/lessons/1.pdf", 0),
    ):
        await client.get(path)
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) <= most, statements


async def test_lists_and_reports_of_learning_take_few_statements_however_many_rows(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Ten of everything: learners, topics, results, files."""
    at = await school(remembering, topics=10)
    names = [f"learner-{number}" for number in range(10)]
    await arrange(
        remembering,
        users=[{"username": name, "department": name, "station": "S"} for name in names],
        enrollments=[{"username": name, "course": "S-C"} for name in names],
        progress=[{"username": name, "lesson": "S-L", "topic": "1"} for name in names],
        test_results=[{"username": name, "test": "S-T", "attempt": "1", "score_percent": "80"} for name in names],
        topic_files=[
            {
                "lesson": "S-L",
                "topic": "1",
                "minio_object_name": f"programs/{name}.pdf",
                "file_type": "additional_document",
                "original_name": name,
            }
            for name in names
        ],
    )
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.post(f"/courses/{at.course}/enroll")
    for _ in range(3):
        await client.post(f"/lessons/{at.lesson}/test/results", json={"answers": []})
    for path, most in (
        (f"/courses/{at.course}/learners", 3),
        (f"/courses/{at.course}/progress", 7),
        (f"/lessons/{at.lesson}/test/results", 2),
        (f"/lessons/{at.lesson}/test", 6),
        (f"/topics/{at.topics[0]}", 4),
        ("/users/me/test-results", 2),
        ("/users/me/certificates", 2),
        (f"/admin/reports/compliance?course_id={at.course}", 2),
        (f"/admin/reports/compliance.csv?course_id={at.course}", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(statements) <= most, path


async def test_keeping_progress_takes_few_statements_however_many_courses(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    at = await school(remembering)
    codes = [f"S-C{number}" for number in range(8)]
    await arrange(remembering, courses=[{"code": code, "station": "S", "title": code} for code in codes])
    await sign_in(client, remembering)
    for row in await rows_of(remembering, "courses"):
        if row["station_id"] == at.station:
            await client.post(f"/courses/{row['id']}/enroll")
    for topic in at.topics:
        with counted(remembering) as statements:
            assert (await client.put(f"/topics/{topic}/progress", json={"completed": True})).status_code == 200
        assert len(statements) <= 6


async def test_campaigns_take_few_statements_however_many_visitors(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    slugs = [f"asset-{number}" for number in range(10)]
    await arrange(remembering, assets=[{"slug": slug, "name": slug, "campaign": "ten"} for slug in slugs])
    for number in range(5):
        session = (await client.post("/session/start", json={"campaign": "ten"})).json()["session_id"]
        for slug in slugs[number:]:
            await client.post("/view", json={"session_id": session, "asset_slug": slug})
        left = await client.post("/user/email", json={"session_id": session, "email": f"v{number % 2}@example.com"})
    view = {"session_id": session, "asset_slug": slugs[0]}
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    for method, path, most in (
        ("POST", "/session/start", 4),
        ("POST", "/view", 8),
        ("GET", f"/progress?session_id={session}", 4),
        ("GET", f"/progress?user_id={left.json()['user_id']}", 4),
        ("GET", f"/promo?user_id={left.json()['user_id']}", 4),
        ("GET", "/stats", 2),
        ("GET", "/campaigns/ten/assets", 2),
        *(("GET", f"/admin/campaigns/{name}", 2) for name in ("participants", "sessions", "progress", "events")),
        ("GET", "/admin/campaigns/promo-codes", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.request(method, path, json=view)).is_success, path
        assert 1 <= len(statements) <= most, (path, statements)


async def test_the_shop_takes_few_statements_however_much_there_is(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    keep = remembering.keep_goods()
    lesson = {"description": "", "is_active": True, "is_free": False, "video_path": None, "text_content": "x"}
    lessons = [(await keep.add_lesson({**lesson, "title": str(each), "price": each + 1})).id for each in range(10)]
    course = {"description": "", "total_price": 10, "discount_price": None, "is_active": True}
    courses = [(await keep.add_course({**course, "title": str(each)}, lessons)).id for each in range(5)]
    customer, _ = await remembering.keep_customers().meet(777, {"first_name": "x"})
    for number in lessons[:5]:
        item = Item(lesson_id=number)
        purchase, _ = await remembering.create_purchase()(customer.id, item, f"pay-{number}")
        await remembering.keep_tickets().add(customer.id, "x", "y")
    token = remembering.customer_tokens().token(customer.id, remembering.clock()())
    mine = {"Authorization": f"Bearer {token}"}
    for path, most in (
        ("/api/lessons", 3),
        (f"/api/lessons/{lessons[0]}", 2),
        ("/api/courses", 3),
        (f"/api/courses/{courses[0]}", 3),
        (f"/api/users/{customer.id}", 1),
        (f"/api/users/{customer.id}/purchases", 3),
        (f"/api/users/{customer.id}/access?lesson_id={lessons[0]}", 3),
        ("/api/support-tickets", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path, headers=mine)).status_code == 200
        assert 1 <= len(statements) <= most, path
    with counted(remembering) as statements:
        assert await remembering.pre_checkout()(purchase.id, purchase.amount, 777) is None
    assert len(statements) == 1
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.get("/auth/me")
    for path in ("/api/users", "/api/promo-codes"):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2, path


async def test_lists_of_accounts_take_as_few_statements_however_long_they_are(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering, role=Role.ADMIN)
    for number in range(20):
        await add_person(remembering, f"person{number}")
        await client.post("/auth/login", json={"username": f"person{number}", "password": PASSWORD})
    await client.get("/auth/me")
    for path in ("/admin/users?size=100", "/admin/users?q=person&size=100", "/admin/audit?size=100", "/auth/sessions"):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2, (path, statements)


async def test_the_schedule_takes_few_statements_however_much_is_planned(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """A teacher's year with 40 rules, a tenth of whose days are otherwise, and 500 lessons."""
    room = await room_of(client, remembering)
    year, fields = datetime(2026, 9, 1, tzinfo=UTC), {"title": "x", "group_id": room.group}
    times = {"start_time": time(9), "end_time": time(10), "timezone": "Europe/Berlin"}
    days = {"start_date": date(2026, 9, 1), "end_date": date(2027, 8, 31)}
    async with remembering.open_timetable()() as store:
        for number in range(40):
            weekly = {"day_of_week": number % 7, "week_type": "ALL"}
            rule = await store.add_rule({**fields, **times, **days, **weekly}, year)
            for week in range(5):
                day = rule.start_date + timedelta(days=(number % 7 - 1) % 7 + 7 * week)
                cancelled = RuleException(date=day, action=ExceptionAction.CANCEL)
                await store.set_exception(rule.id, cancelled, year)
        teacher = {"teacher_id": room.teacher.id}
        for number in range(500):
            start = year + timedelta(hours=16 * number)
            lesson = {"start_time": start, "end_time": start + timedelta(hours=1)}
            await store.add_lesson({**fields, **teacher, **lesson}, allow_overlap=True, now=year)
    await room.teacher.get("/auth/me")
    await room.students[0].get("/auth/me")
    token = (await room.teacher.post("/schedule/calendar/token"))["token"]
    for path, most in (
        ("/schedule/calendar?start=2026-09-01&end=2027-09-01", 3),
        (f"/schedule/calendar.ics?token={token}", 4),
        ("/schedule/lessons?size=100", 2),
        ("/schedule/recurring-lessons?size=100", 3),
        ("/groups", 2),
        (f"/groups/{room.group}", 2),
    ):
        for someone in (room.teacher, room.students[0]):
            with counted(remembering) as statements:
                found = await someone.get(path)
            assert 1 <= len(statements) <= most, (path, statements)
    events = await room.teacher.get("/schedule/calendar?start=2026-09-01&end=2027-09-01")
    assert len(events) == 500 + 40 * (52 - 5) + sum(number % 7 == 1 for number in range(40))
    assert found["student_count"] == 2
    await room.admin.get("/auth/me")
    for number in range(5):
        await room.admin.post("/admin/conference-accounts", provider="local", label=str(number))
    for path, most in (("/admin/conference-accounts", 3), ("/admin/conference-accounts/usage", 4)):
        with counted(remembering) as statements:
            await room.admin.get(path)
        assert 1 <= len(statements) <= most, (path, statements)


async def test_homework_takes_few_statements_however_much_there_is(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Ten questions of each type, several homeworks and attempts."""
    room = await Classroom.open(remembering, client)
    made = [await room.homework(*[SINGLE, MULTI, TEXT] * 10) for _ in range(4)]
    for homework in made[:3]:
        for student in STUDENTS:
            graded = await room.graded(homework, student)
            await room.handed_in(homework, student)
    drafts = [await room.draft(made[3], student) for student in STUDENTS]
    path, submission = f"/homework/{made[0]['id']}", f"/submissions/{graded['id']}"
    grades = [{"question_id": each["id"], "grade": "3.00"} for each in texts_of(made[2])]
    for name, method, asked, body, most in (
        ("teacher", "GET", "/homework", None, 2),
        ("boris", "GET", "/homework", None, 3),
        ("teacher", "GET", path, None, 3),
        ("boris", "GET", path, None, 4),
        ("teacher", "GET", f"{path}/submissions", None, 3),
        ("vera", "GET", f"{path}/submissions", None, 3),
        ("vera", "GET", submission, None, 2),
        ("teacher", "GET", f"{submission}/grade-changes", None, 3),
        ("teacher", "PUT", f"{submission}/grades", grades, 11),
        ("boris", "POST", f"/submissions/{drafts[0]['id']}/submit", None, 12),
        ("teacher", "PUT", path, {"title": "Иное"}, 5),
        ("teacher", "PUT", f"/homework/{made[3]['id']}", {"questions": made[3]["questions"]}, 6),
    ):
        person = room.people[name]
        await person.get("/auth/me")
        with counted(remembering) as statements:
            await person.call(method, asked, 200, body)
        assert 1 <= len(statements) <= most, (asked, statements)
    assert (await room.boris.get("/homework"))["items"][3]["submission"]["status"] == "submitted"
