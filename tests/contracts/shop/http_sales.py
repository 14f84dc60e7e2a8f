"""What the shop has sold, for administrators (spec: store)."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_entrypoints.container import Container
from tests.contracts.shop.bot import NOON, Bot, ShopContract

_USE_CASES = ("create_purchase", "settle_purchase", "refund_purchase", "edit_products", "edit_customers")


class HttpSalesContract(ShopContract):
    """Run over every database."""

    @pytest.fixture
    async def sold(
        self, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> list[dict[str, Any]]:
        """Five purchases of two customers on two days, newest first: three were paid, one was refunded since."""
        moments = iter([NOON - timedelta(days=1)] * 2 + [NOON] * 3)
        for name in _USE_CASES:
            getattr(stocked, name).reset()
        anna, boris = await bot.customer(1), await bot.customer(2)
        bought = []
        for user, item, paid in (
            (anna, {"lesson_id": products["one"]}, True),
            (boris, {"lesson_id": products["one"]}, True),
            (anna, {"course_id": products["course"]}, True),
            (boris, {"lesson_id": products["two"]}, False),
            (anna, {"lesson_id": products["other"]}, True),
        ):
            moment = next(moments)
            stocked.clock.override(providers.Object(lambda moment=moment: moment))
            for name in ("create_purchase", "settle_purchase", "refund_purchase"):
                getattr(stocked, name).reset()
            bought.append(await bot.buy(user, pay=paid, **item))
        bought[4] = await bot.call("POST", f"/api/purchases/{bought[4]['id']}/refund")
        return bought[::-1]

    async def test_purchases_are_listed_and_filtered(
        self,
        client: httpx.AsyncClient,
        admin: dict[str, str],
        sold: list[dict[str, Any]],
        products: dict[str, int],
    ) -> None:
        async def ids(**query: Any) -> list[int]:
            reply = await client.get("/api/purchases/", params=query, headers=admin)
            assert reply.status_code == 200, reply.text
            return [each["id"] for each in reply.json()["items"]]

        listed = (await client.get("/api/purchases", headers=admin)).json()
        assert (listed["items"], listed["total"]) == (sold, 5)
        numbers = [each["id"] for each in sold]
        assert await ids(page=2, size=2) == numbers[2:4]
        assert await ids(user_id=sold[1]["user_id"]) == [numbers[1], numbers[3]]
        assert await ids(lesson_id=products["one"]) == numbers[3:]
        assert await ids(course_id=products["course"]) == [numbers[2]]
        assert await ids(status="pending") == [numbers[1]]
        assert await ids(status="refunded", user_id=sold[1]["user_id"]) == []
        assert await ids(**{"from": "2026-03-02"}) == numbers[:3]
        assert await ids(to="2026-03-01") == numbers[3:]
        assert await ids(**{"from": "2026-03-01", "to": "2026-03-02"}) == numbers
        assert await ids(**{"from": "2026-03-03"}) == await ids(to="2026-02-28") == []

    async def test_sums_are_of_what_was_paid(
        self,
        client: httpx.AsyncClient,
        admin: dict[str, str],
        sold: list[dict[str, Any]],
        products: dict[str, int],
    ) -> None:
        async def sums(by: str, **query: Any) -> list[dict[str, Any]]:
            reply = await client.get(f"/api/purchases/by-{by}", params=query, headers=admin)
            assert reply.status_code == 200, reply.text
            items: list[dict[str, Any]] = reply.json()["items"]
            return items

        one, course = (
            {"lesson_id": products["one"], "course_id": None},
            {"lesson_id": None, "course_id": products["course"]},
        )
        by_item = [
            {**course, "title": "Курс", "purchases": 1, "amount": 250},
            {**one, "title": "Урок 1", "purchases": 2, "amount": 200},
        ]
        assert await sums("item") == by_item
        assert await sums("item", page=2, size=1) == by_item[1:]
        assert await sums("item", **{"from": "2026-03-02"}) == by_item[:1]
        assert [each["amount"] for each in await sums("item", status="refunded")] == [400]
        by_day = [
            {"day": "2026-03-02", "purchases": 1, "amount": 250},
            {"day": "2026-03-01", "purchases": 2, "amount": 200},
            {"day": "2026-02-28", "purchases": 0, "amount": 0},
        ]
        assert (await sums("day"))[:3] == by_day
        assert await sums("day", **{"from": "2026-02-28"}) == by_day
        assert await sums("day", **{"from": "2026-02-28", "page": 2, "size": 2}) == by_day[2:]
        assert [each["amount"] for each in (await sums("day", user_id=sold[1]["user_id"]))[:2]] == [0, 100]
        assert (await client.get("/api/purchases/by-day", headers=admin)).json()["total"] == 30

    async def test_each_list_is_there_as_csv(
        self, client: httpx.AsyncClient, admin: dict[str, str], sold: list[dict[str, Any]]
    ) -> None:
        for path, query in (("", {"status": "completed"}), ("/by-item", {}), ("/by-day", {"from": "2026-02-28"})):
            listed = (await client.get(f"/api/purchases{path}", params=query, headers=admin)).json()["items"]
            await client.put("/users/me", json={"language": "en"}, headers=admin)
            reply = await client.get(f"/api/purchases{path}.csv", params=query, headers=admin)
            assert reply.headers["content-type"].startswith("text/csv"), path
            written = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
            as_text = [{name: "" if each[name] is None else str(each[name]) for name in each} for each in listed]
            assert written == as_text, path
            assert len(written) >= 2

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "paid"},
            {"user_id": "0"},
            {"from": "2026-02-30"},
            {"to": "9999-12-31"},
            {"user_id": "x"},
        ],
    )
    async def test_what_is_no_filter_is_said(
        self, client: httpx.AsyncClient, admin: dict[str, str], query: dict[str, str]
    ) -> None:
        for path in ("", ".csv", "/by-item", "/by-day.csv"):
            reply = await client.get(f"/api/purchases{path}", params=query, headers=admin)
            assert reply.status_code == 400, path
            assert [each["field"] for each in reply.json()["errors"]] == list(query)

    async def test_the_shop_is_below_a_version_as_well(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        """But not in the documentation."""
        anna = await bot.customer(1)
        for path in ("lessons/", f"lessons/{products['one']}", "courses", f"courses/{products['course']}/"):
            assert (await client.get(f"/api/v1/{path}")).json() == (await client.get(f"/api/{path}")).json()
        for path in ("purchases", "purchases.csv", "promo-codes/", f"users/{anna}", "support-tickets?status=open"):
            versioned, plain = [await client.get(f"/api/{at}{path}", headers=admin) for at in ("v1/", "")]
            assert (versioned.status_code, versioned.content) == (200, plain.content)
        created = await bot.call(
            "POST", "/api/v1/purchases/create", 201, user_id=anna, lesson_id=products["one"], payment_id="v1"
        )
        assert await bot.call("POST", f"/api/v1/purchases/{created['id']}/pre-checkout") == {"ok": True}
        assert (await client.get("/api/v1/users/1")).status_code == 401
        for path in ("/api/v1/stats", "/api/v1/health", "/api/v1/", "/api/v1", "/api/v2/lessons"):
            assert (await client.get(path)).status_code == 404, path
        assert "/api/v1" not in (await client.get("/openapi.json")).text
