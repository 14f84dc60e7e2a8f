"""Promo codes of the shop over HTTP (spec: store)."""

from typing import Any

import httpx

from tests.contracts.shop.bot import Bot, ShopContract


class HttpPromoCodesContract(ShopContract):
    """Run over every database."""

    async def test_promo_codes_take_off_and_are_counted(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        """M7."""

        async def code(name: str, **body: Any) -> dict[str, Any]:
            reply = await client.post("/api/promo-codes/", json={"code": name, **body}, headers=admin)
            assert reply.status_code == 201, reply.text
            made: dict[str, Any] = reply.json()
            return made

        async def uses(made: dict[str, Any]) -> int:
            number: int = (await client.get(f"/api/promo-codes/{made['id']}", headers=admin)).json()["current_uses"]
            return number

        third = await code("third", discount_percent=33, max_uses=1)
        assert third["code"] == "THIRD"
        taken = await client.post("/api/promo-codes", json={"code": " tHIRD "}, headers=admin)
        assert taken.json()["code"] == "code_taken"
        check = {"code": "Third", "lesson_id": products["one"]}
        assert await bot.call("POST", "/api/promo-codes/check", **check) == {
            "valid": True,
            "amount": 67,
            "discount": 33,
        }
        anna, boris = await bot.customer(1), await bot.customer(2)
        purchase = await bot.buy(anna, lesson_id=products["one"], promo_code=" third ", pay=False)
        assert (purchase["amount"], purchase["promo_code"], await uses(third)) == (67, "THIRD", 1)
        refused = await bot.buy(boris, lesson_id=products["one"], promo_code="THIRD", status=409)
        assert refused["code"] == "promo_exhausted"
        assert (await bot.call("POST", "/api/promo-codes/check", **check)) == {"valid": False, "reason": "exhausted"}
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        assert await uses(third) == 0
        paid = await bot.buy(boris, lesson_id=products["one"], promo_code="THIRD")
        assert await uses(third) == 1
        await bot.call("POST", f"/api/purchases/{paid['id']}/refund")
        assert await uses(third) == 0
        plain = await bot.buy(boris, lesson_id=products["two"], promo_code="  ", pay=False)
        assert (plain["amount"], plain["promo_code"]) == (200, None)
        await code("all", discount_percent=100)
        gift = await bot.buy(anna, lesson_id=products["one"], promo_code="all")
        assert (gift["amount"], gift["status"], gift["telegram_payment_charge_id"]) == (0, "completed", None)
        await code("much", discount_amount=5_000, discount_percent=100)
        assert (await bot.buy(anna, lesson_id=products["two"], promo_code="much", pay=False))["amount"] == 1
        off = await code("off", is_active=False)
        await code("old", expires_at="2026-01-01T00:00:00Z")
        for name, reason in (("off", "inactive"), ("old", "expired"), ("none", "unknown")):
            checked = await bot.call("POST", "/api/promo-codes/check", code=name, course_id=products["course"])
            assert checked == {"valid": False, "reason": reason}
            refused = await bot.buy(anna, course_id=products["course"], promo_code=name, status=409)
            assert refused["code"] == f"promo_{reason}"
        path = f"/api/promo-codes/{off['id']}"
        changed = await client.put(path, json={"is_active": True, "code": "on"}, headers=admin)
        assert (changed.json()["code"], changed.json()["is_active"]) == ("ON", True)
        assert (await client.put(path, json={"code": "third"}, headers=admin)).status_code == 409
        assert (await client.put(path, json={"discount_percent": 101}, headers=admin)).status_code == 400
        assert (await client.delete(path, headers=admin)).status_code == 204
        assert (await client.get(path, headers=admin)).status_code == 404
        assert (await client.get("/api/promo-codes", headers=admin)).json()["total"] == 4
