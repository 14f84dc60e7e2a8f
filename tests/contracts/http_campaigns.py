"""Viewing campaigns over HTTP, over every database alike (spec: campaigns)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers

from atg_adapters.memory.mail import MemoryMail
from atg_core.campaigns.model import MOST_MAILS_A_DAY, EventType
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CODE = re.compile(r"PROMO-[A-Z0-9]{6,8}-\d{6}")
DEFAULT_SET = ("gas-turbine", "centrifugal-compressor", "dust-separator", "air-cooler", "ball-valve", "control-room")
SMALL = (
    {"slug": "a", "name": "А", "campaign": "small"},
    {"slug": "b", "name": "Б", "campaign": "small", "points": "5"},
)


class Now:
    """A clock that tests move."""

    def __init__(self, container: Container) -> None:
        self.moment = NOON
        container.clock.override(providers.Object(lambda: self.moment))

    def pass_by(self, **time: int) -> None:
        self.moment += timedelta(**time)


async def start(client: httpx.AsyncClient, campaign: str = "small") -> str:
    reply = await client.post("/session/start/", json={"campaign": campaign})
    assert reply.status_code == 201, reply.text
    session_id: str = reply.json()["session_id"]
    return session_id


async def view(client: httpx.AsyncClient, session: str, *slugs: str) -> dict[str, Any]:
    """The reply to the last view."""
    reply = None
    for slug in slugs:
        reply = await client.post("/view/", json={"session_id": session, "asset_slug": slug})
        assert reply.status_code == 200, reply.text
    assert reply is not None
    body: dict[str, Any] = reply.json()
    return body


async def leave(client: httpx.AsyncClient, session: str, email: str, **headers: str) -> dict[str, Any]:
    body = {"session_id": session, "email": email}
    reply = await client.post(
        "/user/email/", json=body, headers={key.replace("_", "-"): headers[key] for key in headers}
    )
    assert reply.status_code == 200, reply.text
    left: dict[str, Any] = reply.json()
    return left


async def do_jobs(container: Container) -> list[Any]:
    """Does what is due; all mails that were sent so far."""
    await container.jobs().run(container.work(), until_idle=True)
    sent: list[Any] = container.mail().sent
    return sent


async def events(container: Container, event_type: EventType) -> list[dict[str, Any]]:
    rows = [row for row in await rows_of(container, "view_events") if row["event_type"] == event_type]
    return [row["raw_payload"] for row in sorted(rows, key=lambda row: row["id"])]


class HttpCampaignsContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture(autouse=True)
    async def small_campaign(self, stocked: Container) -> None:
        stocked.mail.override(providers.Object(MemoryMail()))
        await arrange(stocked, assets=SMALL)

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

    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ({}, "session_id and asset_slug are required"),
            ({"session_id": str(uuid4())}, "session_id and asset_slug are required"),
            ({"asset_slug": "a"}, "session_id and asset_slug are required"),
            ({"session_id": "", "asset_slug": "a"}, "session_id and asset_slug are required"),
            ({"session_id": "no-uuid", "asset_slug": "a"}, "session_id is not a uuid"),
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

    async def test_a_campaign_without_assets_gives_no_code(self, client: httpx.AsyncClient) -> None:
        session = await start(client, "empty")
        reply = await client.get("/promo/", params={"session_id": session})
        assert (reply.status_code, reply.json()["detail"]) == (404, "not_completed")

    async def test_an_email_binds_sessions_to_one_participant_who_gets_the_code(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """G9."""
        one, two = await start(client), await start(client)
        await view(client, one, "a")
        left = await leave(client, one, "Anna@Example.com", accept_language="en-GB, ru;q=0.5")
        assert left == {
            "session_id": one,
            "user_id": left["user_id"],
            "email": "anna@example.com",
            "user_total_score": 10,
        }
        assert await leave(client, one, "anna@example.com") == left
        assert await do_jobs(stocked) == []
        code = (await view(client, one, "b"))["promo_code"]
        await view(client, two, "b")
        joined = await leave(client, two, "ANNA@example.com")
        assert (joined["user_id"], joined["user_total_score"]) == (left["user_id"], 15)
        [mail] = await do_jobs(stocked)
        assert mail.to == "anna@example.com"
        assert code in mail.text
        assert code in mail.html
        assert await do_jobs(stocked) == [mail]
        shown = (await client.get("/promo/", params={"email": "anna@example.com"})).json()
        assert shown["promo_code"] == code
        assert shown["sent_at"]
        assert shown == (await client.get("/promo/", params={"user_id": left["user_id"]})).json()
        assert await events(stocked, EventType.PROMO_SENT) == [{"code": code, "email": "anna@example.com"}]
        assert await events(stocked, EventType.EMAIL_SUBMITTED) == [{"email": "anna@example.com"}] * 2

    async def test_an_email_left_after_the_last_view_gets_the_code_that_is_there(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        code = (await view(client, session, "a", "b"))["promo_code"]
        reply = await leave(client, session, "boris@example.com")
        assert code not in str(reply)
        [mail] = await do_jobs(stocked)
        assert code in mail.text
        assert "Промокод" in mail.text or "промокод" in mail.text
        assert (await events(stocked, EventType.PROMO_ISSUED))[-1] == {"code": code, "existing": True}
        await leave(client, session, "boris@example.com")
        assert await do_jobs(stocked) == [mail]

    async def test_the_link_of_the_mail_confirms_the_address(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        now = Now(stocked)
        session = await start(client)
        await view(client, session, "a", "b")
        await leave(client, session, "anna@example.com")
        [mail] = await do_jobs(stocked)
        link = urlsplit(next(word for word in mail.text.split() if "/user/email/confirm" in word))
        token = link.query.removeprefix("token=")
        for wrong in ("", "x", token[:-1], f"{uuid4().hex}.{token.split('.', 1)[1]}", token + "0", "..", "a.b.c"):
            reply = await client.get("/user/email/confirm", params={"token": wrong})
            assert (reply.status_code, reply.json()["code"]) == (400, "invalid_token")
        [row] = await rows_of(stocked, "campaign_sessions")
        assert row["pending_email"] == "anna@example.com"
        for path in (link.path, f"/api{link.path}/"):
            reply = await client.get(path, params={"token": token})
            assert reply.status_code == 200
            assert (reply.json()["email"], reply.json()["is_verified"]) == ("anna@example.com", True)
        [row] = await rows_of(stocked, "campaign_sessions")
        assert row["pending_email"] is None
        now.pass_by(days=31)
        assert (await client.get(link.path, params={"token": token})).status_code == 400

    async def test_one_session_names_three_addresses_a_day(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """G10."""
        now = Now(stocked)
        session = await start(client)
        await view(client, session, "a", "b")
        statuses = []
        for number in range(20):
            body = {"session_id": session, "email": f"n{number}@example.com"}
            reply = await client.post("/user/email/", json=body)
            statuses.append(reply.status_code)
        assert statuses == [200] * 3 + [429] * 17
        assert reply.json()["code"] == "too_many_addresses"
        assert int(reply.headers["retry-after"]) == 24 * 3600 + 1
        await leave(client, session, "n1@example.com")
        assert {mail.to for mail in await do_jobs(stocked)} == {f"n{number}@example.com" for number in range(3)}
        now.pass_by(days=1, seconds=1)
        await leave(client, session, "n9@example.com")

    async def test_one_address_gets_three_mails_a_day_and_the_others_later(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """G10."""
        for _ in range(MOST_MAILS_A_DAY + 2):
            session = await start(client)
            await view(client, session, "a", "b")
            await leave(client, session, "anna@example.com")
        assert len(await do_jobs(stocked)) == MOST_MAILS_A_DAY
        waiting = [row for row in await rows_of(stocked, "promo_mails") if row["sent_at"] is None]
        assert len(waiting) == 2
        assert all(row["due_at"] > datetime.now(UTC) + timedelta(hours=23) for row in waiting)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"session_id": str(uuid4())}, "email"),
            ({"email": "a@example.com"}, "session_id"),
            ({"session_id": str(uuid4()), "email": ""}, "email"),
            ({"session_id": str(uuid4()), "email": "no-address"}, "email"),
            ({"session_id": str(uuid4()), "email": "a@b.ru\nBcc: c@d.ru"}, "email"),
            ({"session_id": "x", "email": "a@example.com"}, "session_id"),
        ],
    )
    async def test_what_leaving_an_email_needs_is_said(
        self, client: httpx.AsyncClient, body: dict[str, str], field: str
    ) -> None:
        reply = await client.post("/user/email/", json=body)
        assert reply.status_code == 400
        assert [error["field"] for error in reply.json()["errors"]] == [field]
        if not all(body.get(name) for name in ("session_id", "email")):
            assert reply.json()["detail"] == "session_id and email are required"

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

    @pytest.mark.parametrize("path", ["/progress/", "/promo/"])
    async def test_whose_it_is_has_to_be_said_and_known(self, client: httpx.AsyncClient, path: str) -> None:
        nothing = await client.get(path)
        told = (
            "session_id or user_id is required"
            if path == "/progress/"
            else "session_id or user_id or email is required"
        )
        assert (nothing.status_code, nothing.json()["detail"]) == (400, told)
        for name in ("session_id", "user_id"):
            assert (await client.get(path, params={name: "no-uuid"})).status_code == 400
            assert (await client.get(path, params={name: str(uuid4())})).status_code == 404

    async def test_without_the_whole_set_there_is_no_code(self, client: httpx.AsyncClient, stocked: Container) -> None:
        session, other = await start(client), await start(client)
        await view(client, session, "a")
        await view(client, other, "a", "b")
        user = (await leave(client, session, "anna@example.com"))["user_id"]
        for params in ({"session_id": session}, {"user_id": user}, {"email": "anna@example.com"}):
            reply = await client.get("/promo/", params=params)
            assert (reply.status_code, reply.json()["detail"]) == (404, "not_completed"), params
        unknown = await client.get("/promo/", params={"email": "nobody@example.com"})
        assert (unknown.status_code, unknown.json()["detail"]) == (404, "not_found")
        assert unknown.json()["code"] == "not_found"
        results = [payload["result"] for payload in await events(stocked, EventType.PROMO_CHECKED)]
        assert results == ["not_completed"] * 3

    async def test_a_set_that_became_smaller_gives_the_code_when_it_is_asked_for(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        await view(client, session, "a")
        await arrange(stocked, assets=[{"slug": "b", "name": "Б", "campaign": "elsewhere"}])
        code = (await client.get("/promo/", params={"session_id": session})).json()["promo_code"]
        assert CODE.fullmatch(code)
        assert (await client.get("/promo/", params={"session_id": session})).json()["promo_code"] == code
        results = [payload["result"] for payload in await events(stocked, EventType.PROMO_CHECKED)]
        assert results == ["issued", "exists"]

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

    async def test_a_code_is_redeemed_once_by_an_administrator(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        code = (await view(client, session, "a", "b"))["promo_code"]
        assert (await client.post("/promo/redeem", json={"code": code})).status_code == 401
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
        assert (await client.post("/promo/redeem", json={"code": code})).status_code == 403
        await sign_in(client, stocked, "boss", role=Role.ADMIN)
        redeemed = await client.post("/promo/redeem/", json={"code": code})
        assert redeemed.status_code == 200
        assert redeemed.json()["used_at"]
        again = await client.post("/promo/redeem", json={"code": code})
        assert (again.status_code, again.json()["detail"], again.json()["code"]) == (
            409,
            "already_used",
            "already_used",
        )
        assert (await client.post("/promo/redeem", json={"code": "PROMO-NONE00-000000"})).status_code == 404
        assert (await client.post("/promo/redeem", json={})).status_code == 400

    async def test_assets_are_edited_by_administrators(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        body = {"slug": "crane", "name": "Кран", "meta": {"file": "crane.glb"}}
        made = await client.post("/campaigns/small/assets", json=body)
        assert made.status_code == 201
        assert made.json() == {**body, "id": made.json()["id"], "type": "model", "campaign": "small", "points": 10}
        path = f"/campaigns/small/assets/{made.json()['id']}"
        assert (await client.get(path)).json() == made.json()
        assert (await client.post("/campaigns/other/assets", json=body)).json()["code"] == "slug_taken"
        changed = await client.put(path, json={"points": 25})
        assert changed.json() == {**made.json(), "points": 25}
        assert (await client.put(path, json={"slug": "a"})).status_code == 409
        assert (await client.put(path, json={})).json() == changed.json()
        assert (await client.get("/campaigns/small/assets", params={"size": 2})).json()["total"] == 3
        for wrong in (
            {"slug": "a b", "name": "x"},
            {"slug": "x", "name": ""},
            {"slug": "x", "name": "x", "points": -1},
            {"slug": "x", "name": "x", "meta": {"deep": ["\x00"]}},
        ):
            reply = await client.post("/campaigns/small/assets", json=wrong)
            assert reply.status_code == 400, wrong
            assert reply.json()["errors"], wrong
        for method in ("GET", "PUT", "DELETE"):
            for absent in (
                path.replace("small", "other"),
                "/campaigns/small/assets/99999",
                "/campaigns/small/assets/x",
            ):
                assert (await client.request(method, absent, json={})).status_code == 404
            malformed = await client.request(method, "/campaigns/%00/assets/1", json={})
            assert [error["field"] for error in malformed.json()["errors"]] == ["campaign"]
        assert (await client.get("/campaigns/%00/assets")).status_code == 400
        session = await start(client)
        await view(client, session, "crane")
        assert (await client.delete(path)).json()["code"] == "asset_in_use"
        free = await client.post("/campaigns/small/assets", json={"slug": "free", "name": "x"})
        assert (await client.delete(f"/campaigns/small/assets/{free.json()['id']}")).status_code == 204
        assert (await client.get("/campaigns/small/assets")).json()["total"] == 3

    async def test_administrators_look_at_everything(self, client: httpx.AsyncClient, stocked: Container) -> None:
        one, two = await start(client), await start(client, "default")
        code = (await view(client, one, "a", "b"))["promo_code"]
        await view(client, two, "gas-turbine")
        user = (await leave(client, one, "anna@example.com"))["user_id"]
        await do_jobs(stocked)
        await sign_in(client, stocked, role=Role.ADMIN)

        async def listed(record: str, **params: str) -> list[dict[str, Any]]:
            reply = await client.get(f"/admin/campaigns/{record}", params=params)
            assert reply.status_code == 200, reply.text
            assert reply.json()["total"] == len(reply.json()["items"])
            items: list[dict[str, Any]] = reply.json()["items"]
            return items

        [participant] = await listed("participants", email="Anna@example.com")
        assert (participant["id"], participant["total_score"]) == (user, 15)
        assert await listed("participants", is_verified="true") == []
        assert {row["id"] for row in await listed("sessions")} == {one, two}
        assert [row["id"] for row in await listed("sessions", campaign="default")] == [two]
        assert [row["id"] for row in await listed("sessions", participant_id=user)] == [one]
        assert {row["asset_slug"] for row in await listed("progress", session_id=one)} == {"a", "b"}
        assert len(await listed("progress")) == 3
        assert [row["raw_payload"] for row in await listed("events", event_type="promo_sent")] == [
            {"code": code, "email": "anna@example.com"}
        ]
        assert len(await listed("events", session_id=two)) == 3
        assert [row["code"] for row in await listed("promo-codes", sent="true", used="false")] == [code]
        assert await listed("promo-codes", used="true") == []
        assert [row["email"] for row in await listed("promo-codes", code=code)] == ["anna@example.com"]
        for record, params in (("sessions", {"participant_id": "x"}), ("events", {"event_type": "x"})):
            assert (await client.get(f"/admin/campaigns/{record}", params=params)).status_code == 400

    @pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.ADMIN)])
    async def test_only_administrators_may(
        self, client: httpx.AsyncClient, stocked: Container, role: Role | None
    ) -> None:
        if role:
            await sign_in(client, stocked, role=role)
        for method, path in (
            ("GET", "/campaigns/small/assets"),
            ("POST", "/campaigns/small/assets"),
            ("GET", "/campaigns/small/assets/1"),
            ("PUT", "/campaigns/small/assets/1"),
            ("DELETE", "/campaigns/small/assets/1"),
            *(("GET", f"/admin/campaigns/{name}") for name in ("participants", "sessions", "progress", "events")),
            ("GET", "/admin/campaigns/promo-codes"),
        ):
            reply = await client.request(method, path, json={"slug": "x", "name": "x"})
            assert reply.status_code == (403 if role else 401), path
