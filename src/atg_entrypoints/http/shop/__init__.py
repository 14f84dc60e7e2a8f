"""The shop over HTTP: products, customers, purchases, promo codes, support tickets and Telegram's updates."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.shop import (
    customers,
    messages,
    products,
    promo_codes,
    purchases,
    sales,
    support_tickets,
    telegram,
)
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    modules = (products, customers, support_tickets, purchases, sales, promo_codes, messages, telegram)
    return [handler for module in modules for handler in module.HANDLERS]
