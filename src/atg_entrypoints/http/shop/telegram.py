"""Webhook for Telegram's updates, and sign-in from the Mini App (spec: store; identity, Telegram)."""

import asyncio
import hmac
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta, Struct, field

from atg_core.clock import Clock
from atg_core.errors import Forbidden, NotSignedIn, Unavailable
from atg_core.notices.telegram_links import LinkingCodeNotFound, LinkTelegram
from atg_core.shop.customers import EditCustomers
from atg_core.shop.ports import CustomerTokens
from atg_core.shop.telegram_payments import AnswerPreCheckout, RecordPayments, TelegramPayment
from atg_core.telegram.init_data import InitDataVerifier, InvalidInitData
from atg_core.words import Language, Words, phrase
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.http.shop.wire import CustomerRow
from atg_entrypoints.http.wire import NO_NUL, to_wire
from atg_entrypoints.settings import Settings

_TAGS = ["shop, Telegram"]
_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
_SECONDS_TO_ANSWER = 1.5
_AWAY = phrase("Payments do not work just now, please try again in a minute")
_START = "/start "
_LINKED = phrase("From now on you get your notices here.")
_NO_CODE = phrase("This code is not known, or no longer. Make a new one in the settings of your notices.")
_LIFETIME_SECONDS = 3600
_log = structlog.get_logger("atg.telegram")

type Line = Annotated[str, Meta(max_length=255, pattern=NO_NUL)]
type Amount = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class NotTelegram(NotSignedIn):
    """This does not come from Telegram"""


class Sender(Struct, frozen=True):
    """`language_code`: of the customer's Telegram, where it is told."""

    id: int
    language_code: str | None = None


class CheckoutQuery(Struct, frozen=True, kw_only=True):
    id: str
    sender: Sender = field(name="from")
    currency: Line
    total_amount: Amount
    invoice_payload: Line


class PaymentNotice(Struct, frozen=True, kw_only=True):
    currency: Line
    total_amount: Amount
    invoice_payload: Line
    telegram_payment_charge_id: Line


class Message(Struct, frozen=True, kw_only=True):
    """The customer is the sender of a payment, and the chat of a refund."""

    sender: Sender | None = field(name="from", default=None)
    chat: Sender | None = None
    text: str | None = None
    successful_payment: PaymentNotice | None = None
    refunded_payment: PaymentNotice | None = None


class Update(Struct, frozen=True, kw_only=True):
    """The parts of an update that are handled (core.telegram.org/bots/api#update); others are ignored."""

    update_id: int
    pre_checkout_query: CheckoutQuery | None = None
    message: Message | None = None


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Bot API call in the reply to the webhook; empty for none."""

    method: str | None = None
    pre_checkout_query_id: str | None = None
    ok: bool | None = None
    error_message: str | None = None
    chat_id: int | None = None
    text: str | None = None


class TelegramSignIn(Struct, frozen=True):
    init_data: Annotated[str, Meta(max_length=4096, pattern=NO_NUL)]


class TelegramSession(Struct, frozen=True, kw_only=True):
    """The token is valid for the shop and the files that were bought, for an hour; it can not be refreshed."""

    token: str
    expires_in: int
    user: CustomerRow


@post("/webhooks/telegram", status_code=200, policy=PUBLIC, tags=_TAGS, summary="Telegram's updates", also={401})
async def take_update(
    *,
    request: Request[Any, Any, Any],
    data: JSONBody[Update],
    settings: NamedDependency[SkipValidation[Settings]],
    answer_pre_checkout: NamedDependency[SkipValidation[AnswerPreCheckout]],
    record_payments: NamedDependency[SkipValidation[RecordPayments]],
    link_telegram: NamedDependency[SkipValidation[LinkTelegram]],
    words: NamedDependency[SkipValidation[Words]],
) -> Answer:
    """Idempotent. A pre-checkout query is answered in the reply, and the code that links somebody for notices."""
    secret = settings.telegram_webhook_secret
    if not secret or not hmac.compare_digest(request.headers.get(_SECRET, "").encode(), secret.encode()):
        raise NotTelegram
    if data.pre_checkout_query is not None:
        return await _checked(data.pre_checkout_query, answer_pre_checkout, words)
    message = data.message
    if message is not None and (notice := message.successful_payment or message.refunded_payment):
        customer = message.sender if message.successful_payment else message.chat or message.sender
        payment = TelegramPayment(
            telegram_id=customer.id if customer else 0,
            currency=notice.currency,
            amount=notice.total_amount,
            payload=notice.invoice_payload,
            charge_id=notice.telegram_payment_charge_id,
        )
        await (record_payments.paid(payment) if message.successful_payment else record_payments.refunded(payment))
    if message is not None and (message.text or "").startswith(_START):
        return await _linked(message, link_telegram, words)
    return Answer()


async def _linked(message: Message, link_telegram: LinkTelegram, words: Words) -> Answer:
    """In the chat of one person with the bot alone, whose number is the person's."""
    if message.sender is None or message.chat is None or message.sender.id != message.chat.id:
        return Answer()
    try:
        await link_telegram.link((message.text or "").removeprefix(_START).strip(), message.chat.id)
    except LinkingCodeNotFound:
        told = _NO_CODE
    else:
        told = _LINKED
    language = Language.of(message.sender.language_code) or Language.EN
    return Answer(method="sendMessage", chat_id=message.chat.id, text=words.text(told, language))


async def _checked(query: CheckoutQuery, answer_pre_checkout: AnswerPreCheckout, words: Words) -> Answer:
    """Always answers, within the ten seconds that Telegram waits."""
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            refusal = await answer_pre_checkout(
                query.sender.id, query.currency, query.total_amount, query.invoice_payload
            )
    except (Unavailable, TimeoutError) as error:
        _log.warning("a checkout could not be checked", reason=type(error).__name__)
        refusal = _AWAY
    return Answer(
        method="answerPreCheckoutQuery",
        pre_checkout_query_id=query.id,
        ok=refusal is None,
        error_message=refusal and words.text(refusal, Language.of(query.sender.language_code) or Language.EN),
    )


@post(
    "/auth/telegram",
    status_code=200,
    policy=PUBLIC,
    tags=_TAGS,
    summary="Sign in a customer of the Mini App",
    also={401, 403},
)
async def sign_in_by_telegram(
    data: JSONBody[TelegramSignIn],
    mini_app: NamedDependency[SkipValidation[InitDataVerifier | None]],
    edit_customers: NamedDependency[SkipValidation[EditCustomers]],
    customer_tokens: NamedDependency[SkipValidation[CustomerTokens]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> TelegramSession:
    if mini_app is None:
        raise InvalidInitData
    now = clock()
    user = mini_app.verify(data.init_data, now)
    customer, _ = await edit_customers.register(
        user.id,
        {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "username": user.username,
            "language_code": user.language_code or "en",
        },
    )
    if not customer.is_active:
        raise Forbidden
    return TelegramSession(
        token=customer_tokens.token(customer.id, now), expires_in=_LIFETIME_SECONDS, user=to_wire(customer, CustomerRow)
    )


HANDLERS: Sequence[BaseRouteHandler] = (take_update, sign_in_by_telegram)
