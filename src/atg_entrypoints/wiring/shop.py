"""The shop and its Telegram bot."""

import asyncio
from contextlib import AsyncExitStack

from dependency_injector import providers

from atg_adapters.sql.shop.customers import SqlCustomers
from atg_adapters.sql.shop.messages import SqlCustomerMessageQueries, SqlCustomerMessages
from atg_adapters.sql.shop.names import SqlShopNameQueries
from atg_adapters.sql.shop.products import SqlProducts
from atg_adapters.sql.shop.promo_codes import SqlPromoCodes
from atg_adapters.sql.shop.purchases import SqlPurchases
from atg_adapters.sql.shop.queries import SqlShopQueries
from atg_adapters.sql.shop.support_tickets import SqlSupportTickets
from atg_core.clock import Clock
from atg_core.shop.checkout import CreatePurchase, PreCheckout, SettlePurchase
from atg_core.shop.customers import EditCustomers
from atg_core.shop.message_sending import (
    CancelMessage,
    DeliverMessage,
    SendMessageToCustomers,
    ShowMessage,
    WriteMessage,
)
from atg_core.shop.ports import CustomerTokens
from atg_core.shop.products import EditProducts
from atg_core.shop.promo_codes import CheckPromoCode, EditPromoCodes
from atg_core.shop.reconciliation import ReconcileStars
from atg_core.shop.refunds import RefundPurchase, RefundStars
from atg_core.shop.support_tickets import AddToTicket, AnswerTicket, CreateTicket, SendMessage
from atg_core.shop.telegram_payments import AnswerPreCheckout, RecordPayments
from atg_core.telegram.init_data import InitDataVerifier
from atg_core.telegram.model import Telegram
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.shared import Shared, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


def _customer_tokens(keys: dict[str, bytes]) -> CustomerTokens:
    """Imported here: the library of JWT brings a large one for keys that we do not use."""
    from atg_adapters.jwt import customers  # noqa: PLC0415

    return customers.CustomerTokens(keys)


def _telegram(settings: Settings, clock: Clock, opened: AsyncExitStack) -> Telegram:
    """The Bot API if there is a token, else memory or an outbox. Imported here: few processes need it."""
    if settings.telegram_bot_token:
        from atg_adapters.telegram.bot_api import BotApi  # noqa: PLC0415

        bot = BotApi(settings.telegram_bot_token, url=settings.telegram_api_url)
        opened.push_async_callback(bot.close)
        return bot
    if settings.in_memory:
        from atg_adapters.memory.telegram import MemoryTelegram  # noqa: PLC0415

        return MemoryTelegram()
    from atg_adapters.outbox.telegram import OutboxTelegram  # noqa: PLC0415

    return OutboxTelegram(settings.home_path / "outbox", clock=clock)


def _mini_app(settings: Settings) -> InitDataVerifier | None:
    return InitDataVerifier(settings.telegram_bot_token) if settings.telegram_bot_token else None


class Shop(Shared):
    telegram = providers.Singleton(_telegram, Shared.settings, Shared.clock, Shared.opened)
    mini_app = providers.Singleton(_mini_app, Shared.settings)
    shop_queries = reading(SqlShopQueries)
    shop_name_queries = reading(SqlShopNameQueries)
    open_products = unit_of_work(SqlProducts)
    open_purchases = unit_of_work(SqlPurchases, shared=True)
    open_customers = unit_of_work(SqlCustomers, shared=True)
    open_shop_promo_codes = unit_of_work(SqlPromoCodes, shared=True)
    open_support_tickets = unit_of_work(SqlSupportTickets, shared=True)
    customer_tokens = providers.Singleton(_customer_tokens, Shared.settings.provided.signing_keys)
    edit_products = use_case(EditProducts, open=open_products)
    edit_customers = use_case(EditCustomers, open=open_customers)
    edit_promo_codes = use_case(EditPromoCodes, open=open_shop_promo_codes)
    check_promo_code = use_case(CheckPromoCode)
    create_ticket = use_case(CreateTicket, open=open_support_tickets)
    add_to_ticket = use_case(AddToTicket, open=open_support_tickets)
    answer_ticket = use_case(AnswerTicket, open=open_support_tickets)
    create_purchase = use_case(CreatePurchase, open=open_purchases)
    pre_checkout = use_case(PreCheckout)
    settle_purchase = use_case(SettlePurchase, open=open_purchases)
    refund_purchase = use_case(RefundPurchase, open=open_purchases)
    answer_pre_checkout = use_case(AnswerPreCheckout)
    record_payments = use_case(RecordPayments, open=open_purchases)
    reconcile_stars = use_case(ReconcileStars, open=open_purchases)
    send_message = use_case(SendMessage)
    customer_message_queries = reading(SqlCustomerMessageQueries)
    open_customer_messages = unit_of_work(SqlCustomerMessages, shared=True)
    write_message = use_case(WriteMessage, open=open_customer_messages)
    send_message_to_customers = use_case(SendMessageToCustomers, open=open_customer_messages)
    cancel_message = use_case(CancelMessage, open=open_customer_messages)
    show_message = use_case(ShowMessage)
    deliver_message = use_case(DeliverMessage, open=open_customer_messages, sleep=providers.Object(asyncio.sleep))
    refund_stars = use_case(RefundStars)
