"""What visitors send along is kept (spec: campaigns, Records)."""

import json
from typing import Any

import httpx
import pytest

from atg_core.campaigns.model import EventType
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.campaigns.visitors import CampaignContract, events, start, view


class HttpSentAlongContract(CampaignContract):
    """Run over every database."""

    async def test_it_is_kept_with_the_event_the_session_and_the_participant(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        begun = {
            "campaign": "small",
            "metadata": {"utm": "poster №1", "language": "de"},
            "device": {"model": "x", "w": 1.5},
        }
        session = (await client.post("/session/start/", json=begun)).json()["session_id"]
        await client.post("/view/", json={"session_id": session, "asset_slug": "a", "seconds": 12, "tags": ["x", None]})
        left = {"session_id": session, "email": "anna@example.com", "metadata": {"agrees": True}, "name": "Анна"}
        assert (await client.post("/user/email/", json=left)).status_code == 200
        again = {"session_id": session, "email": "anna@example.com", "metadata": {"agrees": False, "age": 7}}
        assert (await client.post("/user/email/", json=again)).status_code == 200
        [row] = await rows_of(stocked, "campaign_sessions")
        assert row["metadata"] == begun["metadata"]
        [participant] = await rows_of(stocked, "campaign_participants")
        assert participant["metadata"] == {"agrees": False, "age": 7}
        assert await events(stocked, EventType.SESSION_STARTED) == [
            {"metadata": begun["metadata"], "device": begun["device"]}
        ]
        assert await events(stocked, EventType.VIEWED_ASSET) == [
            {"seconds": 12, "tags": ["x", None], "asset_slug": "a", "times_viewed": 1}
        ]
        assert await events(stocked, EventType.FIRST_VIEW_AWARDED) == [{"asset_slug": "a", "awarded_points": 10}]
        assert await events(stocked, EventType.EMAIL_SUBMITTED) == [
            {"metadata": {"agrees": True}, "name": "Анна", "email": "anna@example.com"}
        ]

    async def test_what_is_known_is_not_overwritten_by_it(self, client: httpx.AsyncClient, stocked: Container) -> None:
        session = await start(client)
        body = {"session_id": session, "asset_slug": "a", "times_viewed": 99, "awarded_points": 99}
        assert (await client.post("/view/", json=body)).json()["awarded_points"] == 10
        assert await events(stocked, EventType.VIEWED_ASSET) == [
            {"times_viewed": 1, "awarded_points": 99, "asset_slug": "a"}
        ]

    @pytest.mark.parametrize(
        "unfit",
        [
            '"x": "' + "я" * 3_000 + '"',
            '"x": "\\u0000"',
            '"x": {"deep": ["\\u0000"]}',
            '"\\u0000": 1',
            '"x": ' + "[" * 900 + "]" * 900 + ', "y": "' + "y" * 4_000 + '"',
        ],
    )
    async def test_it_is_bounded_and_refuses_no_view(
        self, client: httpx.AsyncClient, stocked: Container, unfit: str
    ) -> None:
        """Too long, or with what no database stores: the rest is kept."""
        session = await start(client)
        known = f'"session_id": "{session}", "asset_slug": "a"'
        body = f'{{{known}, "first": "\\\\u0000", {unfit}, "last": 10000000000000000000000}}'
        reply = await client.post("/view/", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == 200, reply.text
        [kept] = await events(stocked, EventType.VIEWED_ASSET)
        assert (kept["first"], kept["truncated"]) == ("\\u0000", True)
        assert int(kept["last"]) == 10**22
        assert len(json.dumps(kept, ensure_ascii=False).encode()) < 4_400

    @pytest.mark.parametrize("unfit", ['"\\ud800"', "[" * 100_000 + "]" * 100_000, "1e999"])
    async def test_a_body_that_can_not_be_kept_is_answered_as_before(
        self, client: httpx.AsyncClient, stocked: Container, unfit: str
    ) -> None:
        session = await start(client)
        body = f'{{"session_id": "{session}", "asset_slug": "a", "x": {unfit}}}'
        reply = await client.post("/view/", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code in {200, 400}, reply.text

    async def test_points_count_as_they_were_when_an_asset_was_first_viewed(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The same in every reply, whatever they become."""

        async def change(slug: str, **values: Any) -> None:
            [number] = [row["id"] for row in await rows_of(stocked, "campaign_assets") if row["slug"] == slug]
            await stocked.edit_assets().change("small", number, values)

        one, two = await start(client), await start(client)
        await view(client, one, "a")
        await change("a", points=100)
        assert (await view(client, one, "a"))["session_score"] == 10
        await view(client, two, "a")
        await change("a", points=1)
        viewed = await view(client, one, "b")
        progress = (await client.get("/progress/", params={"session_id": one})).json()
        assert viewed["session_score"] == progress["total_score"] == 15
        email = {"email": "anna@example.com"}
        totals = [(await client.post("/user/email/", json={"session_id": each, **email})).json() for each in (one, two)]
        assert [each["user_total_score"] for each in totals] == [15, 105]
        ours = (await client.get("/progress/", params={"user_id": totals[0]["user_id"]})).json()
        assert ours["total_score"] == 105
        assert {row["score"] for row in await rows_of(stocked, "campaign_sessions")} == {15, 100}
