"""The bot, which calls the shop with a service token, and the fixtures of the shop's contracts."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from dependency_injector import providers

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import sign_in

SERVICE = "service-token-of-the-bot-0123456789-abcdefghij"
SECRETS = {"video_path": "shop/1.mp4", "text_content": "Тайна"}
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


class ShopContract:
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
    async def products(self, client: httpx.AsyncClient, bot: Bot, admin: dict[str, str]) -> dict[str, int]:
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
