"""The shop, and the bot by which it is used."""

from contextlib import AsyncExitStack

from dependency_injector import providers

from atg_adapters.jwt.customers import CustomerTokens
from atg_adapters.sql.database import Database
from atg_adapters.sql.desk import SqlDesk
from atg_adapters.sql.goods import SqlGoods
from atg_adapters.sql.sales import SqlSales
from atg_adapters.sql.shop import SqlShop
from atg_core.clock import Clock
from atg_core.store.buying import CheckPromo as CheckShopPromo
from atg_core.store.buying import CreatePurchase, PreCheckout, SettlePurchase
from atg_core.store.keeping import KeepCodes, KeepCustomers, KeepGoods, KeepTickets
from atg_core.store.reconciling import ReconcileStars
from atg_core.store.support import AnswerTicket, RefundPurchase, RefundStars, SendMessage
from atg_core.store.updates import AnswerCheckout, NotePayments
from atg_core.telegram.init_data import InitData
from atg_core.telegram.model import Telegram
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.shared import Shared


def _telegram(settings: Settings, clock: Clock, opened: AsyncExitStack) -> Telegram:
    """By the Bot API, if there is a bot; else kept where all else is. Imported here: few processes speak to it."""
    if settings.telegram_bot_token:
        from atg_adapters.telegram.bot_api import BotApi  # noqa: PLC0415

        bot = BotApi(settings.telegram_bot_token, url=settings.telegram_api_url)
        opened.push_async_callback(bot.close)
        return bot
    if settings.in_memory:
        from atg_adapters.memory.telegram import MemoryTelegram  # noqa: PLC0415

        return MemoryTelegram()
    from atg_adapters.outbox.telegram import TelegramOutbox  # noqa: PLC0415

    return TelegramOutbox(settings.home_path / "outbox", clock=clock)


def _mini_app(settings: Settings) -> InitData | None:
    return InitData(settings.telegram_bot_token) if settings.telegram_bot_token else None


class Store(Shared):
    telegram = providers.Singleton(_telegram, Shared.settings, Shared.clock, Shared.opened)
    mini_app = providers.Singleton(_mini_app, Shared.settings)
    shop = providers.Singleton(SqlShop, Shared.database)
    open_sales = providers.Singleton(Database.opening, Shared.database, SqlSales, shared=True)
    open_goods = providers.Singleton(Database.opening, Shared.database, SqlGoods)
    open_desk = providers.Singleton(Database.opening, Shared.database, SqlDesk, shared=True)
    customer_tokens = providers.Singleton(CustomerTokens, Shared.settings.provided.signing_keys)
    keep_goods = providers.Singleton(KeepGoods, open=open_goods, clock=Shared.clock)
    keep_customers = providers.Singleton(KeepCustomers, open=open_desk, clock=Shared.clock)
    keep_codes = providers.Singleton(KeepCodes, open=open_desk, clock=Shared.clock)
    keep_tickets = providers.Singleton(KeepTickets, open=open_desk, clock=Shared.clock)
    answer_ticket = providers.Singleton(AnswerTicket, open=open_desk, jobs=Shared.jobs, clock=Shared.clock)
    create_purchase = providers.Singleton(CreatePurchase, open=open_sales, clock=Shared.clock)
    pre_checkout = providers.Singleton(PreCheckout, shop=shop, clock=Shared.clock)
    settle_purchase = providers.Singleton(SettlePurchase, open=open_sales, clock=Shared.clock)
    refund_purchase = providers.Singleton(RefundPurchase, open=open_sales, settle=settle_purchase, jobs=Shared.jobs)
    answer_checkout = providers.Singleton(AnswerCheckout, check=pre_checkout)
    note_payments = providers.Singleton(NotePayments, open=open_sales, jobs=Shared.jobs, clock=Shared.clock)
    reconcile_stars = providers.Singleton(ReconcileStars, open=open_sales, telegram=telegram, note=note_payments)
    send_message = providers.Singleton(SendMessage, telegram=telegram)
    refund_stars = providers.Singleton(RefundStars, telegram=telegram)
    check_shop_promo = providers.Singleton(CheckShopPromo, shop=shop, clock=Shared.clock)
