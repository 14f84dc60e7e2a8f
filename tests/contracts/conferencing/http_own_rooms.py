"""Lessons in rooms with a fixed address, on every database (spec: schedule, The pool)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.conferencing.leasing import LeaseRequest
from atg_core.conferencing.model import LEASE_GRACE, START_TIMEOUT
from atg_entrypoints.container import Container
from tests.contracts.conferencing.http_live_lessons import ACCOUNTS, NOON, Clock
from tests.teaching import Room, room_of

ROOM = "https://meet.example.com/a?b=1"


class HttpOwnRoomsContract:
    @pytest.fixture
    def clock(self, stocked: Container) -> Clock:
        clock = Clock()
        clock.now = NOON - timedelta(days=1)
        stocked.clock.override(providers.Object(clock))
        stocked.settings.override(structs.replace(stocked.settings(), access_ttl=10 * 86_400))
        return clock

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container, clock: Clock) -> Room:
        room = await room_of(client, stocked)
        clock.now = NOON
        return room

    async def test_a_lesson_in_a_room_of_the_teachers_own_takes_no_account(self, room: Room) -> None:
        """Without any account in the pool, and beside another lesson, whatever a teacher may hold of the pool."""
        lesson = await room.lesson(NOON, link=f" {ROOM} ")
        assert lesson["link"] == ROOM
        path = f"/schedule/lessons/{lesson['id']}"
        started = await room.teacher.post(f"{path}/start", 200)
        assert (started["zoom_start_url"], started["zoom_join_url"]) == (ROOM, ROOM)
        assert await room.teacher.post(f"{path}/start", 200) == started
        assert (await room.students[0].get(f"{path}/join"))["zoom_join_url"] == ROOM
        assert (await room.students[0].get(path))["link"] is None
        other = await room.lesson(NOON, link=ROOM, allow_overlap=True)
        await room.teacher.post(f"/schedule/lessons/{other['id']}/start", 200)
        assert await room.teacher.get("/schedule/pool") == {"places": 0, "free": 0, "free_at": None}
        ended = await room.teacher.post(f"{path}/end", 200)
        assert (ended["status"], ended["zoom_join_url"]) == ("ended", None)
        assert (await room.students[0].get(f"{path}/join", 409))["code"] == "lesson_not_live"
        assert (await room.teacher.put(path, 409, link=None))["code"] == "lesson_started"

    async def test_own_rooms_are_no_lessons_of_the_pool_to_the_limits_of_a_teacher(self, room: Room) -> None:
        await room.admin.post(ACCOUNTS, provider="local", label="A")
        first, second = [await room.lesson(NOON, allow_overlap=True, **own) for own in ({"link": ROOM}, {})]
        for lesson in (first, second):
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)

    async def test_lessons_of_a_rule_are_held_where_the_rule_says(self, room: Room) -> None:
        rule = await room.rule(day_of_week=0, start_time="15:00", end_time="16:00", link=ROOM)
        path = f"/schedule/recurring-lessons/{rule['id']}/occurrences/2026-11-23/start"
        started = await room.teacher.post(path, 200)
        assert started["zoom_join_url"] == ROOM
        assert (await room.teacher.get(f"/schedule/lessons/{started['lesson_id']}"))["link"] == ROOM
        other = await room.teacher.put(f"/schedule/recurring-lessons/{rule['id']}", link="")
        assert other["link"] is None

    async def test_a_lesson_that_nobody_ends_is_ended_by_the_reaper(
        self, room: Room, stocked: Container, clock: Clock
    ) -> None:
        lesson = await room.lesson(NOON, link=ROOM)
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
        clock.now = NOON + timedelta(hours=1) + LEASE_GRACE
        await stocked.reap_leases()()
        assert (await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["status"] == "ended"

    async def test_a_start_that_has_died_is_resumed_or_given_up(
        self, room: Room, stocked: Container, clock: Clock
    ) -> None:
        lessons = [await room.lesson(NOON, link=ROOM, allow_overlap=True) for _ in range(2)]
        for lesson in lessons:
            await stocked.lease_accounts()([LeaseRequest(lesson_id=lesson["id"], teacher_id=room.teacher.id)])
        clock.now += START_TIMEOUT
        started = await room.teacher.post(f"/schedule/lessons/{lessons[0]['id']}/start", 200)
        assert started["zoom_join_url"] == ROOM
        await stocked.reap_leases()()
        states = [(await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["status"] for lesson in lessons]
        assert states == ["live", "planned"]
        await room.teacher.post(f"/schedule/lessons/{lessons[1]['id']}/start", 200)

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        "link",
        [
            "http://meet.example.com/a",
            "meet.example.com",
            "https://",
            "https://a b",
            "javascript:alert(1)",
            "https://user:secret@example.com/",
            "https://example.com:x/",
            "https://example.com/<script>",
        ],
    )
    async def test_a_link_that_is_none_is_named(self, room: Room, link: str) -> None:
        times = {"start_time": "2026-11-23T12:00:00Z", "end_time": "2026-11-23T13:00:00Z"}
        body: dict[str, Any] = {"group_id": room.group, "title": "x", **times, "link": link}
        [fault] = (await room.teacher.post("/schedule/lessons", 400, **body))["errors"]
        assert (fault["field"], fault["code"]) == ("link", "not_https")

    async def test_an_account_with_a_fixed_address_hosts_as_many_lessons_as_it_stands_for(self, room: Room) -> None:
        body = {"provider": "link", "label": "Jitsi", "credentials": {"url": ROOM, "start_url": f"{ROOM}&host"}}
        account = await room.admin.post(ACCOUNTS, **body)
        assert (account["has_credentials"], ROOM in str(account)) == (True, False)
        lesson = await room.lesson(NOON)
        started = await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
        assert (started["zoom_start_url"], started["zoom_join_url"]) == (f"{ROOM}&host", ROOM)
        assert (await room.admin.get(f"{ACCOUNTS}/{account['id']}"))["is_busy"] is True
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        changed = await room.admin.put(f"{ACCOUNTS}/{account['id']}", credentials={"url": f"{ROOM}2"})
        assert changed["has_credentials"] is True
        again = await room.lesson(NOON + timedelta(minutes=10), hours=0.5, allow_overlap=True)
        started = await room.teacher.post(f"/schedule/lessons/{again['id']}/start", 200)
        assert started["zoom_start_url"] == f"{ROOM}2"

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("provider", "credentials", "faults"),
        [
            ("link", None, {"credentials": "required"}),
            ("link", {}, {"credentials.url": "required"}),
            ("link", {"url": "http://example.com"}, {"credentials.url": "not_https"}),
            ("link", {"url": ROOM, "client_id": "x"}, {"credentials.client_id": "one_of"}),
        ],
    )
    async def test_credentials_that_a_provider_does_not_take_are_named(
        self, room: Room, provider: str, credentials: dict[str, str] | None, faults: dict[str, str]
    ) -> None:
        given = {} if credentials is None else {"credentials": credentials}
        told = await room.admin.post(ACCOUNTS, 400, provider=provider, label="x", **given)
        assert {each["field"]: each["code"] for each in told["errors"]} == faults
        assert (await room.admin.get(ACCOUNTS))["total"] == 0
