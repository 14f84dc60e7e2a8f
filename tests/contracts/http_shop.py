"""The shop over HTTP, over every database alike (spec: store)."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from dependency_injector import providers
from litestar.routes import HTTPRoute

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.people import sign_in

SERVICE = "service-token-of-the-bot-0123456789-abcdefghij"
SECRETS = {"video_path": "shop/1.mp4", "text_content": "Тайна"}
SHOP_PATHS = ("/api/lessons", "/api/courses", "/api/users", "/api/promo-codes", "/api/support-tickets")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_payments = count(1)


class Bot:
    """Calls with the service's token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {SERVICE}"}

    async def call(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        reply = await self.client.request(method, path, json=body or None, headers=self.headers)
        assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.call("GET", path, status)

    async def customer(self, telegram_id: int = 777) -> int:
        reply = await self.client.post(
            "/api/users/", json={"telegram_id": telegram_id, "first_name": "Анна"}, headers=self.headers
        )
        assert reply.status_code in {200, 201}
        customer: int = reply.json()["id"]
        return customer

    async def buy(self, user: int, *, pay: bool = True, status: int = 201, **of: Any) -> Any:
        purchase = await self.call(
            "POST", "/api/purchases/create", status, user_id=user, payment_id=f"pay-{next(_payments)}", **of
        )
        if not pay or status >= 400 or purchase["status"] == "completed":
            return purchase
        return await self.pay(purchase)

    async def pay(self, purchase: dict[str, Any], status: int = 200, **changes: Any) -> Any:
        body = {
            "telegram_payment_charge_id": f"charge-{purchase['payment_id']}",
            "total_amount": purchase["amount"],
            **changes,
        }
        return await self.call("POST", f"/api/purchases/{purchase['id']}/complete", status, **body)


class HttpShopContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def bot(self, client: httpx.AsyncClient, stocked: Container) -> Bot:
        settings = msgspec.structs.replace(stocked.settings(), service_tokens=[SERVICE])
        stocked.settings.override(providers.Object(settings))
        return Bot(client)

    @pytest.fixture
    async def admin(self, client: httpx.AsyncClient, stocked: Container) -> dict[str, str]:
        token = await sign_in(client, stocked, "boss", role=Role.ADMIN)
        del client.headers["authorization"]
        return {"Authorization": f"Bearer {token}"}

    @pytest.fixture
    async def goods(self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str]) -> dict[str, int]:
        """Four lessons, the third free, and a course of the first two."""

        async def add(path: str, **body: Any) -> int:
            reply = await client.post(path, json=body, headers=admin)
            assert reply.status_code == 201, reply.text
            number: int = reply.json()["id"]
            return number

        lessons = [
            await add("/api/lessons/", title=f"Урок {number}", price=100 * number, is_free=number == 3, **SECRETS)
            for number in (1, 2, 3, 4)
        ]
        course = await add(
            "/api/courses/", title="Курс", total_price=300, discount_price=250, lesson_ids=lessons[1::-1]
        )
        return {"one": lessons[0], "two": lessons[1], "free": lessons[2], "other": lessons[3], "course": course}

    def customer_headers(self, stocked: Container, customer: int) -> dict[str, str]:
        token = stocked.customer_tokens().token(customer, stocked.clock()())
        return {"Authorization": f"Bearer {token}"}

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
        await bot.call("POST", "/api/users/", 400, telegram_id=0, first_name="x")
        await bot.call("POST", "/api/users/", 400, telegram_id=5)

    async def test_what_is_sold_is_shown_to_those_who_have_bought_it(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, course_id=goods["course"])
        callers: list[tuple[str, dict[str, str], str, set[str]]] = [
            ("nobody", {}, "", {"free"}),
            ("somebody signed in", {"Authorization": "Bearer nonsense"}, "", {"free"}),
            ("anna", self.customer_headers(stocked, anna), "", {"free", "one", "two"}),
            ("boris", self.customer_headers(stocked, boris), "", {"free"}),
            ("boris as anna", self.customer_headers(stocked, boris), f"?for_user={anna}", {"free"}),
            ("the bot", bot.headers, "", {"free"}),
            ("the bot for anna", bot.headers, f"?for_user={anna}", {"free", "one", "two"}),
            ("admin", admin, "", {"free"}),
            ("admin for anna", admin, f"?for_user={anna}", {"free", "one", "two"}),
            ("admin for boris", admin, f"?for_user={boris}", {"free"}),
        ]
        names = {number: name for name, number in goods.items() if name != "course"}
        for who, headers, query, seen in callers:
            listed = (await client.get(f"/api/lessons/{query}", headers=headers)).json()["items"]
            course = (await client.get(f"/api/courses/{goods['course']}{query}", headers=headers)).json()
            single = [(await client.get(f"/api/lessons/{number}{query}", headers=headers)).json() for number in names]
            assert (
                [lesson["id"] for lesson in course["lessons"]] == course["lesson_ids"] == [goods["two"], goods["one"]]
            )
            for lesson in (*listed, *course["lessons"], *single):
                shown = names[lesson["id"]] in seen
                told = {name: lesson[name] for name in SECRETS}
                assert told == (SECRETS if shown else dict.fromkeys(SECRETS)), (who, lesson["id"])
                assert lesson["has_access"] is shown
            assert len(listed) == 4

    async def test_no_route_shows_what_the_caller_has_not_bought(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        """Every route that reads, as everybody: the owner, and staff who ask for the owner, are the only ones."""
        hidden = {"text_content": "Сокровище", "video_path": "shop/treasure.mp4"}
        await client.put(f"/api/lessons/{goods['one']}", json=hidden, headers=admin)
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, course_id=goods["course"])
        await bot.call("POST", "/api/support-tickets", 201, user_id=boris, subject="x", message="y")
        learner = await sign_in(client, stocked, "learner")
        del client.headers["authorization"]
        callers = {
            "nobody": {},
            "learner": {"Authorization": f"Bearer {learner}"},
            "boris": self.customer_headers(stocked, boris),
            "admin": admin,
            "bot": bot.headers,
        }
        ids = {"user_id": boris, "lesson_id": goods["one"], "course_id": goods["course"], "ticket_id": 1, "code_id": 1}
        paths = {
            re.sub(r"\{(\w+):\w+\}", lambda match: str(ids[match[1]]), route.path)
            for route in create_api(stocked).routes
            if isinstance(route, HTTPRoute) and "GET" in route.methods and route.path.startswith(SHOP_PATHS)
        }
        assert len(paths) >= 10
        for path in paths:
            for who, headers in callers.items():
                for query in (f"?lesson_id={goods['one']}", f"?lesson_id={goods['one']}&for_user={boris}"):
                    reply = await client.get(path + query, headers=headers)
                    assert not [text for text in hidden.values() if text in reply.text], (who, path, query)
        for headers, query in ((self.customer_headers(stocked, anna), ""), (admin, f"?for_user={anna}")):
            reply = await client.get(f"/api/lessons/{goods['one']}{query}", headers=headers)
            assert all(text in reply.text for text in hidden.values())

    async def test_access_says_by_what(self, client: httpx.AsyncClient, bot: Bot, goods: dict[str, int]) -> None:
        anna = await bot.customer()

        async def via(lesson: str) -> str | None:
            access = await bot.get(f"/api/users/{anna}/access?lesson_id={goods[lesson]}")
            assert access["has_access"] is (access["via"] is not None)
            told: str | None = access["via"]
            return told

        assert [await via(name) for name in ("one", "two", "free")] == [None, None, "free"]
        await bot.buy(anna, lesson_id=goods["two"])
        await bot.buy(anna, course_id=goods["course"])
        names = ("one", "two", "free", "other")
        assert [await via(name) for name in names] == ["course", "lesson", "free", None]
        await bot.buy(anna, lesson_id=goods["other"])
        await bot.get(f"/api/users/{anna}/access?lesson_id=99999", 404)
        await bot.get(f"/api/users/99999/access?lesson_id={goods['one']}", 404)
        unnamed = await bot.get(f"/api/users/{anna}/access", 400)
        assert [error["field"] for error in unnamed["errors"]] == ["lesson_id"]

    async def test_lists_are_narrowed_and_others_than_administrators_see_what_is_active(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        hidden = await client.put(f"/api/lessons/{goods['one']}", json={"is_active": False}, headers=admin)
        assert hidden.json()["is_active"] is False

        async def ids(path: str, headers: dict[str, str]) -> set[int]:
            reply = (await client.get(path, headers=headers)).json()
            assert reply["total"] == len(reply["items"])
            return {row["id"] for row in reply["items"]}

        assert await ids("/api/lessons", {}) == {goods["two"], goods["free"], goods["other"]}
        assert await ids("/api/lessons?is_active=false", {}) == set()
        assert await ids("/api/lessons?is_active=false", admin) == {goods["one"]}
        assert await ids("/api/lessons", admin) == {goods[name] for name in ("one", "two", "free", "other")}
        assert await ids("/api/lessons?is_free=true", {}) == {goods["free"]}
        assert await ids("/api/lessons?min_price=150&max_price=250", {}) == {goods["two"]}
        assert await ids("/api/lessons?q=рок 2", {}) == {goods["two"]}
        assert await ids("/api/courses?max_price=250&q=урс", {}) == {goods["course"]}
        assert await ids("/api/courses?max_price=249", {}) == set()
        assert (await client.get(f"/api/lessons/{goods['one']}")).status_code == 404
        assert (await client.get(f"/api/lessons/{goods['one']}", headers=admin)).status_code == 200
        anna = await bot.customer()
        assert (await bot.buy(anna, lesson_id=goods["one"], status=409))["code"] == "item_inactive"

    async def test_goods_are_edited_by_administrators_and_what_was_bought_is_not_deleted(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        course = f"/api/courses/{goods['course']}"
        ids = [goods["one"], goods["free"], goods["two"]]
        changed = (await client.put(course, json={"lesson_ids": ids, "discount_price": None}, headers=admin)).json()
        assert (changed["lesson_ids"], changed["discount_price"], changed["total_price"]) == (ids, None, 300)
        for wrong, status in (([99999], 404), ([ids[0], ids[0]], 400), ([0], 400)):
            reply = await client.put(course, json={"lesson_ids": wrong}, headers=admin)
            assert reply.status_code == status
        assert (await client.get(course, headers=admin)).json()["lesson_ids"] == ids
        await bot.buy(await bot.customer(), course_id=goods["course"])
        for path in (course, f"/api/lessons/{goods['one']}"):
            assert (await client.delete(path, headers=admin)).status_code == 204
            assert (await client.get(path, headers=admin)).json()["is_active"] is False
        free = (await client.post("/api/lessons", json={"title": "x", "price": 1}, headers=admin)).json()["id"]
        assert (await client.delete(f"/api/lessons/{free}", headers=admin)).status_code == 204
        assert (await client.get(f"/api/lessons/{free}", headers=admin)).status_code == 404
        for body in ({"title": ""}, {"price": -1}, {"text_content": "a\x00"}):
            assert (await client.put(f"/api/lessons/{ids[0]}", json=body, headers=admin)).status_code == 400
        for method in ("PUT", "DELETE"):
            for path in ("/api/lessons/99999", "/api/courses/99999", "/api/lessons/x"):
                assert (await client.request(method, path, json={}, headers=admin)).status_code == 404

    async def test_a_purchase_is_paid_once(self, client: httpx.AsyncClient, bot: Bot, goods: dict[str, int]) -> None:
        """M2."""
        anna = await bot.customer()
        pending = await bot.buy(anna, lesson_id=goods["one"], pay=False)
        assert (pending["status"], pending["amount"], pending["promo_code"]) == ("pending", 100, None)
        same = {"user_id": anna, "lesson_id": goods["one"], "payment_id": pending["payment_id"]}
        assert await bot.call("POST", "/api/purchases/create", 200, **same) == pending
        for other in ({"lesson_id": goods["two"]}, {"promo_code": "X"}, {"user_id": await bot.customer(2)}):
            refused = await bot.call("POST", "/api/purchases/create", 409, **{**same, **other})
            assert refused["code"] == "payment_conflict"
        assert await bot.call("POST", f"/api/purchases/{pending['id']}/pre-checkout") == {"ok": True}
        assert (await bot.pay(pending, 409, total_amount=99))["code"] == "amount_differs"
        paid = await bot.pay(pending)
        assert (paid["status"], paid["telegram_payment_charge_id"]) == ("completed", f"charge-{pending['payment_id']}")
        assert await bot.pay(pending) == paid
        assert (await bot.pay(pending, 409, telegram_payment_charge_id="another"))["code"] == "payment_conflict"
        assert (await bot.call("POST", f"/api/purchases/{paid['id']}/fail", 409))["code"] == "already_paid"
        assert (await bot.buy(anna, lesson_id=goods["one"], status=409))["code"] == "already_owned"
        assert (await bot.get(f"/api/users/{anna}/purchases"))["items"] == [paid]
        other = await bot.buy(anna, lesson_id=goods["two"], pay=False)
        charge = paid["telegram_payment_charge_id"]
        assert (await bot.pay(other, 409, telegram_payment_charge_id=charge))["code"] == "payment_conflict"

    async def test_what_others_own_stops_nobody_from_paying(self, bot: Bot, goods: dict[str, int]) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, lesson_id=goods["two"])
        await bot.buy(anna, course_id=goods["course"])
        for buyer, item in ((boris, {"lesson_id": goods["one"]}), (boris, {"course_id": goods["course"]})):
            pending = await bot.buy(buyer, **item, pay=False)
            assert await bot.call("POST", f"/api/purchases/{pending['id']}/pre-checkout") == {"ok": True}
        late = await bot.buy(boris, lesson_id=goods["one"], pay=False)
        await bot.pay(pending)
        told = await bot.call("POST", f"/api/purchases/{late['id']}/pre-checkout")
        assert told == {"ok": False, "error_message": "You own this already"}

    async def test_whoever_owns_a_course_owns_its_lessons_and_what_is_free_is_not_sold(
        self, client: httpx.AsyncClient, bot: Bot, goods: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        assert (await bot.buy(anna, lesson_id=goods["free"], status=409))["code"] == "already_owned"
        first, second = [await bot.buy(anna, course_id=goods["course"], pay=False) for _ in range(2)]
        assert (await bot.pay(first))["amount"] == 250
        assert (await bot.pay(second, 409))["code"] == "already_owned"
        answer = await bot.call("POST", f"/api/purchases/{second['id']}/pre-checkout")
        assert answer == {"ok": False, "error_message": "You own this already"}
        assert (await bot.buy(anna, lesson_id=goods["one"], status=409))["code"] == "already_owned"

    async def test_what_changed_before_the_payment_is_said_at_the_checkout(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        purchase = await bot.buy(anna, lesson_id=goods["one"], pay=False)
        path = f"/api/purchases/{purchase['id']}/pre-checkout"
        assert (await bot.call("POST", path, total_amount=99))["ok"] is False
        assert (await bot.call("POST", path, total_amount=100, telegram_id=777))["ok"] is True
        told = await bot.call("POST", path, telegram_id=778)
        assert told == {"ok": False, "error_message": "This purchase is somebody else's"}
        await client.delete(f"/api/lessons/{goods['one']}", headers=admin)
        assert await bot.call("POST", path) == {"ok": False, "error_message": "This is no longer for sale"}
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        assert (await bot.call("POST", path))["ok"] is False
        assert (await bot.pay(purchase, 409))["code"] == "purchase_failed"
        await bot.call("POST", "/api/purchases/99999/pre-checkout", 404)

    async def test_promo_codes_take_off_and_are_counted(
        self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str], goods: dict[str, int]
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
        taken = await client.post("/api/promo-codes", json={"code": "tHIRD"}, headers=admin)
        assert taken.json()["code"] == "code_taken"
        check = {"code": "Third", "lesson_id": goods["one"]}
        assert await bot.call("POST", "/api/promo-codes/check", **check) == {
            "valid": True,
            "amount": 67,
            "discount": 33,
        }
        anna, boris = await bot.customer(1), await bot.customer(2)
        purchase = await bot.buy(anna, lesson_id=goods["one"], promo_code=" third ", pay=False)
        assert (purchase["amount"], purchase["promo_code"], await uses(third)) == (67, "THIRD", 1)
        refused = await bot.buy(boris, lesson_id=goods["one"], promo_code="THIRD", status=409)
        assert refused["code"] == "promo_exhausted"
        assert (await bot.call("POST", "/api/promo-codes/check", **check)) == {"valid": False, "reason": "exhausted"}
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        assert await uses(third) == 0
        paid = await bot.buy(boris, lesson_id=goods["one"], promo_code="THIRD")
        assert await uses(third) == 1
        await bot.call("POST", f"/api/purchases/{paid['id']}/refund")
        assert await uses(third) == 0
        await code("all", discount_percent=100)
        gift = await bot.buy(anna, lesson_id=goods["one"], promo_code="all")
        assert (gift["amount"], gift["status"], gift["telegram_payment_charge_id"]) == (0, "completed", None)
        await code("much", discount_amount=5_000, discount_percent=100)
        assert (await bot.buy(anna, lesson_id=goods["two"], promo_code="much", pay=False))["amount"] == 1
        off = await code("off", is_active=False)
        await code("old", expires_at="2026-01-01T00:00:00Z")
        for name, reason in (("off", "inactive"), ("old", "expired"), ("none", "unknown")):
            checked = await bot.call("POST", "/api/promo-codes/check", code=name, course_id=goods["course"])
            assert checked == {"valid": False, "reason": reason}
            refused = await bot.buy(anna, course_id=goods["course"], promo_code=name, status=409)
            assert refused["code"] == f"promo_{reason}"
        path = f"/api/promo-codes/{off['id']}"
        changed = await client.put(path, json={"is_active": True, "code": "on"}, headers=admin)
        assert (changed.json()["code"], changed.json()["is_active"]) == ("ON", True)
        assert (await client.put(path, json={"code": "third"}, headers=admin)).status_code == 409
        assert (await client.put(path, json={"discount_percent": 101}, headers=admin)).status_code == 400
        assert (await client.delete(path, headers=admin)).status_code == 204
        assert (await client.get(path, headers=admin)).status_code == 404
        assert (await client.get("/api/promo-codes", headers=admin)).json()["total"] == 4

    async def test_what_is_not_paid_in_half_an_hour_has_failed(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        moment = NOON
        stocked.clock.override(providers.Object(lambda: moment))
        made = (await client.post("/api/promo-codes", json={"code": "one", "max_uses": 1}, headers=admin)).json()
        anna = await bot.customer()
        purchase = await bot.buy(anna, lesson_id=goods["one"], promo_code="one", pay=False)
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
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, goods: dict[str, int]
    ) -> None:
        anna = await bot.customer()
        paid = await bot.buy(anna, lesson_id=goods["one"])
        path = f"/api/purchases/{paid['id']}/refund"
        refunded = await bot.call("POST", path)
        assert refunded["status"] == "refunded"
        assert await bot.call("POST", path) == refunded
        assert (await bot.get(f"/api/users/{anna}/access?lesson_id={goods['one']}"))["has_access"] is False
        waiting = [(job.kind, job.arguments) for job in await stocked.jobs().listed()]
        assert waiting == [("refund_stars", {"telegram_id": 777, "charge_id": paid["telegram_payment_charge_id"]})]
        assert (await bot.pay(paid, 409))["code"] == "purchase_failed"
        pending = await bot.buy(anna, lesson_id=goods["one"], pay=False)
        assert (await bot.call("POST", f"/api/purchases/{pending['id']}/refund", 409))["code"] == "not_completed"

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

    async def test_who_is_not_active_buys_nothing(self, bot: Bot, goods: dict[str, int]) -> None:
        anna = await bot.customer()
        await bot.call("PUT", f"/api/users/{anna}", is_active=False)
        assert (await bot.buy(anna, lesson_id=goods["one"], status=409))["code"] == "customer_inactive"

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

    async def test_each_route_is_for_those_it_is_for(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], goods: dict[str, int]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        purchase = await bot.buy(anna, lesson_id=goods["one"], pay=False)
        learner = await sign_in(client, stocked, "learner")
        del client.headers["authorization"]
        callers = {
            "nobody": {},
            "learner": {"Authorization": f"Bearer {learner}"},
            "boris": self.customer_headers(stocked, boris),
            "anna": self.customer_headers(stocked, anna),
            "admin": admin,
            "bot": bot.headers,
        }
        own, staff, service = {"anna", "admin", "bot"}, {"admin", "bot"}, {"bot"}
        routes: list[tuple[str, str, set[str]]] = [
            ("GET", f"/api/users/{anna}", own),
            ("GET", f"/api/users/{anna}/purchases", own),
            ("GET", f"/api/users/{anna}/access?lesson_id={goods['one']}", own),
            ("PUT", f"/api/users/{anna}", own),
            ("GET", "/api/users", staff),
            ("POST", "/api/users", staff),
            ("POST", "/api/purchases/create", staff),
            ("POST", "/api/promo-codes/check", staff),
            ("POST", f"/api/purchases/{purchase['id']}/pre-checkout", service),
            ("POST", f"/api/purchases/{purchase['id']}/complete", service),
            ("POST", f"/api/purchases/{purchase['id']}/fail", staff),
            ("POST", f"/api/purchases/{purchase['id']}/refund", staff),
            ("GET", "/api/promo-codes", {"admin"}),
            ("POST", "/api/promo-codes", {"admin"}),
            ("POST", "/api/lessons", {"admin"}),
            ("PUT", f"/api/lessons/{goods['one']}", {"admin"}),
            ("POST", "/api/courses", {"admin"}),
            ("PUT", f"/api/courses/{goods['course']}", {"admin"}),
        ]
        for method, path, allowed in routes:
            for who, headers in callers.items():
                reply = await client.request(method, path, json={}, headers=headers)
                refused = reply.status_code in {401, 403} or (who == "boris" and reply.status_code == 404)
                assert refused is (who not in allowed), (method, path, who, reply.status_code)
        told = await client.put(f"/api/users/{anna}", json={"is_active": False}, headers=callers["anna"])
        assert told.status_code == 403
        assert (await client.get("/auth/me", headers=callers["anna"])).status_code == 401
        assert (await client.get("/courses/me/enrollments", headers=callers["anna"])).status_code == 401
