"""Who reads files: a user, a customer of the shop, or the customer that a service names."""

from typing import Any

from litestar import Request

from atg_core.files.model import Reader, ShopCustomer
from atg_entrypoints.http.outer_middleware import CUSTOMER_KEY, SERVICE_KEY
from atg_entrypoints.principals import principal_of


def reader_of(request: Request[Any, Any, Any], for_user: int | None = None) -> Reader:
    """`for_user`: the customer as whom a service or an administrator reads; others can not choose."""
    state = request.scope["state"]
    if CUSTOMER_KEY in state:
        return ShopCustomer(id=state[CUSTOMER_KEY])
    principal = principal_of(request.scope.get("user"))
    if for_user is not None and (SERVICE_KEY in state or (principal and principal.admin)):
        return ShopCustomer(id=for_user)
    return principal
