"""A lesson from start to recording, with a fake Zoom that follows its documentation."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.clock import utc_now
from atg_entrypoints.container import Container
from tests.mailed import do_jobs
from tests.teaching import Room, room_of
from tests.zoom_api import WEBHOOK_SECRET, ZoomApi
from tests.zoom_http import INTERNAL, SILENCE_AFTER
from tests.zoom_replies import CREDENTIALS

GIVEN = CREDENTIALS.values()


@pytest.fixture
def zoom() -> Iterator[ZoomApi]:
    with ZoomApi() as zoom:
        yield zoom


class Clock:
    """Yesterday, so that what is done a minute later is due, by the database's own time too."""

    def __init__(self) -> None:
        self.now = utc_now() - timedelta(days=1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(stocked: Container) -> Clock:
    clock = Clock()
    stocked.clock.override(providers.Object(clock))
    return clock


@pytest.fixture
async def room(client: httpx.AsyncClient, stocked: Container, zoom: ZoomApi, clock: Clock) -> AsyncIterator[Room]:
    """With one account, which hosts one meeting at once."""
    settings = structs.replace(
        stocked.settings(),
        zoom_oauth_url=zoom.url,
        zoom_api_url=zoom.api_url,
        zoom_webhook_secret=WEBHOOK_SECRET,
        access_ttl=86_400,
    )
    stocked.settings.override(settings)
    zoom.clock = clock
    room = await room_of(client, stocked)
    account = {"provider": "zoom", "label": "Z", "provider_user_id": "host@example.com", "credentials": GIVEN}
    await room.admin.post("/admin/conference-accounts", **account)
    yield room
    stocked.settings.reset_last_overriding()


async def started(room: Room, clock: Clock) -> dict[str, Any]:
    lesson = await room.lesson(clock.now, hours=4)
    reply: dict[str, Any] = await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
    return reply


async def test_a_lesson_is_held_ended_and_shown_again(
    client: httpx.AsyncClient, stocked: Container, room: Room, zoom: ZoomApi, clock: Clock
) -> None:
    begun = await started(room, clock)
    path, meeting = f"/schedule/lessons/{begun['lesson_id']}", begun["zoom_meeting_id"]
    assert (await room.students[0].get(f"{path}/join"))["zoom_join_url"] == begun["zoom_join_url"]
    zoom.start(meeting)
    clock.now += timedelta(hours=2)
    again = await room.teacher.post(f"{path}/start", 200)
    assert again["zoom_meeting_id"] == meeting
    assert again["zoom_start_url"] != begun["zoom_start_url"], "Zoom's URL to start is good for two hours"
    zoom.record(zoom.known(meeting).uuid, 5000)
    with zoom.lock:
        ended = zoom.finished(zoom.known(meeting))
    for event in (ended, ended, zoom.recording_event(meeting), zoom.recording_event(meeting)):
        told = await client.post("/webhooks/zoom", content=event, headers=zoom.signed(event))
        assert (told.status_code, told.json()) == (200, {})
    assert (await room.teacher.get(path))["status"] == "ended"
    await room.students[0].get(f"{path}/join", 409)
    await do_jobs(stocked)
    [recording] = (await room.students[1].get(f"{path}/recordings"))["items"]
    assert recording["duration_seconds"] == 90
    copied = await client.get(recording["url"].removeprefix(stocked.settings().base_url))
    assert (copied.status_code, len(copied.content)) == (200, 5000)
    link = await room.teacher.post(f"{path}/recordings", url="https://video.example.com/7")
    assert (link["url"], link["duration_seconds"]) == ("https://video.example.com/7", None)
    assert (await room.teacher.get(f"{path}/recordings"))["total"] == 2
    await room.outsider.get(f"{path}/recordings", 404)
    await room.stranger.post(f"{path}/recordings", 404, url="https://video.example.com/7")
    for wrong in ("javascript:alert(1)", "https://a b", "", "file:///etc/passwd"):
        await room.teacher.post(f"{path}/recordings", 400, url=wrong)
    assert (await room.teacher.delete(path, 409))["code"] == "lesson_has_records"
    assert zoom.violations == []


async def test_what_fails_at_zoom_frees_the_account_and_leaves_no_meeting(
    stocked: Container, room: Room, zoom: ZoomApi, clock: Clock
) -> None:
    """P3."""
    lesson = await room.lesson(clock.now)
    start = f"/schedule/lessons/{lesson['id']}/start"
    for fault in (INTERNAL, SILENCE_AFTER):
        zoom.faults["create"], zoom.faults["list"] = [fault] * 2, [INTERNAL] * 4
        assert (await room.teacher.post(start, 502))["code"] == "conference_provider_failed"
        [account] = (await room.admin.get("/admin/conference-accounts"))["items"]
        assert (account["is_busy"], account["current_lesson_id"]) == (False, None)
        assert (await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["status"] == "planned"
    zoom.faults.clear()
    clock.now += timedelta(minutes=2)
    await do_jobs(stocked)
    assert all(meeting.is_deleted for meeting in zoom.meetings.values())
    await room.teacher.post(start, 200)
    assert sum(not meeting.is_deleted for meeting in zoom.meetings.values()) == 1
