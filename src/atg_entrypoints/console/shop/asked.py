"""What pages of the shop share: their dependencies and policies, and their tabs."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_core.shop.names import ShopNameQueries
from atg_core.shop.ports import ShopQueries
from atg_entrypoints.console.forms import text_of
from atg_entrypoints.console.staff import people_of
from atg_entrypoints.http.policy import Policy
from atg_entrypoints.http.shop import customers, messages, products, promo_codes, purchases, sales, support_tickets
from atg_entrypoints.http.wire import NO_NUL, Paging
from atg_entrypoints.settings import Settings

Asked = Request[Caller, AccessClaims, Any]
Queries = NamedDependency[SkipValidation[ShopQueries]]
Names = NamedDependency[SkipValidation[ShopNameQueries]]
Pages = NamedDependency[SkipValidation[Paging]]
KnowsTime = NamedDependency[SkipValidation[Clock]]
KnowsSettings = NamedDependency[SkipValidation[Settings]]
Short = Annotated[str, QueryParameter(max_length=20)]
WordsQuery = Annotated[str, QueryParameter(name="q", max_length=200, pattern=NO_NUL)]
type Sent = dict[str, str | list[str]]

SHOP = "/app/shop"

SELLS: Policy = people_of(products.add_lesson)
SEES_SALES: Policy = people_of(sales.list_purchases)
REFUNDS: Policy = people_of(purchases.refund_purchase)
GIVES_CODES: Policy = people_of(promo_codes.list_codes)
LISTS_CUSTOMERS: Policy = people_of(customers.list_customers)
SEES_CUSTOMERS: Policy = people_of(customers.show_customer)
CHANGES_CUSTOMERS: Policy = people_of(customers.change_customer)
SENDS_MESSAGES: Policy = people_of(messages.add_message)
ANSWERS: Policy = people_of(support_tickets.answer_ticket)

_TABS = (
    (SEES_SALES, SHOP, "sales"),
    (SEES_SALES, f"{SHOP}/purchases", "purchases"),
    (SELLS, f"{SHOP}/lessons", "lessons"),
    (SELLS, f"{SHOP}/courses", "courses"),
    (LISTS_CUSTOMERS, f"{SHOP}/customers", "customers"),
    (GIVES_CODES, f"{SHOP}/promo-codes", "promo_codes"),
    (ANSWERS, f"{SHOP}/tickets", "tickets"),
    (SENDS_MESSAGES, f"{SHOP}/messages", "messages"),
)


def shown(request: Asked, tab: str, **values: Any) -> dict[str, Any]:
    """The values of a page, with the tabs that are for the caller."""
    tabs = [(path, name) for policy, path, name in _TABS if request.user.role in policy.roles]
    return {"tabs": tabs, "tab": tab, "done": None, **values}


def is_on(form: Sent, name: str) -> bool:
    return text_of(form, name) == "on"
