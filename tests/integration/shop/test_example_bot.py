"""The bot of `examples/bot` sells a lesson: with Telegram's updates, the real shop and a fake Bot API."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import msgspec
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from dependency_injector import providers

from atg_core.shop.ports import ShopFilters
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.contracts.files.people import own
from tests.contracts.shop.bot import SERVICE
from tests.contracts.shop.http_sold_files import MP4
from tests.telegram_api import NOW, TOKEN, TelegramApi

BOT = Path(__file__).parents[3] / "examples/bot/bot.py"
ANNA = {"id": 5_000_000_777, "is_bot": False, "first_name": "Анна", "username": "anna", "language_code": "ru"}
CHAT = {"id": 5_000_000_777, "first_name": "Анна", "username": "anna", "type": "private"}


def message(**what: Any) -> dict[str, Any]:
    """As in core.telegram.org/bots/api#message."""
    return {"message": {"message_id": 5, "from": ANNA, "chat": CHAT, "date": NOW, **what}}


def said(text: str) -> dict[str, Any]:
    command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    return message(text=text, entities=[command])


def pressed(data: str, query: str = "4382bfdwdsb323b2d9") -> dict[str, Any]:
    """As in core.telegram.org/bots/api#callbackquery."""
    about = {**message(text="Our lessons:")["message"], "from": {"id": 4242, "is_bot": True, "first_name": "Shop"}}
    return {
        "callback_query": {"id": query, "from": ANNA, "message": about, "chat_instance": "-37415", "data": data},
    }


def checkout(payload: str, amount: int) -> dict[str, Any]:
    """As in core.telegram.org/bots/api#precheckoutquery."""
    query = {"id": "3337", "from": ANNA, "currency": "XTR", "total_amount": amount, "invoice_payload": payload}
    return {"pre_checkout_query": query}


def payment(payload: str, amount: int, charge: str) -> dict[str, Any]:
    """As in core.telegram.org/bots/api#successfulpayment."""
    notice = {
        "currency": "XTR",
        "total_amount": amount,
        "invoice_payload": payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": f"777_{payload}",
    }
    return message(successful_payment=notice)


class Telegram:
    """Hands updates to the bot; what it has asked of the Bot API since."""

    def __init__(self, api: TelegramApi, bot: Bot, client: httpx.AsyncClient, example: ModuleType) -> None:
        self.api, self.bot, self.client = api, bot, client
        self.dispatcher = example.dispatcher(example.Shop(client))
        self.number = 10_000

    async def tell(self, update: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        before, self.number = len(self.api.asked), self.number + 1
        await self.dispatcher.feed_raw_update(self.bot, {"update_id": self.number, **update})
        return self.api.asked[before:]

    async def purchases(self) -> list[dict[str, Any]]:
        """Anna's, newest first."""
        person = {"telegram_id": ANNA["id"], "first_name": ANNA["first_name"]}
        anna = (await self.client.post("/api/users/", json=person)).json()
        found: list[dict[str, Any]] = (await self.client.get(f"/api/users/{anna['id']}/purchases")).json()["items"]
        return found


@pytest.fixture
async def telegram(
    stocked: Container, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Telegram]:
    settings = msgspec.structs.replace(stocked.settings(), service_tokens=[SERVICE])
    stocked.settings.override(providers.Object(settings))
    client.headers["authorization"] = f"Bearer {SERVICE}"
    spec = importlib.util.spec_from_file_location("example_bot", BOT)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example_bot", example)
    spec.loader.exec_module(example)
    monkeypatch.setattr(example, "PAUSES", (0, 0))
    with TelegramApi() as api:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
        async with Bot(TOKEN, session=session) as bot:
            yield Telegram(api, bot, client, example)


@pytest.fixture
async def lesson(stocked: Container) -> int:
    """The only one for sale."""
    for other in (await stocked.shop_queries().lessons(ShopFilters(), limit=100, offset=0))[0]:
        await stocked.edit_products().change_lesson(other.id, {"is_active": False})
    values = {"title": "Пуск агрегата", "description": "По шагам", "is_active": True, "is_free": False}
    added = await stocked.edit_products().add_lesson(
        {**values, "price": 250, "video_path": None, "text_content": "Тайна. " * 1_000}
    )
    number: int = added.id
    return number


async def test_a_lesson_is_listed_bought_and_read(telegram: Telegram, lesson: int) -> None:
    [(_, listed)] = await telegram.tell(said("/start"))
    [[button]] = listed["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Пуск агрегата: 250 ⭐", "callback_data": f"buy:{lesson}"}

    for _ in range(2):  # Telegram tells of the same press again
        [(answered, _), (_, invoice)] = await telegram.tell(pressed(f"buy:{lesson}"))
        [pending] = await telegram.purchases()
        assert answered == "answerCallbackQuery"
        assert (invoice["payload"], invoice["currency"]) == (str(pending["id"]), "XTR")
        assert invoice["prices"] == [{"label": "Пуск агрегата", "amount": 250}]
    assert (pending["status"], pending["amount"]) == ("pending", 250)

    payload = invoice["payload"]
    assert await telegram.tell(checkout(payload, 250)) == [
        ("answerPreCheckoutQuery", {"pre_checkout_query_id": "3337", "ok": True})
    ]
    [(_, refused)] = await telegram.tell(checkout(payload, 1))
    assert (refused["ok"], refused["error_message"]) == (False, "The price has changed, please begin anew")
    [(_, refused)] = await telegram.tell(checkout("99999", 250))
    assert (refused["ok"], refused["error_message"]) == (False, "Purchase not found")

    for _ in range(2):
        shown = await telegram.tell(payment(payload, 250, "stxAbc"))
        assert [method for method, _ in shown] == ["sendMessage", "sendMessage"]
        assert "".join(told["text"] for _, told in shown) == "Пуск агрегата\n\n" + "Тайна. " * 1_000
        assert all(told["protect_content"] for _, told in shown)
    [paid] = await telegram.purchases()
    assert (paid["status"], paid["telegram_payment_charge_id"]) == ("completed", "stxAbc")
    access = await telegram.client.get(f"/api/users/{paid['user_id']}/access?lesson_id={lesson}")
    assert access.json() == {"has_access": True, "via": "lesson"}

    [(_, listed)] = await telegram.tell(said("/start"))
    [[button]] = listed["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Пуск агрегата", "callback_data": f"read:{lesson}"}
    assert len(await telegram.tell(pressed(f"read:{lesson}", "2"))) == 3
    [(_, alert)] = await telegram.tell(pressed(f"buy:{lesson}", "3"))
    assert (alert["text"], alert["show_alert"]) == ("This is owned already", True)
    assert telegram.api.refunded == []


async def test_the_video_of_a_lesson_is_sent_to_who_has_bought_it(
    telegram: Telegram, lesson: int, stocked: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file, and where it is too large for a bot, as a link."""
    key = "shop/Пуск №1.mp4"
    await stocked.edit_products().change_lesson(lesson, {"video_path": key, "text_content": "Тайна"})
    await telegram.tell(pressed(f"buy:{lesson}"))
    [pending] = await telegram.purchases()
    asked = await telegram.tell(payment(str(pending["id"]), 250, "stxAbc"))
    assert [told["text"] for _, told in asked][1:] == ["The video of this lesson can not be played just now."]
    await put(stocked.object_store(), key, MP4)
    [_, (method, told), _] = await telegram.tell(pressed(f"read:{lesson}", "2"))
    assert (method, told["protect_content"], told["chat_id"]) == ("sendVideo", True, ANNA["id"])
    assert [content for _, content in told["files"].values()] == [MP4]
    monkeypatch.setattr(sys.modules["example_bot"], "MOST_BYTES", len(MP4) - 1)
    [_, (_, told), _] = await telegram.tell(pressed(f"read:{lesson}", "3"))
    url = own(told["reply_markup"]["inline_keyboard"][0][0]["url"])
    assert (await telegram.client.get(url)).content == MP4
    await telegram.client.post(f"/api/purchases/{pending['id']}/refund")
    assert (await telegram.client.get(url)).status_code == 404


async def test_a_payment_that_the_shop_refuses_is_given_back(telegram: Telegram, lesson: int) -> None:
    await telegram.tell(pressed(f"buy:{lesson}"))
    [pending] = await telegram.purchases()
    payload = str(pending["id"])
    asked = await telegram.tell(payment(payload, 249, "stxWrong"))
    assert [method for method, _ in asked] == ["refundStarPayment", "sendMessage"]
    assert telegram.api.refunded == [(5_000_000_777, "stxWrong")]
    assert (await telegram.purchases())[0]["status"] == "pending"
    await telegram.tell(payment(payload, 250, "stxRight"))
    assert (await telegram.purchases())[0]["status"] == "completed"


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_payment_is_not_given_back_because_the_shop_is_away(
    telegram: Telegram, lesson: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await telegram.tell(pressed(f"buy:{lesson}"))
    [pending] = await telegram.purchases()
    payload, request, away = str(pending["id"]), telegram.client.request, [status]

    async def sometimes(method: str, path: str, **arguments: Any) -> httpx.Response:
        if away and path.endswith(("/complete", "/pre-checkout")):
            return httpx.Response(away.pop(), request=httpx.Request(method, path))
        return await request(method, path, **arguments)

    monkeypatch.setattr(telegram.client, "request", sometimes)
    [(_, told)] = await telegram.tell(checkout(payload, 250))
    assert (told["ok"], "try again" in told["error_message"]) == (False, True)
    away[:] = [status] * 3
    [(_, told)] = await telegram.tell(payment(payload, 250, "stxAbc"))
    assert told["text"].startswith("Your payment has arrived.")
    away[:] = [status] * 2
    assert (await telegram.tell(payment(payload, 250, "stxAbc")))[0][1]["text"].startswith("Пуск агрегата")
    assert telegram.api.refunded == []
    assert (await telegram.purchases())[0]["status"] == "completed"


async def test_promo_codes_lower_the_price(telegram: Telegram, lesson: int, stocked: Container) -> None:
    about = {"discount_amount": None, "max_uses": None, "is_active": True, "expires_at": None}
    for code, percent in (("BOT-TEST-20", 20), ("BOT-TEST-GIFT", 100)):
        await stocked.edit_promo_codes().add({"code": code, "discount_percent": percent, **about})
    assert (await telegram.tell(said("/promo")))[0][1]["text"] == "Send /promo and your code."
    assert (await telegram.tell(said("/promo nonsense")))[0][1]["text"] == "This code is unknown."
    assert (await telegram.tell(said("/promo bot-test-20")))[0][1]["text"].endswith(": 200 ⭐")
    [_, (_, invoice)] = await telegram.tell(pressed(f"buy:{lesson}", "1"))
    assert invoice["prices"][0]["amount"] == 200
    await telegram.tell(said("/promo bot-test-gift"))
    [code] = [
        code for code in (await stocked.shop_queries().codes(limit=9, offset=0))[0] if code.code == "BOT-TEST-GIFT"
    ]
    await stocked.edit_promo_codes().change(code.id, {"is_active": False})
    [(_, alert)] = await telegram.tell(pressed(f"buy:{lesson}", "2"))
    assert alert["text"] == "This promo code is not active"
    await stocked.edit_promo_codes().change(code.id, {"is_active": True})
    await telegram.tell(said("/promo bot-test-gift"))
    methods = [method for method, _ in await telegram.tell(pressed(f"buy:{lesson}", "3"))]
    assert methods == ["answerCallbackQuery", "sendMessage", "sendMessage"]
    assert (await telegram.purchases())[0]["status"] == "completed"


async def test_support_gets_the_question(telegram: Telegram) -> None:
    assert (await telegram.tell(said("/paysupport")))[0][1]["text"] == "Send /paysupport and your question."
    [(_, told)] = await telegram.tell(said("/paysupport Видео не идёт"))
    [ticket] = (await telegram.client.get("/api/support-tickets/?status=open")).json()["items"]
    assert (ticket["subject"], ticket["message"]) == ("Payment", "Видео не идёт")
    assert str(ticket["id"]) in told["text"]
    [(_, again)] = await telegram.tell(said("/paysupport И звука нет"))
    assert again["text"] == told["text"]
    [ticket] = (await telegram.client.get("/api/support-tickets/")).json()["items"]
    thread = (await telegram.client.get(f"/api/support-tickets/{ticket['id']}/messages")).json()["items"]
    assert [each["text"] for each in thread] == ["И звука нет", "Видео не идёт"]
    await telegram.client.put(f"/api/support-tickets/{ticket['id']}", json={"status": "closed"})
    await telegram.tell(said("/paysupport Ещё вопрос"))
    assert (await telegram.client.get("/api/support-tickets/")).json()["total"] == 2
