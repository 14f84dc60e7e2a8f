"""The caller of a request to the shop."""

from dataclasses import dataclass
from typing import Any

from litestar import Request

from atg_core.identity.model import Caller
from atg_core.identity.staff import SHOP_STAFF, TICKET_STAFF
from atg_core.shop.ports import CustomerNotFound
from atg_entrypoints.http.outer_middleware import CUSTOMER_KEY, SERVICE_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """The caller: of the staff, a service, a customer, or anonymous. `sells`: of the staff of the shop itself."""

    sells: bool
    answers: bool
    is_service: bool
    customer_id: int | None

    @property
    def is_staff(self) -> bool:
        return self.answers or self.is_service

    def require_own(self, user_id: int) -> int:
        """Raises CustomerNotFound for a customer other than the caller, unless staff asks."""
        if not self.is_staff and user_id != self.customer_id:
            raise CustomerNotFound
        return user_id

    def reads_as(self, for_user: int | None) -> int | None:
        """The customer whose access counts: `for_user` for staff, else the caller."""
        return for_user if self.is_staff else self.customer_id


def shopper_of(request: Request[Any, Any, Any]) -> Shopper:
    caller: Caller | None = request.scope.get("user")
    state = request.scope["state"]
    return Shopper(
        sells=caller is not None and caller.role in SHOP_STAFF,
        answers=caller is not None and caller.role in TICKET_STAFF,
        is_service=bool(state.get(SERVICE_KEY)),
        customer_id=state.get(CUSTOMER_KEY),
    )
