"""Administration of campaigns over HTTP: assets and records (spec: campaigns)."""

from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_core.identity.staff import MARKETING_STAFF
from atg_entrypoints.container import Container
from tests.contracts.campaigns.visitors import (
    CampaignContract,
    do_jobs,
    leave,
    start,
    view,
)
from tests.people import sign_in


class HttpCampaignAdministrationContract(CampaignContract):
    """Run over every database."""

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

    @pytest.mark.parametrize("at", ["", "/api"])
    async def test_visitors_read_what_there_is_to_look_at(
        self, client: httpx.AsyncClient, stocked: Container, at: str
    ) -> None:
        meta = {"file": "models/crane.glb", "scale": 0.5, "tags": ["Кран"]}
        asset = {"slug": "crane", "name": "Кран", "type": "model", "campaign": "small", "points": 7, "meta": meta}
        await stocked.edit_assets().add("small", {name: asset[name] for name in asset if name != "campaign"})
        for path in (f"{at}/campaigns/small/assets", f"{at}/campaigns/small/assets/"):
            found = (await client.get(path)).json()
            assert [row["slug"] for row in found["items"]] == ["a", "b", "crane"]
            assert {name: found["items"][2][name] for name in asset} == asset
        assert (await client.get(f"{at}/campaigns/nobody/assets")).json()["items"] == []
        one = f"{at}/campaigns/small/assets/{found['items'][2]['id']}"
        assert {(await client.request(method, one, json={})).status_code for method in ("PUT", "DELETE")} == {401}

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
        for written in (code, f" {code.lower()} ", code.replace("-", " - ")):
            assert [row["email"] for row in await listed("promo-codes", code=written)] == ["anna@example.com"]
        for record, number in (("participants", 1), ("sessions", 1), ("progress", 2), ("promo-codes", 1)):
            assert len(await listed(record, campaign="small")) == number, record
        assert await listed("participants", campaign="default") == await listed("promo-codes", campaign="default") == []
        assert {row["session_id"] for row in await listed("events", campaign="small")} == {one}
        assert {row["session_id"] for row in await listed("events", campaign="default")} == {two}
        assert "processed" not in (await listed("events", campaign="default"))[0]
        for record, params in (("sessions", {"participant_id": "x"}), ("events", {"event_type": "x"})):
            assert (await client.get(f"/admin/campaigns/{record}", params=params)).status_code == 400

    @pytest.mark.refuses
    @pytest.mark.parametrize("role", [None, *sorted(set(Role) - MARKETING_STAFF)])
    async def test_only_marketing_may(self, client: httpx.AsyncClient, stocked: Container, role: Role | None) -> None:
        if role:
            await sign_in(client, stocked, role=role)
        for method, path in (
            ("POST", "/campaigns/small/assets"),
            ("GET", "/campaigns/small/assets/1"),
            ("PUT", "/campaigns/small/assets/1"),
            ("DELETE", "/campaigns/small/assets/1"),
            *(("GET", f"/admin/campaigns/{name}") for name in ("participants", "sessions", "progress", "events")),
            ("GET", "/admin/campaigns/promo-codes"),
            ("GET", "/admin/campaigns/promo-codes.csv"),
            ("GET", "/admin/campaigns"),
            ("GET", "/admin/campaigns/small/days"),
            ("GET", "/admin/campaigns/small/days.csv"),
        ):
            reply = await client.request(method, path, json={"slug": "x", "name": "x"})
            assert reply.status_code == (403 if role else 401), path
