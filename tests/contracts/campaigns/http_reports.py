"""What campaigns have brought, for administrators (spec: campaigns)."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange
from tests.contracts.campaigns.visitors import NOON, CampaignContract, Now, do_jobs, leave, start, view
from tests.people import sign_in


async def listed(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    reply = await client.get(f"/admin/campaigns{path}", params=params)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def table(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, str]]:
    assert (await client.put("/users/me", json={"language": "en"})).status_code == 200
    reply = await client.get(f"/admin/campaigns{path}", params=params)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))


class HttpCampaignReportsContract(CampaignContract):
    """Run over every database."""

    async def test_each_campaign_has_numbers_of_its_own(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await arrange(stocked, assets=[{"slug": "other", "name": "В", "campaign": "other"}])
        one, two, three = await start(client), await start(client), await start(client, "other")
        await view(client, one, "a", "b", "b")
        await view(client, two, "a")
        await view(client, three, "other")
        await leave(client, one, "anna@example.com")
        await leave(client, three, "anna@example.com")
        await leave(client, two, "boris@example.com")
        await do_jobs(stocked)
        small = (await client.get("/stats/", params={"campaign": "small"})).json()
        assert small == {
            "best_asset": {"slug": "a", "name": "А"},
            "views_today": 4,
            "views_all_time": 4,
            "sessions": 2,
            "active_sessions": 2,
            "participants": 2,
            "completed_sessions": 1,
            "promo_codes_issued": 1,
            "promo_codes_sent": 1,
            "assets": [
                {"slug": "a", "views": 2, "unique_sessions": 2},
                {"slug": "b", "views": 2, "unique_sessions": 1},
            ],
        }
        everything = (await client.get("/api/stats")).json()
        numbers = [everything[name] for name in ("sessions", "active_sessions", "participants", "promo_codes_sent")]
        assert numbers == [3, 3, 2, 2]
        nothing = (await client.get("/stats", params={"campaign": "none"})).json()
        assert (nothing["sessions"], nothing["views_all_time"], nothing["assets"]) == (0, 0, [])
        assert (await client.get("/stats", params={"campaign": "a b"})).status_code == 400

        await sign_in(client, stocked, role=Role.ADMIN)
        rows = {row["campaign"]: row for row in await listed(client, "")}
        assert list(rows) == ["default", "other", "small"]
        same = small.keys() & rows["small"].keys() - {"assets"}
        assert {name: rows["small"][name] for name in same} == {name: small[name] for name in same}
        assert len(same) == 8
        assert (rows["small"]["assets"], rows["small"]["points"]) == (2, 15)
        assert (rows["other"]["sessions"], rows["other"]["participants"], rows["default"]["sessions"]) == (1, 1, 0)
        written = await table(client, ".csv")
        assert written == [{name: str(value) for name, value in row.items()} for row in rows.values()]
        second = await client.get("/admin/campaigns", params={"page": 2, "size": 2})
        assert [row["campaign"] for row in second.json()["items"]] == ["small"]
        assert (second.json()["total"], second.json()["pages"]) == (3, 2)

    async def test_participants_are_counted_where_their_sessions_are(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """A session may go over to another address."""

        async def participants() -> tuple[int, int]:
            both = [(await client.get("/stats", params=of)).json() for of in ({}, {"campaign": "small"})]
            return both[0]["participants"], both[1]["participants"]

        one, two = await start(client), await start(client)
        await leave(client, one, "anna@example.com")
        await leave(client, two, "anna@example.com")
        await leave(client, two, "anna@example.com")
        assert await participants() == (1, 1)
        await leave(client, two, "boris@example.com")
        assert await participants() == (2, 2)
        await leave(client, one, "boris@example.com")
        assert await participants() == (2, 1), "anna has no session left there"
        await leave(client, one, "anna@example.com")
        assert await participants() == (2, 2)

    async def test_the_funnel_goes_by_the_day_that_sessions_began(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        now = Now(stocked)
        one, two, _ = await start(client), await start(client), await start(client)
        await start(client, "default")
        await view(client, one, "a")
        now.pass_by(days=1)
        three = await start(client)
        await view(client, one, "b")
        await view(client, two, "a", "a")
        code = (await view(client, three, "a", "b"))["promo_code"]
        await leave(client, one, "anna@example.com")
        await do_jobs(stocked)
        await sign_in(client, stocked, role=Role.ADMIN)
        await client.post("/promo/redeem", json={"code": code})
        names = ("views", "sessions", "viewed_sessions", "completed_sessions")
        others = ("participants", "promo_codes_sent", "promo_codes_used")
        found = await listed(client, "/small/days")
        assert [row["day"] for row in found[:2]] == ["2026-03-03", "2026-03-02"]
        assert [found[0][name] for name in names + others] == [5, 1, 1, 1, 0, 0, 1]
        assert [found[1][name] for name in names + others] == [1, 3, 2, 1, 1, 1, 0]
        assert {tuple(row[name] for name in names + others) for row in found[2:]} == {(0,) * 7}
        assert (await client.get("/admin/campaigns/small/days")).json()["total"] == 30
        period = {"from": "2026-03-02", "to": "2026-03-03"}
        assert await listed(client, "/small/days", **period, size=1) == found[:1]
        assert await listed(client, "/small/days", **period, size=1, page=2) == found[1:2]
        assert await listed(client, "/small/days", **period, page=2) == []
        written = await table(client, "/small/days.csv", **period)
        assert written == [{name: str(value) for name, value in row.items()} for row in found[:2]]
        assert (await listed(client, "/other/days", **period))[0]["sessions"] == 0

    @pytest.mark.parametrize(
        ("period", "status"),
        [
            ({"from": "2025-03-03", "to": "2026-03-03"}, 200),
            ({"from": "2025-03-02", "to": "2026-03-03"}, 400),
            ({"from": "2026-03-04", "to": "2026-03-03"}, 400),
            ({"from": "2026-03-09", "to": "2026-03-03"}, 400),
            ({"from": "6792-01-31"}, 400),
            ({"from": "yesterday"}, 400),
            ({"to": "9999-12-31"}, 400),
            ({"to": "0001-01-01"}, 400),
        ],
    )
    async def test_a_period_is_one_that_can_be_counted(
        self, client: httpx.AsyncClient, stocked: Container, period: dict[str, str], status: int
    ) -> None:
        await sign_in(client, stocked, role=Role.ADMIN)
        for path in ("/admin/campaigns/small/days", "/admin/campaigns/small/days.csv"):
            assert (await client.get(path, params=period)).status_code == status, path

    async def test_records_are_written_as_csv_with_the_same_filters(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        one, two = await start(client), await start(client, "default")
        await client.post("/view/", json={"session_id": one, "asset_slug": "a", "device": "=cmd"})
        code = (await view(client, one, "b"))["promo_code"]
        await leave(client, one, "anna@example.com")
        await sign_in(client, stocked, role=Role.ADMIN)
        for record in ("participants", "sessions", "progress", "events", "promo-codes"):
            items = await listed(client, f"/{record}", size=100)
            written = await table(client, f"/{record}.csv")
            assert [list(row) for row in written] == [list(item) for item in items], record
            assert len(written) == len(items) > 0
        assert [row["id"] for row in await table(client, "/sessions.csv", campaign="default")] == [two]
        assert [row["code"] for row in await table(client, "/promo-codes.csv", used="false")] == [code]
        assert await table(client, "/participants.csv", email="none@example.com") == []
        [event] = [row for row in await table(client, "/events.csv", event_type="viewed_asset") if "device" in str(row)]
        assert event["raw_payload"] == '{"device":"=cmd","asset_slug":"a","times_viewed":1}'

    async def test_a_session_is_active_for_thirty_days(self, client: httpx.AsyncClient, stocked: Container) -> None:
        now = Now(stocked)
        idle = await start(client)
        now.moment = NOON + timedelta(days=29)
        await start(client)
        await sign_in(client, stocked, role=Role.ADMIN)
        assert {row["is_active"] for row in await listed(client, "/sessions")} == {True}
        now.pass_by(days=1, seconds=1)
        await sign_in(client, stocked, "boss", role=Role.ADMIN)
        assert {row["id"]: row["is_active"] for row in await listed(client, "/sessions")}[idle] is False
        assert [row["id"] for row in await listed(client, "/sessions", is_active="false")] == [idle]
        assert idle not in {row["id"] for row in await listed(client, "/sessions", is_active="true")}
