"""Who may call which route of the shop, and see what (spec: store)."""

import re

import httpx
from litestar.routes import HTTPRoute

from atg_entrypoints.container import Container
from atg_entrypoints.http.app import create_api
from tests.contracts.shop.bot import Bot, ShopContract
from tests.people import sign_in

SHOP_PATHS = ("/api/lessons", "/api/courses", "/api/users", "/api/promo-codes", "/api/support-tickets")


class HttpShopAccessContract(ShopContract):
    """Run over every database."""

    async def test_no_route_shows_what_the_caller_has_not_bought(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        """Every route that reads, as everybody: the owner, and staff who ask for the owner, are the only ones."""
        hidden = {"text_content": "Сокровище", "video_path": "shop/treasure.mp4"}
        await client.put(f"/api/lessons/{products['one']}", json=hidden, headers=admin)
        anna, boris = await bot.customer(1), await bot.customer(2)
        await bot.buy(anna, course_id=products["course"])
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
        ids = {
            "user_id": boris,
            "lesson_id": products["one"],
            "course_id": products["course"],
            "ticket_id": 1,
            "code_id": 1,
        }
        paths = {
            re.sub(r"\{(\w+):\w+\}", lambda match: str(ids[match[1]]), route.path)
            for route in create_api(stocked).routes
            if isinstance(route, HTTPRoute) and "GET" in route.methods and route.path.startswith(SHOP_PATHS)
        }
        assert len(paths) >= 10
        for path in paths:
            for who, headers in callers.items():
                for query in (f"?lesson_id={products['one']}", f"?lesson_id={products['one']}&for_user={boris}"):
                    reply = await client.get(path + query, headers=headers)
                    assert not [text for text in hidden.values() if text in reply.text], (who, path, query)
        for headers, query in ((self.customer_headers(stocked, anna), ""), (admin, f"?for_user={anna}")):
            reply = await client.get(f"/api/lessons/{products['one']}{query}", headers=headers)
            assert all(text in reply.text for text in hidden.values())

    async def test_each_route_is_for_those_it_is_for(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        anna, boris = await bot.customer(1), await bot.customer(2)
        purchase = await bot.buy(anna, lesson_id=products["one"], pay=False)
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
            ("GET", f"/api/users/{anna}/access?lesson_id={products['one']}", own),
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
            ("PUT", f"/api/lessons/{products['one']}", {"admin"}),
            ("POST", "/api/courses", {"admin"}),
            ("PUT", f"/api/courses/{products['course']}", {"admin"}),
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

    async def test_a_customer_who_was_deactivated_is_refused_at_once(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, admin: dict[str, str], products: dict[str, int]
    ) -> None:
        """Their token is good for an hour otherwise."""
        anna = await bot.customer(1)
        await bot.buy(anna, lesson_id=products["one"])
        headers = self.customer_headers(stocked, anna)
        path = f"/api/users/{anna}/purchases"
        assert (await client.get(path, headers=headers)).status_code == 200
        assert (await client.put(f"/api/users/{anna}", json={"is_active": False}, headers=admin)).status_code == 200
        assert (await client.get(path, headers=headers)).status_code == 401
        shown = await client.get(f"/api/lessons/{products['one']}", headers=headers)
        assert shown.json().get("text_content") is None
        assert (await client.put(f"/api/users/{anna}", json={"is_active": True}, headers=admin)).status_code == 200
        assert (await client.get(path, headers=headers)).status_code == 200
