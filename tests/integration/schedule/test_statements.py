"""How many statements requests of schedule and conferencing cost."""

from datetime import UTC, date, datetime, time, timedelta

import httpx

from atg_core.schedule.model import ExceptionAction, RuleException
from atg_entrypoints.container import Container
from tests.arranging import enrol
from tests.people import add_person
from tests.statements import counted
from tests.teaching import room_of


async def test_the_schedule_takes_few_statements_however_much_is_planned(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """A teacher's year with 40 rules, a tenth of whose days are otherwise, and 500 lessons."""
    room = await room_of(client, remembering)
    year, fields = datetime(2026, 9, 1, tzinfo=UTC), {"title": "x", "group_id": room.group}
    times = {"start_time": time(9), "end_time": time(10), "timezone": "Europe/Berlin"}
    days = {"start_date": date(2026, 9, 1), "end_date": date(2027, 8, 31)}
    async with remembering.open_recurring_lessons()() as store:
        for number in range(40):
            weekly = {"day_of_week": number % 7, "week_type": "ALL"}
            rule = await store.add_rule({**fields, **times, **days, **weekly}, year)
            for week in range(5):
                day = rule.start_date + timedelta(days=(number % 7 - 1) % 7 + 7 * week)
                cancelled = RuleException(date=day, action=ExceptionAction.CANCEL)
                await store.set_exception(rule.id, cancelled, year)
    async with remembering.open_lessons()() as store:
        teacher = {"teacher_id": room.teacher.id}
        for number in range(500):
            start = year + timedelta(hours=16 * number)
            lesson = {"start_time": start, "end_time": start + timedelta(hours=1)}
            await store.add_lesson({**fields, **teacher, **lesson}, allow_overlap=True, now=year)
    await room.teacher.get("/auth/me")
    await room.students[0].get("/auth/me")
    token = (await room.teacher.post("/schedule/calendar/token"))["token"]
    for path, most in (
        ("/schedule/calendar?start=2026-09-01&end=2027-09-01", 4),
        (f"/schedule/calendar.ics?token={token}", 5),
        ("/schedule/lessons?size=100", 2),
        ("/schedule/recurring-lessons?size=100", 4),
        ("/schedule/free-days", 2),
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
    now = datetime.now(UTC)
    soon = {"start_time": now.isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
    for most in (None, 11):  # the first start adds the places of the accounts; the last statement tells of it
        lesson = await room.teacher.post("/schedule/lessons", **fields, **soon, allow_overlap=True)
        for exactly in (most, 2):
            with counted(remembering) as statements:
                await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
            assert exactly in {None, len(statements)}, statements
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)


async def test_a_search_over_students_takes_three_statements_however_many_there_are(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    room = await room_of(client, remembering)
    paths = ("/students", "/students?q=pupil&size=1", f"/students?q=pupil&not_in={room.group}")
    await room.teacher.get("/auth/me")
    for more in range(2):
        for number in range(10 * more):
            made = (await room.teacher.post("/groups", name=str(number)))["id"]
            await enrol(remembering, made, [student.id for student in room.students])
        for path in paths:
            with counted(remembering) as statements:
                await room.teacher.get(path)
            assert len(statements) == 3, (path, statements)


async def test_an_invitation_takes_the_same_statements_whether_there_is_an_account_or_not(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Attack: what can not be read in the reply is read from its time."""
    room = await room_of(client, remembering)
    await add_person(remembering, "known")
    await room.teacher.get("/auth/me")
    taken = []
    for email in ("first@example.com", "known@example.com", "nobody@example.com"):
        with counted(remembering) as statements:
            await room.teacher.post(f"/groups/{room.group}/students", 200, emails=[email])
        taken.append(statements)
    assert taken[1] == taken[2]
