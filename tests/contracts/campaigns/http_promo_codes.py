"""Promo codes of campaigns over HTTP: issued for a complete session, shown and redeemed (spec: campaigns)."""

import asyncio
from collections import Counter

import httpx
from msgspec import structs

from atg_core.campaigns.model import EventType
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.campaigns.visitors import CODE, CampaignContract, events, leave, start, view
from tests.people import sign_in


class HttpPromoCodesContract(CampaignContract):
    """Run over every database."""

    async def test_a_campaign_without_assets_gives_no_code(self, client: httpx.AsyncClient) -> None:
        session = await start(client, "empty")
        reply = await client.get("/promo/", params={"session_id": session})
        assert (reply.status_code, reply.json()["detail"]) == (404, "not_completed")

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

    async def test_strangers_ask_by_email_ten_times_a_minute_or_never(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        await view(client, session, "a", "b")
        await leave(client, session, "anna@example.com")
        by_email = {"email": "anna@example.com"}
        replies = await asyncio.gather(*(client.get("/promo", params=by_email) for _ in range(14)))
        assert Counter(reply.status_code for reply in replies) == {200: 10, 429: 4}
        assert (await client.get("/promo", params={"session_id": session})).status_code == 200
        stocked.settings.override(structs.replace(stocked.settings(), promo_by_email=False))
        stocked.show_promo_code.reset()
        refused = await client.get("/promo", params=by_email)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_asked_by_email")
        assert (await client.get("/promo", params={**by_email, "session_id": session})).status_code == 200
        await sign_in(client, stocked, role=Role.ADMIN)
        for _ in range(11):
            assert (await client.get("/promo", params=by_email)).status_code == 200

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

    async def test_a_code_is_told_as_issued_when_it_is_asked_for_first(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """Whoever asks, and however often nothing was there before."""
        one, two = await start(client), await start(client)
        await client.get("/promo/", params={"session_id": one})
        await view(client, one, "a", "b")
        for _ in range(2):
            await client.get("/promo/", params={"session_id": one})
        await view(client, two, "a", "b")
        user = (await leave(client, two, "boris@example.com"))["user_id"]
        await client.get("/promo/", params={"user_id": user})
        await client.get("/promo/", params={"email": "boris@example.com"})
        await client.get("/promo/", params={"session_id": two})
        results = [payload["result"] for payload in await events(stocked, EventType.PROMO_CHECKED)]
        assert results == ["not_completed", "issued", "exists", "issued", "exists", "exists"]

    async def test_a_code_is_redeemed_once_by_an_administrator(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        session = await start(client)
        code = (await view(client, session, "a", "b"))["promo_code"]
        assert (await client.post("/promo/redeem", json={"code": code})).status_code == 401
        await sign_in(client, stocked, role=Role.INSTRUCTOR)
        assert (await client.post("/promo/redeem", json={"code": code})).status_code == 403
        await sign_in(client, stocked, "boss", role=Role.ADMIN)
        written = f" {code.lower().replace('-', ' - ', 1)}\t"
        redeemed = await client.post("/promo/redeem/", json={"code": written})
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
