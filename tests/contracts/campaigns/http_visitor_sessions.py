"""Visitor sessions over HTTP: views, points, progress and statistics (spec: campaigns)."""

from uuid import uuid4

import httpx
import pytest

from atg_core.campaigns.model import EventType
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.campaigns.visitors import (
    CODE,
    DEFAULT_SET,
    CampaignContract,
    Now,
    do_jobs,
    events,
    leave,
    start,
    view,
)


class HttpVisitorSessionsContract(CampaignContract):
    """Run over every database."""

    @pytest.mark.parametrize("path", ["/session/start", "/session/start/", "/api/session/start", "/api/session/start/"])
    async def test_a_visit_starts_with_and_without_a_body(self, client: httpx.AsyncClient, path: str) -> None:
        for reply in (
            await client.post(path),
            await client.post(path, json={}),
            await client.post(path, json={"x": 1}),
        ):
            assert reply.status_code == 201
            assert set(reply.json()) == {"session_id"}

    async def test_the_first_view_awards_and_the_last_asset_gives_the_code(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client, "default")
        first = await view(client, session, DEFAULT_SET[0])
        assert first == {
            "session_id": session,
            "asset_slug": DEFAULT_SET[0],
            "awarded_points": 10,
            "session_score": 10,
        }
        again = await view(client, session, DEFAULT_SET[0])
        assert (again["awarded_points"], again["session_score"]) == (0, 10)
        replies = [await view(client, session, slug) for slug in DEFAULT_SET[1:]]
        assert [set(reply) for reply in replies[:-1]] == [set(first)] * 4
        code = replies[-1]["promo_code"]
        assert CODE.fullmatch(code)
        assert replies[-1]["session_score"] == 70
        assert "promo_code" not in await view(client, session, DEFAULT_SET[2])
        shown = (await client.get("/promo/", params={"session_id": session})).json()
        assert (shown["promo_code"], shown["sent_at"]) == (code, None)
        assert set(shown) == {"promo_code", "issued_at", "sent_at"}
        assert await events(stocked, EventType.PROMO_ISSUED) == [{"code": code, "existing": False}]
        assert (await events(stocked, EventType.FIRST_VIEW_AWARDED))[0] == {
            "asset_slug": DEFAULT_SET[0],
            "awarded_points": 10,
        }
        assert len(await events(stocked, EventType.VIEWED_ASSET)) == 8
        assert await do_jobs(stocked) == []

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ({}, "session_id and asset_slug are required"),
            ({"session_id": str(uuid4())}, "session_id and asset_slug are required"),
            ({"asset_slug": "a"}, "session_id and asset_slug are required"),
            ({"session_id": "", "asset_slug": "a"}, "session_id and asset_slug are required"),
            (
                {"session_id": "no-uuid", "asset_slug": "a"},
                "session_id: must be a UUID, such as 0190f5c1-7a30-7c12-8f7e-3d1f0c9b2a11",
            ),
        ],
    )
    async def test_what_a_view_needs_is_said(
        self, client: httpx.AsyncClient, body: dict[str, str], detail: str
    ) -> None:
        reply = await client.post("/view/", json=body)
        assert (reply.status_code, reply.json()["detail"]) == (400, detail)
        assert reply.json()["errors"][0]["field"] in {"session_id", "asset_slug"}

    async def test_unknown_sessions_and_assets_are_absent(self, client: httpx.AsyncClient) -> None:
        session = await start(client)
        for body in (
            {"session_id": str(uuid4()), "asset_slug": "a"},
            {"session_id": session, "asset_slug": "none"},
            {"session_id": session, "asset_slug": "gas-turbine"},  # of another campaign
        ):
            assert (await client.post("/view/", json=body)).status_code == 404
        progress = (await client.get("/progress/", params={"session_id": session})).json()
        assert progress["viewed_assets"] == 0

    async def test_progress_is_of_a_session_or_of_a_participant_over_all(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two = await start(client), await start(client)
        await view(client, one, "a", "a")
        await view(client, two, "a", "b")
        mine = (await client.get("/progress/", params={"session_id": one})).json()
        moment = mine["items"][0].pop("viewed_at")
        assert moment.endswith("Z")
        assert mine == {
            "total_assets": 2,
            "viewed_assets": 1,
            "remaining_assets": 1,
            "total_score": 10,
            "items": [
                {"asset_slug": "a", "name": "А", "viewed": True, "times_viewed": 2},
                {"asset_slug": "b", "name": "Б", "viewed": False, "viewed_at": None, "times_viewed": 0},
            ],
        }
        user = (await leave(client, one, "anna@example.com"))["user_id"]
        await leave(client, two, "anna@example.com")
        ours = (await client.get("/api/progress", params={"user_id": user})).json()
        assert (ours["viewed_assets"], ours["total_score"]) == (2, 15)
        assert [item["times_viewed"] for item in ours["items"]] == [3, 1]
        assert ours["items"][0]["viewed_at"] == moment
        assert len(await events(stocked, EventType.PROGRESS_VIEWED)) == 2

    @pytest.mark.refuses
    @pytest.mark.parametrize("path", ["/progress/", "/promo/"])
    async def test_whose_it_is_has_to_be_said(self, client: httpx.AsyncClient, path: str) -> None:
        nothing = await client.get(path)
        told = (
            "session_id or user_id is required"
            if path == "/progress/"
            else "session_id or user_id or email is required"
        )
        assert (nothing.status_code, nothing.json()["detail"]) == (400, told)
        for name in ("session_id", "user_id"):
            assert (await client.get(path, params={name: "no-uuid"})).status_code == 400

    @pytest.mark.parametrize("path", ["/progress/", "/promo/"])
    async def test_unknown_sessions_and_participants_have_nothing(self, client: httpx.AsyncClient, path: str) -> None:
        for name in ("session_id", "user_id"):
            assert (await client.get(path, params={name: str(uuid4())})).status_code == 404

    async def test_a_session_is_over_after_thirty_days_without_a_call(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        now = Now(stocked)
        session = await start(client)
        for _ in range(3):
            now.pass_by(days=29)
            await view(client, session, "a")
        assert (await client.get("/stats/")).json()["active_sessions"] == 1
        now.pass_by(days=30, seconds=1)
        reply = await client.get("/progress/", params={"session_id": session})
        assert (reply.status_code, reply.json()["code"]) == (404, "session_not_found")
        assert (await client.get("/stats/")).json()["active_sessions"] == 0

    @pytest.mark.parametrize("path", ["/progress/", "/promo/"])
    async def test_who_looks_how_far_they_are_is_seen_as_who_looks_at_an_asset(
        self, client: httpx.AsyncClient, stocked: Container, path: str
    ) -> None:
        now = Now(stocked)
        session = await start(client)
        await view(client, session, "a", "b")
        for _ in range(2):
            now.pass_by(days=29)
            assert (await client.get(path, params={"session_id": session})).status_code == 200
            assert (await client.get("/stats/")).json()["active_sessions"] == 1
            [row] = await rows_of(stocked, "campaign_sessions")
            assert row["last_seen"] == now.moment

    async def test_the_numbers_add_up(self, client: httpx.AsyncClient, stocked: Container) -> None:
        now = Now(stocked)
        assert (await client.get("/stats")).json()["best_asset"] is None
        one, two = await start(client), await start(client)
        await view(client, one, "a", "b", "b")
        now.pass_by(days=1)
        await view(client, two, "a")
        await leave(client, one, "anna@example.com")
        await do_jobs(stocked)
        stats = (await client.get("/api/stats/")).json()
        mine = [row for row in stats.pop("assets") if row["slug"] in {"a", "b"}]
        assert mine == [
            {"slug": "a", "views": 2, "unique_sessions": 2},
            {"slug": "b", "views": 2, "unique_sessions": 1},
        ]
        assert stats == {
            "best_asset": {"slug": "a", "name": "А"},
            "views_today": 1,
            "views_all_time": 4,
            "sessions": 2,
            "active_sessions": 2,
            "participants": 1,
            "completed_sessions": 1,
            "promo_codes_issued": 1,
            "promo_codes_sent": 1,
        }
        now.pass_by(days=1)
        assert (await client.get("/stats/")).json()["best_asset"] == {"slug": "a", "name": "А"}
