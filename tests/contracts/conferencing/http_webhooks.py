"""Zoom's webhook over HTTP: signed events, at least once, late, in any order (spec: schedule; M9, M10, P4)."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_entrypoints.container import Container
from tests.account_pool import lift_limits
from tests.arranging import rows_of
from tests.teaching import Room, room_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "what Zoom and this service know"


class HttpWebhooksContract:
    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Room:
        """With an account that hosts one meeting at once."""
        stocked.clock.override(providers.Object(lambda: NOON))
        stocked.settings.override(structs.replace(stocked.settings(), zoom_webhook_secret=f"another one,{SECRET}"))
        room = await room_of(client, stocked)
        await room.admin.post("/admin/conference-accounts", provider="local", label="A")
        return room

    @staticmethod
    async def tell(
        client: httpx.AsyncClient,
        event: dict[str, Any] | bytes,
        *,
        at: datetime = NOON,
        path: str = "/webhooks/zoom",
        sent: bytes | None = None,
    ) -> httpx.Response:
        """`sent`: other bytes than those that were signed."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        seconds = str(int(at.timestamp()))
        signed = hmac.new(SECRET.encode(), f"v0:{seconds}:".encode() + body, "sha256").hexdigest()
        headers = {"x-zm-request-timestamp": seconds, "x-zm-signature": f"v0={signed}"}
        return await client.post(path, content=sent or body, headers=headers)

    @staticmethod
    async def started(room: Room, stocked: Container) -> tuple[dict[str, Any], dict[str, Any]]:
        """A lesson that is live, and its lease."""
        lesson = await room.lesson(NOON, allow_overlap=True)
        await room.teacher.post(f"/schedule/lessons/{lesson['id']}/start", 200)
        leases = await rows_of(stocked, "conference_leases")
        return lesson, next(lease for lease in leases if lease["ended_at"] is None)

    @staticmethod
    def ended(**of: Any) -> dict[str, Any]:
        return {"event": "meeting.ended", "payload": {"account_id": "x", "object": of}}

    async def status(self, room: Room, lesson: dict[str, Any]) -> str:
        return str((await room.teacher.get(f"/schedule/lessons/{lesson['id']}"))["status"])

    async def test_an_address_is_confirmed(self, room: Room, client: httpx.AsyncClient) -> None:
        asked = {"event": "endpoint.url_validation", "payload": {"plainToken": "plain"}}
        for path in ("/webhooks/zoom", "/schedule/webhook/zoom/"):
            reply = await self.tell(client, asked, path=path)
            token = hmac.new(SECRET.encode(), b"plain", "sha256").hexdigest()
            assert (reply.status_code, reply.json()) == (200, {"plainToken": "plain", "encryptedToken": token})

    @pytest.mark.refuses
    async def test_what_is_not_signed_just_now_is_refused(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """M9: also the same JSON serialised differently."""
        lesson, lease = await self.started(room, stocked)
        event = self.ended(uuid=lease["meeting_uuid"])
        written_otherwise = json.dumps(event, separators=(",", ":")).encode()
        for reply in (
            await client.post("/webhooks/zoom", json=event),
            await self.tell(client, event, sent=written_otherwise),
            await self.tell(client, event, at=NOON - timedelta(seconds=301)),
            await self.tell(client, event, at=NOON + timedelta(seconds=301)),
        ):
            assert (reply.status_code, reply.json()["code"]) == (401, "not_zoom")
        assert await self.status(room, lesson) == "live"

    @pytest.mark.parametrize("number", [int, str])
    async def test_the_end_of_a_meeting_frees_its_account_before_the_reply(
        self, room: Room, client: httpx.AsyncClient, stocked: Container, number: type
    ) -> None:
        for by_uuid in (True, False):
            lesson, lease = await self.started(room, stocked)
            of = {"id": number(lease["meeting_id"])} | ({"uuid": lease["meeting_uuid"]} if by_uuid else {})
            for _ in range(2):
                assert (await self.tell(client, self.ended(**of))).json() == {}
                assert await self.status(room, lesson) == "ended"
        assert (await room.admin.get("/admin/conference-accounts/1"))["is_busy"] is False

    async def test_the_end_of_an_earlier_meeting_frees_no_later_one(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """P4."""
        first, earlier = await self.started(room, stocked)
        await room.teacher.post(f"/schedule/lessons/{first['id']}/end", 200)
        second, later = await self.started(room, stocked)
        for of in (
            {"id": earlier["meeting_id"], "uuid": earlier["meeting_uuid"]},
            {"id": earlier["meeting_id"]},
            {"id": later["meeting_id"], "uuid": earlier["meeting_uuid"]},
            {"id": later["meeting_id"], "uuid": "of-nobody"},
        ):
            assert (await self.tell(client, self.ended(**of))).status_code == 200
            assert await self.status(room, second) == "live"

    async def test_what_is_not_known_changes_nothing(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        lesson, _ = await self.started(room, stocked)
        for event in (
            self.ended(uuid="x"),
            self.ended(),
            {"event": "meeting.started", "payload": {"object": {"id": 1}}},
            {"event": "recording.completed", "payload": {"object": {"id": 1}}},
            {"event": ["meeting.ended"], "payload": None},
            b"[]",
            b"{",
            b"",
        ):
            assert (await self.tell(client, event)).status_code == 200
        assert await self.status(room, lesson) == "live"

    async def test_events_in_any_order_and_number_end_the_same(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """M10: twenty events of three meetings, each at least once, shuffled."""
        lift_limits(stocked)
        await room.admin.put("/admin/conference-accounts/1", capacity=3)
        random = Random(1)
        for _ in range(3):
            live = [await self.started(room, stocked) for _ in range(3)]
            leases = [lease for lease in await rows_of(stocked, "conference_leases") if lease["ended_at"] is None]
            of = [{"id": lease["meeting_id"], "uuid": lease["meeting_uuid"]} for lease in leases]
            told = [self.ended(**each) for each in of]
            told += [{"event": "recording.completed", "payload": {"object": each}} for each in of]
            told += [random.choice(told) for _ in range(14)]
            random.shuffle(told)
            for event in told:
                assert (await self.tell(client, event)).status_code == 200
            assert [await self.status(room, lesson) for lesson, _ in live] == ["ended"] * 3
            assert (await room.admin.get("/admin/conference-accounts/1"))["current_lesson_ids"] == []
