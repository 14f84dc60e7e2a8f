"""Live lessons and conference accounts over HTTP (spec: schedule, The pool)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.conferencing.model import LEASE_GRACE
from atg_entrypoints.container import Container
from tests.account_pool import lift_limits
from tests.teaching import Room, room_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREDENTIALS = {"account_id": "acc-Unseen-1", "client_id": "client-Unseen-1", "client_secret": "secret-Unseen-1"}
ACCOUNTS = "/admin/conference-accounts"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class HttpLiveLessonsContract:
    @pytest.fixture
    def clock(self, stocked: Container) -> Clock:
        """A day before, when everybody signs in, for long."""
        clock = Clock()
        clock.now = NOON - timedelta(days=1)
        stocked.clock.override(providers.Object(clock))
        stocked.settings.override(structs.replace(stocked.settings(), access_ttl=10 * 86_400))
        return clock

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container, clock: Clock) -> Room:
        """With one account, which hosts one meeting at once."""
        room = await room_of(client, stocked)
        await room.admin.post(ACCOUNTS, provider="local", label="A")
        clock.now = NOON
        return room

    @staticmethod
    async def start(room: Room, lesson: dict[str, Any], status: int = 200) -> dict[str, Any]:
        started: dict[str, Any] = await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", status)
        return started

    async def test_a_teacher_sees_how_many_places_are_free(self, room: Room, clock: Clock) -> None:
        pool = "/schedule/pool"
        assert await room.teacher.get(pool) == {"places": 1, "free": 1, "free_at": None}
        await room.admin.post(ACCOUNTS, provider="local", label="off", is_enabled=False, capacity=5)
        few = await room.admin.post(ACCOUNTS, provider="local", label="few", capacity=3, daily_limit=1)
        assert await room.admin.get(pool) == {"places": 4, "free": 2, "free_at": None}
        lesson = await room.lesson(NOON)
        await self.start(room, lesson)
        clock.now += timedelta(minutes=20)
        other = {"group_id": (await room.stranger.post("/groups", name="11"))["id"], "title": "x"}
        times = {"start_time": "2026-11-23T12:20:00Z", "end_time": "2026-11-23T12:50:00Z"}
        second = (await room.stranger.post("/schedule/lessons", **other, **times))["id"]
        await room.stranger.post(f"/schedule/lessons/{second}/start", 200)
        assert await room.teacher.get(pool) == {"places": 4, "free": 0, "free_at": "2026-11-23T12:50:00.000Z"}
        clock.now = NOON + timedelta(minutes=55)  # the other one runs on
        assert (await room.teacher.get(pool))["free_at"] == "2026-11-23T13:00:00.000Z"
        await room.stranger.post(f"/schedule/lessons/{second}/end", 200)
        used_up = await room.admin.get(f"{ACCOUNTS}/{few['id']}")
        assert (await room.teacher.get(pool))["free"] in {0, 1}, used_up
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        assert (await room.teacher.get(pool))["free"] == 1
        await room.students[0].get(pool, 403)

    async def test_a_lesson_is_started_joined_and_ended(self, room: Room, client: httpx.AsyncClient) -> None:
        """P9: the URL to start is the teacher's alone, that to join the group's while the lesson is live."""
        lesson = await room.lesson(NOON)
        path = f"/schedule/lessons/{lesson['id']}"
        assert (await room.students[0].get(f"{path}/join", 409))["code"] == "lesson_not_live"
        started = await self.start(room, lesson)
        assert started.keys() == {
            "lesson_id",
            "zoom_start_url",
            "zoom_join_url",
            "zoom_meeting_id",
            "lease_expires_at",
        }
        assert started["lease_expires_at"] == "2026-11-23T13:15:00.000Z"
        assert await self.start(room, lesson) == started
        joined = await room.students[0].get(f"{path}/join")
        assert joined == {"lesson_id": lesson["id"], "zoom_join_url": started["zoom_join_url"]}
        assert (await room.teacher.get(path))["zoom_start_url"] == started["zoom_start_url"]
        for someone in (room.students[0], room.admin):
            shown = await someone.get(path)
            assert (shown["status"], shown["zoom_start_url"]) == ("live", None)
            assert shown["zoom_join_url"] == started["zoom_join_url"]
        [event] = await room.students[0].get("/schedule/calendar?start=2026-11-23&end=2026-11-24")
        assert event["extendedProps"]["zoom_join_url"] == started["zoom_join_url"]
        for url, role in ((started["zoom_start_url"], "host"), (started["zoom_join_url"], "guest")):
            page = await client.get(url.removeprefix("http://127.0.0.1:8000"))
            assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
            assert f"You are its {role}" in page.text
        ended = await room.teacher.post(f"{path}/end", 200)
        assert (ended["status"], ended["zoom_start_url"], ended["zoom_join_url"]) == ("ended", None, None)
        assert await room.teacher.post(f"{path}/end", 200) == ended
        await room.students[0].get(f"{path}/join", 409)
        assert "over" in (await client.get(url.removeprefix("http://127.0.0.1:8000"))).text

    async def test_a_lesson_can_be_started_from_a_quarter_of_an_hour_before_until_its_end(
        self, room: Room, clock: Clock
    ) -> None:
        """P9."""
        lesson = await room.lesson(NOON)
        for minutes, status in ((-15.1, 409), (60, 409), (-15, 200)):
            clock.now = NOON + timedelta(minutes=minutes)
            refused = await self.start(room, lesson, status)
            assert status == 200 or refused["code"] == "lesson_not_startable"
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        clock.now = NOON + timedelta(minutes=59.9)
        assert (await self.start(room, lesson))["lesson_id"] == lesson["id"], "it was ended too soon, by mistake"
        other = await room.lesson(NOON, allow_overlap=True)
        await room.teacher.put(f"/schedule/lessons/{other['id']}", status="cancelled")
        assert (await self.start(room, other, 409))["code"] == "lesson_not_startable"

    async def test_what_has_begun_stays_when_and_what_it_is(self, room: Room) -> None:
        lesson = await room.lesson(NOON)
        path = f"/schedule/lessons/{lesson['id']}"
        await self.start(room, lesson)
        for changes in ({"start_time": "2026-11-23T13:00:00Z"}, {"status": "cancelled"}):
            refused = await room.teacher.put(path, 409, **{"end_time": "2026-11-23T15:00:00Z", **changes})
            assert refused["code"] == "lesson_started"
        assert (await room.teacher.delete(path, 409))["code"] == "lesson_live"
        assert (await room.teacher.delete(f"/groups/{room.group}", 409))["code"] == "group_was_taught"
        assert (await room.teacher.put(path, title="Физика"))["title"] == "Физика"
        assert (await room.teacher.post(f"{path}/end", 200))["title"] == "Физика"

    async def test_an_occurrence_is_started_as_a_lesson(self, room: Room, clock: Clock) -> None:
        rule = await room.rule(start_time="15:00", end_time="16:00")
        path = f"/schedule/recurring-lessons/{rule['id']}/occurrences"
        clock.now = NOON - timedelta(hours=1)
        assert (await room.teacher.post(f"{path}/2026-11-23/start", 409))["code"] == "lesson_not_startable"
        assert (await room.teacher.get("/schedule/lessons"))["total"] == 0, "what can not be started is not made"
        clock.now = NOON
        for day in ("2026-11-24", "someday", "2026-11-30T00:00"):
            await room.teacher.post(f"{path}/{day}/start", 404)
        started = await room.teacher.post(f"{path}/2026-11-23/start", 200)
        assert await room.teacher.post(f"{path}/2026-11-23/start", 200) == started
        lesson = await room.teacher.get(f"/schedule/lessons/{started['lesson_id']}")
        assert (lesson["recurring_lesson_id"], lesson["occurrence_date"]) == (rule["id"], "2026-11-23")
        [event] = await room.teacher.get("/schedule/calendar?start=2026-11-23&end=2026-11-30")
        assert event["id"] == f"lesson-{lesson['id']}"
        exceptions = f"/schedule/recurring-lessons/{rule['id']}/exceptions"
        refused = await room.teacher.post(exceptions, 409, date="2026-11-23", action="cancel")
        assert refused["code"] == "occurrence_started"
        await room.teacher.delete(f"/schedule/recurring-lessons/{rule['id']}")
        assert (await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["recurring_lesson_id"] is None

    async def test_without_a_free_account_a_start_is_refused_at_once(self, room: Room, stocked: Container) -> None:
        lift_limits(stocked)
        first, second = await room.lesson(NOON), await room.lesson(NOON, allow_overlap=True)
        await self.start(room, first)
        reply = await room.teacher.client.post(f"/schedule/lessons/{second['id']}/start", headers=room.teacher.headers)
        assert (reply.status_code, reply.json()["code"]) == (429, "pool_exhausted")
        assert int(reply.headers["retry-after"]) > 0
        [account] = (await room.admin.get(ACCOUNTS))["items"]
        assert (account["is_busy"], account["current_lesson_id"]) == (True, first["id"])
        usage = await room.admin.get(f"{ACCOUNTS}/usage?end=2026-11-24")
        assert (usage["pool_size"], usage["busy"], usage["refusals"]) == (1, 1, 1)
        await room.admin.put(f"{ACCOUNTS}/{account['id']}", capacity=2)
        await self.start(room, second)
        await room.admin.put(f"{ACCOUNTS}/{account['id']}", is_enabled=False)
        for lesson in (first, second):
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        await self.start(room, first, 429)

    async def test_the_day_has_only_so_many_meetings(self, room: Room, stocked: Container, clock: Clock) -> None:
        """P7: another account takes over, and the next day (UTC) begins anew."""
        lift_limits(stocked)
        await room.admin.put(f"{ACCOUNTS}/1", daily_limit=2)
        lesson = await room.lesson(NOON, hours=23)
        for _ in range(2):
            await self.start(room, lesson)
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        await self.start(room, lesson, 429)
        other = await room.admin.post(ACCOUNTS, provider="local", label="B")
        await self.start(room, lesson)
        assert (await room.admin.get(f"{ACCOUNTS}/{other['id']}"))["current_lesson_id"] == lesson["id"]
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        await room.admin.put(f"{ACCOUNTS}/{other['id']}", is_enabled=False)
        await self.start(room, lesson, 429)
        clock.now = NOON + timedelta(hours=12)
        await self.start(room, lesson)

    async def test_no_teacher_takes_the_whole_pool(self, room: Room, stocked: Container, clock: Clock) -> None:
        """Attack: three lessons of 23 hours each take three accounts for a day."""
        for label in "BC":
            await room.admin.post(ACCOUNTS, provider="local", label=label)
        body = {"group_id": room.group, "title": "x", "start_time": NOON.isoformat(), "allow_overlap": True}
        refused = await room.teacher.post("/schedule/lessons", 400, **body, end_time="2026-11-24T11:00:00Z")
        assert refused["errors"][0]["field"] == "end_time"
        first, second = await room.lesson(NOON), await room.lesson(NOON, hours=2, allow_overlap=True)
        await room.teacher.put(f"/schedule/lessons/{second['id']}", 400, end_time="2026-11-24T11:00:00Z")
        await self.start(room, first)
        reply = await self.start(room, second, 409)
        assert (reply["code"], reply["lesson_id"]) == ("lesson_running", first["id"])
        clock.now = NOON + timedelta(hours=1)
        await self.start(room, second)
        assert (await room.teacher.get(f"/schedule/lessons/{first['id']}"))["status"] == "ended"
        assert (await room.admin.get(f"{ACCOUNTS}/usage"))["busy"] == 1

    async def test_a_teacher_holds_as_many_accounts_as_the_setting_says(self, room: Room, stocked: Container) -> None:
        settings = structs.replace(stocked.settings(), pool_per_teacher=2)
        stocked.settings.override(providers.Object(settings))
        for label in "BC":
            await room.admin.post(ACCOUNTS, provider="local", label=label)
        first, second, third = [await room.lesson(NOON, hours=hours, allow_overlap=True) for hours in (1, 2, 3)]
        await self.start(room, first)
        await self.start(room, second)
        reply = await self.start(room, third, 409)
        assert (reply["code"], reply["lesson_id"]) == ("lesson_running", second["id"])
        assert (await room.admin.get(f"{ACCOUNTS}/usage"))["busy"] == 2

    async def test_what_was_planned_before_may_not_last_longer_either(self, room: Room, stocked: Container) -> None:
        lesson = {"group_id": room.group, "teacher_id": room.teacher.id, "title": "x", "start_time": NOON}
        async with stocked.open_lessons()() as store:
            ends = NOON + timedelta(hours=23)
            planned = await store.add_lesson(lesson | {"end_time": ends}, allow_overlap=True, now=NOON)
        reply = await room.teacher.post(f"/schedule/lessons/{planned.id}/start", 409)
        assert reply["code"] == "lesson_too_long"
        await room.teacher.put(f"/schedule/lessons/{planned.id}", end_time="2026-11-23T20:00:00Z")
        await room.teacher.post(f"/schedule/lessons/{planned.id}/start", 200)

    async def test_a_teacher_starts_so_many_lessons_a_day(self, room: Room, stocked: Container, clock: Clock) -> None:
        settings = structs.replace(stocked.settings(), pool_starts_per_teacher=2)
        stocked.settings.override(providers.Object(settings))
        clock.now = datetime(2026, 11, 23, 23, tzinfo=UTC)
        lesson = await room.lesson(clock.now, hours=2)
        for _ in range(2):
            await self.start(room, lesson)
            await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        path = f"/schedule/lessons/{lesson['id']}/start"
        reply = await room.teacher.client.post(path, headers=room.teacher.headers)
        assert (reply.status_code, reply.json()["code"]) == (429, "too_many_starts")
        assert reply.headers["retry-after"] == "3600"
        clock.now += timedelta(hours=1)
        await self.start(room, lesson)

    async def test_a_lease_outlasts_its_lesson_and_is_reaped(
        self, room: Room, stocked: Container, clock: Clock
    ) -> None:
        """P6: nobody has told that the meeting is over."""
        lesson = await room.lesson(NOON)
        await self.start(room, lesson)
        for minutes, status in ((74.9, "live"), (75, "ended")):
            clock.now = NOON + timedelta(minutes=minutes)
            await stocked.reap_leases()()
            assert (await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["status"] == status
        assert NOON + timedelta(hours=1) + LEASE_GRACE == clock.now
        usage = await room.admin.get(f"{ACCOUNTS}/usage?end=2026-11-24")
        assert (usage["busy"], usage["accounts"][0]["hours"], usage["accounts"][0]["leases"]) == (0, 1.25, 1)

    async def test_an_account_is_added_changed_and_deleted_and_keeps_its_secrets(
        self, room: Room, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], stocked: Container
    ) -> None:
        zoom = {"provider": "zoom", "label": "Z", "provider_user_id": "host@example.com", "capacity": 2}
        refused = await room.admin.post(ACCOUNTS, 400, **zoom)
        assert refused["errors"][0]["field"] == "credentials"
        added = await room.admin.post(ACCOUNTS, **zoom, credentials=CREDENTIALS)
        path = f"{ACCOUNTS}/{added['id']}"
        assert (added["has_credentials"], added["capacity"], added["daily_limit"]) == (True, 2, 100)
        assert "credentials" not in added
        changed = await room.admin.put(path, label="Zoom", credentials=CREDENTIALS | {"client_id": "client-Unseen-2"})
        assert (changed["label"], changed["has_credentials"]) == ("Zoom", True)
        assert (await room.admin.put(path, 409, label="A"))["code"] == "label_taken"
        wrong = {"account_id": ["secret-Unseen-3"], "client_id": "x", "client_secret": "secret-Unseen-4"}
        replies = [await room.admin.put(path, 400, credentials=wrong), await room.admin.get(ACCOUNTS)]
        replies += [added, changed, await room.admin.get(path), await room.admin.get(f"{ACCOUNTS}/usage")]
        async with stocked.open_accounts()() as store:
            kept = await store.sealed()
        assert "Unseen" not in f"{replies} {kept}" + "".join(capsys.readouterr())
        assert [account_id for account_id, _ in kept] == [added["id"]]
        await room.admin.delete(path)
        await room.admin.delete(path, 404)
        for someone, status in ((room.teacher, 403), (room.students[0], 403)):
            await someone.get(ACCOUNTS, status)
            await someone.post(ACCOUNTS, status, **zoom)
        assert (await client.get(ACCOUNTS)).status_code == 401

    async def test_an_account_that_hosts_a_lesson_stays_and_what_it_hosted_is_counted_without_it(
        self, room: Room
    ) -> None:
        lesson = await room.lesson(NOON)
        await self.start(room, lesson)
        assert (await room.admin.delete(f"{ACCOUNTS}/1", 409))["code"] == "account_busy"
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/end", 200)
        await room.admin.delete(f"{ACCOUNTS}/1")
        usage = await room.admin.get(f"{ACCOUNTS}/usage?start=2026-11-23&end=2026-11-24")
        assert (usage["pool_size"], usage["accounts"]) == (0, usage["accounts"])
        assert all(each["account_id"] is None for each in usage["accounts"])

    async def test_what_is_anothers_is_neither_started_nor_ended_nor_joined(
        self, room: Room, client: httpx.AsyncClient
    ) -> None:
        """Z1, P9: administrators end lessons, but do not start them in a teacher's place."""
        lesson, rule = await room.lesson(NOON), await room.rule(start_time="15:00", end_time="16:00")
        path = f"/schedule/lessons/{lesson['id']}"
        occurrence = f"/schedule/recurring-lessons/{rule['id']}/occurrences/2026-11-23/start"
        for start in (f"{path}/start", occurrence):
            await room.stranger.post(start, 404)
            await room.admin.post(start, 404)
            await room.students[0].post(start, 403)
            assert (await client.post(start)).status_code == 401
        await self.start(room, lesson)
        await room.stranger.post(f"{path}/end", 404)
        await room.students[0].post(f"{path}/end", 403)
        for someone in (room.stranger, room.outsider):
            await someone.get(f"{path}/join", 404)
            await someone.get(f"{path}/recordings", 404)
        assert (await room.admin.post(f"{path}/end", 200))["status"] == "ended"
        for key in ("0", "x", "99999"):
            for action in ("start", "end"):
                await room.teacher.post(f"/schedule/lessons/{key}/{action}", 404)
            await room.teacher.get(f"/schedule/lessons/{key}/join", 404)
        other = await room.lesson(NOON + timedelta(days=1))
        assert (await room.teacher.post(f"/schedule/lessons/{other['id']}/end", 409))["code"] == "lesson_not_live"

    async def test_a_room_opens_with_its_own_token_alone(self, room: Room, client: httpx.AsyncClient) -> None:
        lesson = await room.lesson(NOON, title="<script>alert(1)</script>")
        url = (await self.start(room, lesson))["zoom_start_url"].removeprefix("http://127.0.0.1:8000")
        page = await client.get(url)
        assert ("<script>" in page.text, "&lt;script&gt;" in page.text) == (False, True)
        for wrong in ("/meet", "/meet?token=", f"{url}x", url[:-1], url.replace("h.", "g."), "/meet?token=1h.x"):
            assert (await client.get(wrong)).status_code == 404
