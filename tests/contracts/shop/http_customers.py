"""Customers and their support tickets over HTTP (spec: store)."""

from typing import Any

import httpx

from atg_entrypoints.container import Container
from tests.contracts.shop.bot import Bot, ShopContract


class HttpCustomersContract(ShopContract):
    """Run over every database."""

    async def test_the_first_contact_makes_the_customer_and_a_retry_does_not(
        self, client: httpx.AsyncClient, bot: Bot
    ) -> None:
        body = {"telegram_id": 5_000_000_000, "first_name": "Анна", "username": "anna"}
        first = await client.post("/api/users/", json=body, headers=bot.headers)
        again = await client.post("/api/users", json={**body, "first_name": "Иная"}, headers=bot.headers)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert first.json()["language_code"] == "en"
        user = first.json()["id"]
        changed = await bot.call("PUT", f"/api/users/{user}", first_name="Аня", is_active=False)
        assert (changed["first_name"], changed["is_active"], changed["username"]) == ("Аня", False, "anna")
        assert (await bot.get("/api/users/?is_active=false&q=Ан"))["items"] == [changed]
        assert (await bot.get("/api/users?is_active=true"))["total"] == 0
        await bot.get("/api/users/99999", 404)
        assert (await bot.get("/api/users/99999/purchases", 404))["code"] == "customer_not_found"
        await bot.call("POST", "/api/users/", 400, telegram_id=0, first_name="x")
        await bot.call("POST", "/api/users/", 400, telegram_id=5)

    async def test_a_language_that_telegram_does_not_know_is_the_default(self, bot: Bot) -> None:
        body: dict[str, Any] = {"telegram_id": 5, "first_name": "x"}
        made = await bot.call("POST", "/api/users", 201, **body, language_code=None)
        assert made["language_code"] == "en"
        path = f"/api/users/{made['id']}"
        assert (await bot.call("PUT", path, language_code="pt-BR"))["language_code"] == "pt-BR"
        assert (await bot.call("PUT", path, first_name="y"))["language_code"] == "pt-BR"
        assert (await bot.call("PUT", path, language_code=None))["language_code"] == "en"
        for wrong in ("", "en US", 5):
            assert (await bot.call("PUT", path, 400, language_code=wrong))["errors"][0]["field"] == "language_code"

    async def test_an_answer_of_support_goes_to_the_customer(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        asked = await bot.call("POST", "/api/support-tickets", 201, user_id=anna, subject="Видео", message="Не идёт")
        assert (asked["status"], asked["admin_response"]) == ("open", None)
        path = f"/api/support-tickets/{asked['id']}"
        mine = self.customer_headers(stocked, boris)
        own = await client.post("/api/support-tickets", json={"subject": "x", "message": "y"}, headers=mine)
        assert own.json()["user_id"] == boris
        listed = (await client.get(f"/api/support-tickets?user_id={anna}", headers=mine)).json()["items"]
        assert [ticket["id"] for ticket in listed] == [own.json()["id"]]
        assert (await client.get(path, headers=mine)).status_code == 404
        assert (await client.put(path, json={"status": "closed"}, headers=mine)).status_code in {401, 403}
        theirs = {"user_id": anna, "subject": "x", "message": "y"}
        assert (await client.post("/api/support-tickets", json=theirs, headers=mine)).status_code == 404
        answer = await client.put(path, json={"admin_response": "Обновите"}, headers=admin)
        assert (answer.json()["status"], answer.json()["admin_response"]) == ("in_progress", "Обновите")
        [job] = await stocked.jobs().listed()
        assert (job.kind, job.arguments) == ("send_telegram_message", {"chat_id": 1, "text": "Видео\n\nОбновите"})
        closed = await client.put(path, json={"status": "closed"}, headers=bot.headers)
        assert (closed.json()["status"], closed.json()["admin_response"]) == ("closed", "Обновите")
        assert len((await bot.get("/api/support-tickets?status=closed"))["items"]) == 1
        await bot.call("POST", "/api/support-tickets", 404, user_id=99999, subject="x", message="y")
        await bot.call("POST", "/api/support-tickets", 400, subject="x", message="y")
        assert (await client.put(path, json={"status": "lost"}, headers=admin)).status_code == 400

    async def test_a_ticket_is_a_thread_to_which_its_customer_adds_until_it_is_closed(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        asked = await bot.call("POST", "/api/support-tickets", 201, user_id=anna, subject="Видео", message="Не идёт")
        other = await bot.call("POST", "/api/support-tickets", 201, user_id=boris, subject="x", message="y")
        path = f"/api/support-tickets/{asked['id']}"
        thread, mine = f"{path}/messages", self.customer_headers(stocked, anna)
        await client.put(path, json={"admin_response": "Обновите"}, headers=admin)
        added = await client.post(thread, json={"text": "Не помогло"}, headers=mine)
        assert (added.status_code, added.json()["author"], added.json()["text"]) == (201, "customer", "Не помогло")
        now = (await client.get(path, headers=mine)).json()
        assert (now["status"], now["message"], now["admin_response"]) == ("open", "Не идёт", "Обновите")
        await bot.call("POST", thread, 201, text="И звука нет")
        await client.put(path, json={"admin_response": "Переустановите"}, headers=admin)
        await client.put(path, json={"status": "closed"}, headers=admin)
        said = [
            ("staff", "Переустановите"),
            ("customer", "И звука нет"),
            ("customer", "Не помогло"),
            ("staff", "Обновите"),
            ("customer", "Не идёт"),
        ]
        for headers in (mine, admin, bot.headers):
            found = (await client.get(thread, headers=headers)).json()
            assert [(each["author"], each["text"]) for each in found["items"]] == said
        second = (await client.get(f"{thread}?size=2&page=2", headers=mine)).json()
        assert (second["total"], [each["text"] for each in second["items"]]) == (5, ["Не помогло", "Обновите"])
        assert (await client.get(path, headers=mine)).json()["admin_response"] == "Переустановите"
        refused = await client.post(thread, json={"text": "Ещё"}, headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (409, "ticket_closed")
        for body in ({}, {"text": ""}, {"text": "a\x00"}):
            assert (await client.post(thread, json=body, headers=mine)).status_code == 400
        theirs = self.customer_headers(stocked, boris)
        assert (await client.get(thread, headers=theirs)).status_code == 404
        assert (await client.post(thread, json={"text": "x"}, headers=theirs)).status_code == 404
        await bot.call("POST", "/api/support-tickets/999999/messages", 404, text="x")
        await bot.get("/api/support-tickets/999999/messages", 404)
        await client.put(f"/api/support-tickets/{other['id']}", json={"status": "in_progress"}, headers=admin)
        assert (await bot.get(f"/api/support-tickets/{other['id']}/messages"))["total"] == 1

    async def test_a_key_is_its_callers_own(self, client: httpx.AsyncClient, stocked: Container, bot: Bot) -> None:
        body = {"subject": "x", "message": "y"}
        made = {}
        for telegram_id in (1, 2):
            headers = self.customer_headers(stocked, await bot.customer(telegram_id))
            calls = [
                await client.post("/api/support-tickets", json=body, headers={**headers, "Idempotency-Key": "same"})
                for _ in range(2)
            ]
            assert calls[0].json() == calls[1].json()
            made[telegram_id] = calls[0].json()
        assert made[1]["user_id"] != made[2]["user_id"]
