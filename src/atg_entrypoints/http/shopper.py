"""Who calls the shop."""

from dataclasses import dataclass
from typing import Any

from litestar import Request

from atg_core.identity.model import Caller, Role
from atg_core.store.ports import CustomerNotFound
from atg_entrypoints.http.envelope import CUSTOMER_CALLS, SERVICE_CALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """An administrator, a service, a customer, or nobody that is known."""

    is_admin: bool
    is_service: bool
    customer_id: int | None

    @property
    def is_staff(self) -> bool:
        return self.is_admin or self.is_service

    def require_own(self, user_id: int) -> int:
        """Another's record is as none. Raises CustomerNotFound."""
        if not self.is_staff and user_id != self.customer_id:
            raise CustomerNotFound
        return user_id

    def reads_as(self, for_user: int | None) -> int | None:
        """Whose purchases count for what is shown: of somebody else only staff may ask."""
        return for_user if self.is_staff else self.customer_id


def shopper_of(request: Request[Any, Any, Any]) -> Shopper:
    caller: Caller | None = request.scope.get("user")
    state = request.scope["state"]
    return Shopper(
        is_admin=caller is not None and caller.role is Role.ADMIN,
        is_service=bool(state.get(SERVICE_CALLS)),
        customer_id=state.get(CUSTOMER_CALLS),
    )
