"""Telegram's updates and sign-in from the Mini App over HTTP (spec: store, identity)."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from dependency_injector import providers

from atg_adapters.memory.telegram import MemoryTelegram
from atg_core.clock import utc_now
from atg_core.telegram.model import StarTransaction
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.shop.bot import SERVICE, Bot
from tests.people import add_person

SECRET = "webhook-secret-of-telegram"
BOT_TOKEN = f"123456:{'a' * 35}"
ANNA = 777


def update(**what: Any) -> dict[str, Any]:
    return {"update_id": 10_000, **what}


def checkout(purchase: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """As in core.telegram.org/bots/api#precheckoutquery."""
    query = {
        "id": "4382bfdwdsb323b2d9",
        "from": {"id": ANNA, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
        "currency": "XTR",
        "total_amount": purchase["amount"],
        "invoice_payload": str(purchase["id"]),
    }
    return update(pre_checkout_query={**query, **changes})


def payment(
    purchase: dict[str, Any], kind: str = "successful_payment", sender: int = ANNA, **changes: Any
) -> dict[str, Any]:
    """As in core.telegram.org/bots/api#successfulpayment, and #refundedpayment."""
    notice = {
        "currency": "XTR",
        "total_amount": purchase["amount"],
        "invoice_payload": str(purchase["id"]),
        "telegram_payment_charge_id": f"stxcharge{purchase['id']}",
        "provider_payment_charge_id": "1234_5678",
    }
    person = {"id": sender, "is_bot": False, "first_name": "Anna"}
    chat = {"id": sender, "type": "private", "first_name": "Anna"}
    message = {"message_id": 5, "from": person, "chat": chat, "date": 1_772_000_000, kind: {**notice, **changes}}
    return update(message=message)


def signed(token: str = BOT_TOKEN, **changes: str) -> str:
    """initData as a Mini App gets it, signed independently of the verifying code."""
    fields = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps({"id": ANNA, "first_name": "Анна", "username": "anna", "language_code": "ru"}),
        "auth_date": str(int(utc_now().timestamp())),
        **changes,
    }
    lines = "\n".join(f"{key}={fields[key]}" for key in sorted(fields))
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.digest(key, lines.encode(), hashlib.sha256).hex()})


class HttpTelegramContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def bot(self, client: httpx.AsyncClient, stocked: Container) -> Bot:
        settings = msgspec.structs.replace(
            stocked.settings(),
            service_tokens=[SERVICE],
            telegram_webhook_secret=SECRET,
            telegram_bot_token=BOT_TOKEN,
        )
        stocked.settings.override(providers.Object(settings))
        stocked.telegram.override(providers.Object(MemoryTelegram()))
        return Bot(client)

    @pytest.fixture
    async def lesson(self, stocked: Container) -> int:
        values = {"title": "Урок", "description": "", "price": 100, "is_active": True, "is_free": False}
        added = await stocked.edit_products().add_lesson({**values, "video_path": None, "text_content": "Тайна"})
        number: int = added.id
        return number

    async def tell(self, client: httpx.AsyncClient, body: dict[str, Any], secret: str = SECRET) -> httpx.Response:
        return await client.post("/webhooks/telegram", json=body, headers={"X-Telegram-Bot-Api-Secret-Token": secret})

    async def refunds(self, stocked: Container) -> list[Any]:
        await stocked.jobs().run(stocked.work(), until_idle=True)
        given_back: list[Any] = stocked.telegram().refunded
        return given_back

    async def test_only_telegram_knows_the_secret(self, client: httpx.AsyncClient, bot: Bot, lesson: int) -> None:
        """M6."""
        purchase = await bot.buy(await bot.customer(ANNA), lesson_id=lesson, pay=False)
        for secret in ("", "wrong", SECRET[:-1], SECRET + "x"):
            reply = await self.tell(client, payment(purchase), secret)
            assert (reply.status_code, reply.json()["code"]) == (401, "not_telegram")
        assert (await client.post("/webhooks/telegram", json=payment(purchase))).status_code == 401
        assert (await bot.get(f"/api/users/{purchase['user_id']}/purchases"))["items"] == [purchase]

    async def test_a_code_behind_start_links_who_sends_it(
        self, client: httpx.AsyncClient, bot: Bot, stocked: Container
    ) -> None:
        person = await add_person(stocked, "linker")

        async def start(text: str, **chat: int) -> dict[str, Any]:
            sender = {"id": ANNA, "is_bot": False, "first_name": "Anna", "language_code": "ru"}
            message = {"message_id": 1, "from": sender, "chat": {"id": ANNA, **chat}, "text": text}
            answer: dict[str, Any] = (await self.tell(client, {"update_id": 1, "message": message})).json()
            return answer

        async def chat_id() -> int | None:
            chat: int | None = (await stocked.edit_notice_settings().show(person)).chat_id
            return chat

        code = (await stocked.link_telegram().make_code(person)).code
        assert await start("/start") == await start("Привет") == await start(f"/start {code}", id=-5) == {}
        told = (await start("/start lesson-7"))["text"]
        assert (told[:17], await chat_id()) == ("Такого кода нет, ", None)
        answer = await start(f"/start {code}")
        assert answer == {"method": "sendMessage", "chat_id": ANNA, "text": "Теперь уведомления приходят сюда."}
        assert await chat_id() == ANNA

    async def test_a_checkout_is_answered_in_the_reply(self, client: httpx.AsyncClient, bot: Bot, lesson: int) -> None:
        """M1."""
        purchase = await bot.buy(await bot.customer(ANNA), lesson_id=lesson, pay=False)
        answer = (await self.tell(client, checkout(purchase))).json()
        assert answer == {
            "method": "answerPreCheckoutQuery",
            "pre_checkout_query_id": "4382bfdwdsb323b2d9",
            "ok": True,
        }
        wrong: list[dict[str, Any]] = [
            {"currency": "USD"},
            {"total_amount": 99},
            {"invoice_payload": "99999"},
            {"invoice_payload": "x"},
            {"from": {"id": 1, "is_bot": False, "first_name": "Eve"}},
        ]
        for changes in wrong:
            answer = (await self.tell(client, checkout(purchase, **changes))).json()
            assert (answer["ok"], bool(answer["error_message"])) == (False, True), changes
        russian = {"id": 1, "is_bot": False, "first_name": "Eve", "language_code": "ru"}
        answer = (await self.tell(client, checkout(purchase, **{"from": russian}))).json()
        assert answer["error_message"] == "Эта покупка оформлена другим человеком"

    async def test_a_payment_grants_once_however_often_it_is_told(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, lesson: int
    ) -> None:
        """M2, M6."""
        anna = await bot.customer(ANNA)
        purchase = await bot.buy(anna, lesson_id=lesson, pay=False)
        for _ in range(3):
            reply = await self.tell(client, payment(purchase))
            assert (reply.status_code, reply.json()) == (200, {})
        [paid] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
        assert (paid["status"], paid["telegram_payment_charge_id"]) == ("completed", f"stxcharge{purchase['id']}")
        assert await self.refunds(stocked) == []
        for _ in range(2):
            assert (await self.tell(client, payment(purchase, "refunded_payment"))).status_code == 200
            assert (await self.tell(client, payment(purchase))).status_code == 200
        [refunded] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
        assert refunded["status"] == "refunded"
        assert (await bot.get(f"/api/users/{anna}/access?lesson_id={lesson}"))["has_access"] is False
        assert await self.refunds(stocked) == []

    async def test_a_refund_that_comes_before_its_payment_is_one_all_the_same(
        self, client: httpx.AsyncClient, bot: Bot, lesson: int
    ) -> None:
        anna = await bot.customer(ANNA)
        purchase = await bot.buy(anna, lesson_id=lesson, pay=False)
        await self.tell(client, payment(purchase, "refunded_payment"))
        await self.tell(client, payment(purchase))
        [refunded] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
        assert refunded["status"] == "refunded"

    async def test_a_payment_that_fits_nothing_is_kept_apart_and_given_back(
        self, client: httpx.AsyncClient, stocked: Container, bot: Bot, lesson: int
    ) -> None:
        """M3."""
        anna = await bot.customer(ANNA)
        purchase = await bot.buy(anna, lesson_id=lesson, pay=False)
        wrong = [
            ("amount_differs", payment(purchase, total_amount=1, telegram_payment_charge_id="c1")),
            ("wrong_payer", payment(purchase, currency="USD", telegram_payment_charge_id="c2")),
            ("wrong_payer", payment(purchase, sender=1, telegram_payment_charge_id="c3")),
            ("purchase_not_found", payment(purchase, invoice_payload="99999", telegram_payment_charge_id="c4")),
            ("purchase_not_found", payment(purchase, invoice_payload="x", telegram_payment_charge_id="c5")),
        ]
        for _ in range(2):
            for _, body in wrong:
                assert (await self.tell(client, body)).status_code == 200
        [pending] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
        assert pending["status"] == "pending"
        kept = sorted(await rows_of(stocked, "stray_payments"), key=lambda row: row["charge_id"])
        assert [(row["reason"], row["charge_id"]) for row in kept] == [
            (reason, f"c{number}") for number, (reason, _) in enumerate(wrong, start=1)
        ]
        assert len(await self.refunds(stocked)) == 5
        await bot.call("POST", f"/api/purchases/{purchase['id']}/fail")
        await self.tell(client, payment(purchase, telegram_payment_charge_id="c6"))
        assert len(await self.refunds(stocked)) == 6

    async def test_what_telegram_has_and_we_do_not_is_made_up_for(
        self, stocked: Container, bot: Bot, lesson: int
    ) -> None:
        """M5."""
        anna = await bot.customer(ANNA)
        purchase = await bot.buy(anna, lesson_id=lesson, pay=False)
        telegram: MemoryTelegram = stocked.telegram()

        def happened(charge: str, payload: str | None, *, is_incoming: bool = True) -> None:
            telegram.transactions.append(
                StarTransaction(
                    id=charge,
                    amount=100,
                    date=utc_now(),
                    telegram_id=ANNA,
                    payload=payload,
                    is_incoming=is_incoming,
                )
            )

        for number in range(150):
            happened(f"other-{number}", None if number % 2 else "something else")
        happened("c1", str(purchase["id"]))
        for _ in range(2):
            await stocked.reconcile_stars()()
            [paid] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
            assert (paid["status"], paid["telegram_payment_charge_id"]) == ("completed", "c1")
        happened("c1", str(purchase["id"]), is_incoming=False)
        await stocked.reconcile_stars()()
        [refunded] = (await bot.get(f"/api/users/{anna}/purchases"))["items"]
        assert refunded["status"] == "refunded"
        assert await rows_of(stocked, "stray_payments") == []
        assert [row["seen"] for row in await rows_of(stocked, "star_transactions")] == [152]

    @pytest.mark.refuses
    async def test_what_does_not_concern_the_shop_is_left_alone(self, client: httpx.AsyncClient, bot: Bot) -> None:
        for body in (update(), update(message={"message_id": 1, "text": "hi"}), update(edited_message={"x": 1})):
            reply = await self.tell(client, body)
            assert (reply.status_code, reply.json()) == (200, {})

    async def test_a_mini_app_signs_its_user_in(self, client: httpx.AsyncClient, bot: Bot, lesson: int) -> None:
        """S23."""
        reply = await client.post("/auth/telegram", json={"init_data": signed()})
        assert reply.status_code == 200
        session = reply.json()
        assert (session["user"]["telegram_id"], session["user"]["first_name"]) == (ANNA, "Анна")
        assert session["expires_in"] == 3600
        customer = session["user"]["id"]
        mine = {"Authorization": f"Bearer {session['token']}"}
        assert (await client.get(f"/api/users/{customer}", headers=mine)).json() == session["user"]
        assert (await client.get(f"/api/users/{customer + 1}", headers=mine)).status_code == 404
        again = await client.post("/auth/telegram", json={"init_data": signed()})
        assert again.json()["user"] == session["user"]
        yesterday = str(int(utc_now().timestamp()) - 25 * 3600)
        for wrong in (signed(f"654321:{'b' * 35}"), signed() + "0", signed(auth_date=yesterday), "", "hash="):
            refused = await client.post("/auth/telegram", json={"init_data": wrong})
            assert (refused.status_code, refused.json()["code"]) == (401, "invalid_init_data")
        malformed = await client.post("/auth/telegram", json={"init_data": 5})
        assert (malformed.status_code, malformed.json()["errors"][0]["field"]) == (400, "init_data")
        await bot.call("PUT", f"/api/users/{customer}", is_active=False)
        assert (await client.post("/auth/telegram", json={"init_data": signed()})).status_code == 403
