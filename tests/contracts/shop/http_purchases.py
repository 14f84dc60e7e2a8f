"""Purchases over HTTP, from the checkout to payment, failure or refund (spec: store)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from dependency_injector import providers

from atg_entrypoints.container import Container
from tests.contracts.shop.bot import NOON, Bot, ShopContract


class HttpPurchasesContract(ShopContract):
    """Run over every database."""

    async def test_a_purchase_is_paid_once(self, client: httpx.AsyncClient, bot: Bot, products: dict[str, int]) -> None:
        """M2."""
        anna = await bot.customer()
        pending = await bot.buy(anna, lesson_id=products["one"], pay=False)
        assert (pending["status"], pending["amount"], pending["promo_code"]) == ("pending", 100, None)
        same = {"user_id": anna, "lesson_id": products["one"], "payment_id": pending["payment_id"]}
        assert await bot.call("POST", "/api/purchases/create", 200, **same) == pending
        for other in ({"lesson_id": products["two"]}, {"promo_code": "X"}, {"user_id": await bot.customer(2)}):
            refused = await bot.call("POST", "/api/purchases/create", 409, **{**same, **other})
            assert refused["code"] == "payment_conflict"
        assert await bot.call("POST", f"/api/purchases/{pending['id']}/pre-checkout") == {"ok": True}
        assert (await bot.pay(pending, 409, total_amount=99))["code"] == "amount_differs"
        paid = await bot.pay(pending)
        assert (paid["status"], paid["telegram_payment_charge_id"]) == ("completed", f"charge-{pending['payment_id']}")
        assert await bot.pay(pending) == paid
        assert (await bot.pay(pending, 409, telegram_payment_charge_id="another"))["code"] == "payment_conflict"
        assert (await bot.call("POST", f"/api/purchases/{paid['id']}/fail", 409))["code"] == "already_paid"
        assert (await bot.buy(anna, lesson_id=products["one"], status=409))["code"] == "already_owned"
        assert (await bot.get(f"/api/users/{anna}/purchases"))["items"] == [paid]
        other = await bot.buy(anna, lesson_id=products["two"], pay=False)
        charge = paid["telegram_payment_charge_id"]
        assert (await bot.pay(other, 409, telegram_payment_charge_id=charge))["code"] == "payment_conflict"

    async def test_what_others_own_stops_nobody_from_paying(self, bot: Bot, products: dict[str, int]) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, lesson_id=products["two"])
        await bot.buy(anna, course_id=products["course"])
        for buyer, item in ((boris, {"lesson_id": products["one"]}), (boris, {"course_id": products["course"]})):
            pending = await bot.buy(buyer, **item, pay=False)
            assert await bot.call("POST", f"/api/purchases/{pending['id']}/pre-checkout") == {"ok": True}
        late = await bot.buy(boris, lesson_id=products["one"], pay=False)
        await bot.pay(pending)
        told = await bot.call("POST", f"/api/purchases/{late['id']}/pre-checkout")
        assert told == {"ok": False, "error_message": "You own this already"}

    async def test_whoever_owns_a_course_owns_its_lessons_and_what_is_free_is_not_sold(
        self, client: httpx.AsyncClient, bot: Bot, products: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        assert (await bot.buy(anna, lesson_id=products["free"], status=409))["code"] == "already_owned"
        first, second = [await bot.buy(anna, course_id=products["course"], pay=False) for _ in range(2)]
        assert (await bot.pay(first))["amount"] == 250
        assert (await bot.pay(second, 409))["code"] == "already_owned"
        answer = await bot.call("POST", f"/api/purchases/{second['id']}/pre-checkout")
        assert answer == {"ok": False, "error_message": "You own this already"}
        assert (await bot.buy(anna, lesson_id=products["one"], status=409))["code"] == "already_owned"

    async def test_what_changed_before_the_payment_is_said_at_the_checkout(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        purchase = await bot.buy(anna, lesson_id=products["one"], pay=False)
        path = f"/api/purchases/{purchase['id']}/pre-checkout"
        assert (await bot.call("POST", path, total_amount=99))["ok"] is False
        assert (await bot.call("POST", path, total_amount=100, telegram_id=777))["ok"] is True
        told = await bot.call("POST", path, telegram_id=778)
        assert told == {"ok": False, "error_message": "This purchase is somebody else's"}
        await client.delete(f"/api/lessons/{products['one']}", headers=admin)
        assert await bot.call("POST", path) == {"ok": False, "error_message": "This is no longer for sale"}
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        assert (await bot.call("POST", path))["ok"] is False
        assert (await bot.pay(purchase, 409))["code"] == "purchase_failed"
        await bot.call("POST", "/api/purchases/99999/pre-checkout", 404)

    async def test_what_is_not_paid_in_half_an_hour_has_failed(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        moment = NOON
        stocked.clock.override(providers.Object(lambda: moment))
        made = (await client.post("/api/promo-codes", json={"code": "one", "max_uses": 1}, headers=admin)).json()
        anna = await bot.customer()
        purchase = await bot.buy(anna, lesson_id=products["one"], promo_code="one", pay=False)
        moment += timedelta(minutes=29)
        assert await stocked.settle_purchase().fail_overdue() == 0
        moment += timedelta(minutes=1)
        assert (await bot.call("POST", f"/api/purchases/{purchase['id']}/pre-checkout"))["ok"] is False
        assert await stocked.settle_purchase().fail_overdue() == 1
        assert await stocked.settle_purchase().fail_overdue() == 0
        assert (await bot.get(f"/api/users/{anna}/purchases"))["items"][0]["status"] == "failed"
        path = f"/api/promo-codes/{made['id']}"
        assert (await client.get(path, headers=admin)).json()["current_uses"] == 0

    async def test_a_refund_takes_the_access_back(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, products: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        paid = await bot.buy(anna, lesson_id=products["one"])
        path = f"/api/purchases/{paid['id']}/refund"
        refunded = await bot.call("POST", path)
        assert refunded["status"] == "refunded"
        assert await bot.call("POST", path) == refunded
        assert (await bot.get(f"/api/users/{anna}/access?lesson_id={products['one']}"))["has_access"] is False
        waiting = [(job.kind, job.arguments) for job in await stocked.jobs().listed()]
        assert waiting == [("refund_stars", {"telegram_id": 777, "charge_id": paid["telegram_payment_charge_id"]})]
        assert (await bot.pay(paid, 409))["code"] == "purchase_failed"
        pending = await bot.buy(anna, lesson_id=products["one"], pay=False)
        assert (await bot.call("POST", f"/api/purchases/{pending['id']}/refund", 409))["code"] == "not_completed"

    async def test_who_is_not_active_buys_nothing(self, bot: Bot, products: dict[str, int]) -> None:
        anna = await bot.customer()
        await bot.call("PUT", f"/api/users/{anna}", is_active=False)
        assert (await bot.buy(anna, lesson_id=products["one"], status=409))["code"] == "customer_inactive"

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"lesson_id": 1, "course_id": 1}, "lesson_id"),
            ({}, "lesson_id"),
            ({"lesson_id": 1, "payment_id": ""}, "payment_id"),
            ({"lesson_id": 1, "user_id": 0}, "user_id"),
        ],
    )
    async def test_what_a_purchase_needs_is_said(
        self, client: httpx.AsyncClient, bot: Bot, body: dict[str, Any], field: str
    ) -> None:
        refused = await bot.call("POST", "/api/purchases/create", 400, **{"user_id": 1, "payment_id": "x", **body})
        assert [error["field"] for error in refused["errors"]] == [field]
