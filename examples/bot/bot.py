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

import httpx
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command, CommandObject, CommandStart, ExceptionTypeFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, ErrorEvent, InlineKeyboardButton, LabeledPrice, Message, PreCheckoutQuery, User
from aiogram.utils.keyboard import InlineKeyboardBuilder

log = logging.getLogger("shop-bot")
LONGEST = 4096
PAUSES = (1, 5, 20)
AWAY = "The shop does not answer just now, please try again in a minute"


class Refused(Exception):
    """The shop says no; the message is for the customer."""


@dataclass(frozen=True)
class Shop:
    """The server, called with the service's token."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, *, pauses: tuple[int, ...] = (), **body: Any) -> Any:
        """Raises Refused, and httpx.HTTPError where the server is away; tried again after each pause."""
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
        """The customer's number; made at the first contact."""
        known = {"first_name": user.first_name, "last_name": user.last_name, "username": user.username}
        told = {"telegram_id": user.id, "language_code": user.language_code or "en", **known}
        return (await self.ask("POST", "/api/users/", **told))["id"]

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
    """The press of a button is one payment, however often Telegram tells of it."""
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
        start_parameter=f"lesson-{lesson_id}",  # so that nobody else pays a forwarded invoice
    )


async def check(query: PreCheckoutQuery, shop: Shop) -> None:
    """Telegram waits ten seconds for this, and the customer with it."""
    try:
        async with asyncio.timeout(5):
            path = f"/api/purchases/{query.invoice_payload}/pre-checkout"
            told = await shop.ask("POST", path, total_amount=query.total_amount)
    except (Refused, httpx.HTTPError, TimeoutError) as error:
        told = {"ok": False, "error_message": str(error) if isinstance(error, Refused) else AWAY}
    await query.answer(ok=told["ok"], error_message=told.get("error_message"))


async def paid(message: Message, bot: Bot, shop: Shop) -> None:
    """A payment that the shop refuses is given back."""
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


async def promo(message: Message, command: CommandObject, shop: Shop, state: FSMContext) -> None:
    """Keeps the code for the next purchases; what it makes of a price is the shop's word."""
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
    """Telegram asks every bot that takes Stars for this command."""
    if not command.args:
        await message.answer("Send /paysupport and your question.")
        return
    customer = await shop.customer(message.from_user)
    body = {"user_id": customer, "subject": "Payment", "message": command.args}
    ticket = await shop.ask("POST", "/api/support-tickets/", **body)
    await message.answer(f"Your question has the number {ticket['id']}. The answer comes here.")


async def tell(failed: ErrorEvent) -> None:
    """What went wrong, to the customer who has asked."""
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
