"""A bot that sells the shop's lessons for Telegram Stars (docs/telegram.md).

TELEGRAM_BOT_TOKEN   from BotFather
SHOP_TOKEN           one of the server's ATG_SERVICE_TOKENS
SHOP_URL             where the server is; http://127.0.0.1:8000 by default
"""

import asyncio
import logging
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command, CommandObject, CommandStart, ExceptionTypeFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ErrorEvent,
    InlineKeyboardButton,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    User,
)
from aiogram.utils.keyboard import InlineKeyboardBuilder

log = logging.getLogger("shop-bot")
LONGEST = 4096
MOST_BYTES = 50_000_000  # of a file that a bot may send
PAUSES = (1, 5, 20)
SUBJECT = "Payment"  # of the tickets that this bot opens
AWAY = "The shop does not answer just now, please try again in a minute"


class Refused(Exception):
    """The shop refused the request; the message is for the customer."""


@dataclass(frozen=True)
class Shop:
    """The API of the shop, called with a service token."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, *, pauses: tuple[int, ...] = (), **body: Any) -> Any:
        """Raises Refused, and httpx.HTTPError if the server is unavailable; retried after each pause."""
        for pause in (*pauses, None):
            try:
                reply = await self.client.request(method, path, json=body or None)
                if reply.status_code in {400, 404, 409}:
                    raise Refused(reply.json()["message"])
                return reply.raise_for_status().json()
            except httpx.HTTPError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError

    async def customer(self, user: User) -> int:
        """The customer's id; registers them at the first contact."""
        known = {"first_name": user.first_name, "last_name": user.last_name, "username": user.username}
        told = {"telegram_id": user.id, "language_code": user.language_code or "en", **known}
        return (await self.ask("POST", "/api/users/", **told))["id"]

    async def file(self, key: str, customer: int) -> bytes:
        """Raises Refused if it is not there, httpx.HTTPError."""
        reply = await self.client.get(f"/files/stream/{quote(key)}", params={"for_user": customer})
        if reply.status_code == 404:
            raise Refused(reply.json()["message"])
        return reply.raise_for_status().content

    async def ticket(self, customer: int) -> dict[str, Any] | None:
        """The customer's question that is not dealt with yet: what they add belongs to it."""
        tickets = f"/api/support-tickets/?size=100&user_id={customer}&status="
        for status in ("open", "in_progress"):
            found = [each for each in (await self.ask("GET", tickets + status))["items"] if each["subject"] == SUBJECT]
            if found:
                return found[-1]
        return None

    async def lessons(self, customer: int) -> list[dict[str, Any]]:
        return (await self.ask("GET", f"/api/lessons/?size=50&for_user={customer}"))["items"]


async def start(message: Message, shop: Shop) -> None:
    lessons = await shop.lessons(await shop.customer(message.from_user))
    keyboard = InlineKeyboardBuilder()
    for lesson in lessons:
        label, do = (
            (lesson["title"], "read") if lesson["has_access"] else (f"{lesson['title']}: {lesson['price']} ⭐", "buy")
        )
        keyboard.row(InlineKeyboardButton(text=label, callback_data=f"{do}:{lesson['id']}"))
    await message.answer("Our lessons:" if lessons else "Nothing is for sale yet.", reply_markup=keyboard.as_markup())


async def buy(query: CallbackQuery, bot: Bot, shop: Shop, state: FSMContext) -> None:
    """The id of the button press makes the payment idempotent."""
    lesson_id, user = int(query.data.partition(":")[2]), query.from_user
    body = {"user_id": await shop.customer(user), "lesson_id": lesson_id, "payment_id": f"press-{query.id}"}
    promo = (await state.get_data()).get("promo")
    try:
        purchase = await shop.ask("POST", "/api/purchases/create", promo_code=promo, **body)
    except Refused:
        await state.update_data(promo=None)
        raise
    await query.answer()
    if purchase["status"] == "completed":
        await show(bot, shop, user, lesson_id)
        return
    lesson = await shop.ask("GET", f"/api/lessons/{lesson_id}")
    await bot.send_invoice(
        user.id,
        title=lesson["title"][:32],
        description=(lesson["description"] or lesson["title"])[:255],
        payload=str(purchase["id"]),
        currency="XTR",
        provider_token="",
        prices=[LabeledPrice(label=lesson["title"][:32], amount=purchase["amount"])],
        start_parameter=f"lesson-{lesson_id}",  # so that nobody else can pay a forwarded invoice
    )


async def check(query: PreCheckoutQuery, shop: Shop) -> None:
    """Telegram waits ten seconds for the answer."""
    try:
        async with asyncio.timeout(5):
            path = f"/api/purchases/{query.invoice_payload}/pre-checkout"
            told = await shop.ask("POST", path, total_amount=query.total_amount)
    except (Refused, httpx.HTTPError, TimeoutError) as error:
        told = {"ok": False, "error_message": str(error) if isinstance(error, Refused) else AWAY}
    await query.answer(ok=told["ok"], error_message=told.get("error_message"))


async def paid(message: Message, bot: Bot, shop: Shop) -> None:
    """A payment that the shop refuses is refunded."""
    payment, customer = message.successful_payment, message.from_user
    charge = payment.telegram_payment_charge_id
    path = f"/api/purchases/{payment.invoice_payload}/complete"
    body = {"telegram_payment_charge_id": charge, "total_amount": payment.total_amount}
    try:
        purchase = await shop.ask("POST", path, pauses=PAUSES, **body)
    except Refused as refused:
        await bot.refund_star_payment(customer.id, charge)
        await message.answer(f"{refused}. Your Stars are on their way back.")
        return
    await show(bot, shop, customer, purchase["lesson_id"])


async def read(query: CallbackQuery, bot: Bot, shop: Shop) -> None:
    await show(bot, shop, query.from_user, int(query.data.partition(":")[2]))
    await query.answer()


async def show(bot: Bot, shop: Shop, user: User, lesson_id: int) -> None:
    customer = await shop.customer(user)
    lesson = await shop.ask("GET", f"/api/lessons/{lesson_id}?for_user={customer}")
    text = f"{lesson['title']}\n\n{lesson['text_content'] or 'This lesson has no text.'}"
    for begin in range(0, len(text), LONGEST):
        await bot.send_message(user.id, text[begin : begin + LONGEST], protect_content=True)
    if lesson["video_path"]:
        await show_video(bot, shop, user, customer, lesson["video_path"])


async def show_video(bot: Bot, shop: Shop, user: User, customer: int, key: str) -> None:
    """Sends the file, or a link where it is larger than a bot may send; the link ends with a refund."""
    try:
        found = await shop.ask("GET", f"/files/presign?{urlencode({'key': key, 'for_user': customer})}")
        content = await shop.file(key, customer) if found["size"] <= MOST_BYTES else None
    except Refused:
        log.warning("no video: %s", key)
        await bot.send_message(user.id, "The video of this lesson can not be played just now.")
        return
    if content is None:
        keyboard = InlineKeyboardBuilder().row(InlineKeyboardButton(text="▶ Watch", url=found["url"]))
        await bot.send_message(user.id, "The video, for an hour:", reply_markup=keyboard.as_markup())
    else:
        video = BufferedInputFile(content, filename=key.rpartition("/")[2])
        await bot.send_video(user.id, video, protect_content=True, request_timeout=600)


async def promo(message: Message, command: CommandObject, shop: Shop, state: FSMContext) -> None:
    """Checks the code, and keeps it for the next purchases."""
    code, customer = (command.args or "").strip(), await shop.customer(message.from_user)
    lesson = next((one for one in await shop.lessons(customer) if not one["has_access"]), None)
    if not code or lesson is None:
        await message.answer("Send /promo and your code." if lesson else "You own everything already.")
        return
    told = await shop.ask("POST", "/api/promo-codes/check", code=code, lesson_id=lesson["id"])
    await state.update_data(promo=code if told["valid"] else None)
    said = f"{lesson['title']}: {told['amount']} ⭐" if told["valid"] else f"This code is {told['reason']}."
    await message.answer(said)


async def support(message: Message, command: CommandObject, shop: Shop) -> None:
    """Telegram requires this command of every bot that accepts Stars."""
    if not command.args:
        await message.answer("Send /paysupport and your question.")
        return
    customer = await shop.customer(message.from_user)
    ticket = await shop.ticket(customer)
    if ticket:
        await shop.ask("POST", f"/api/support-tickets/{ticket['id']}/messages", text=command.args)
    else:
        body = {"user_id": customer, "subject": SUBJECT, "message": command.args}
        ticket = await shop.ask("POST", "/api/support-tickets/", **body)
    await message.answer(f"Your question has the number {ticket['id']}. The answer comes here.")


async def tell(failed: ErrorEvent) -> None:
    """Tells the customer what went wrong."""
    update, error = failed.update, failed.exception
    if update.callback_query:
        await update.callback_query.answer(str(error) if isinstance(error, Refused) else AWAY, show_alert=True)
    elif update.message and (payment := update.message.successful_payment):
        log.error("not completed: %s of %s", payment.telegram_payment_charge_id, payment.invoice_payload)
        await update.message.answer("Your payment has arrived. If your lesson does not come soon, send /paysupport.")
    elif update.message:
        await update.message.answer(str(error) if isinstance(error, Refused) else AWAY)


def dispatcher(shop: Shop) -> Dispatcher:
    dispatcher = Dispatcher(shop=shop)
    dispatcher.message.register(start, CommandStart())
    dispatcher.message.register(promo, Command("promo"))
    dispatcher.message.register(support, Command("paysupport"))
    dispatcher.message.register(paid, F.successful_payment)
    dispatcher.callback_query.register(buy, F.data.startswith("buy:"))
    dispatcher.callback_query.register(read, F.data.startswith("read:"))
    dispatcher.pre_checkout_query.register(check)
    dispatcher.error.register(tell, ExceptionTypeFilter(Refused, httpx.HTTPError))
    return dispatcher


async def main() -> None:
    url, token = os.environ.get("SHOP_URL", "http://127.0.0.1:8000"), os.environ["SHOP_TOKEN"]
    async with (
        httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client,
        Bot(os.environ["TELEGRAM_BOT_TOKEN"]) as bot,
    ):
        await dispatcher(Shop(client)).start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
