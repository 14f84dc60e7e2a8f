"""The last step of signing in with a provider from a frontend elsewhere."""

from dataclasses import dataclass

from atg_core.attempts import Attempt, AttemptLimiter, counting
from atg_core.clock import Clock
from atg_core.identity.admission import AdmitUser, IssuedTicket
from atg_core.identity.email_tokens import hash_of
from atg_core.identity.exchange_codes import ExchangeCodeNotValid
from atg_core.identity.model import Account, Device, Session
from atg_core.identity.ports import IdentityStore
from atg_core.identity.session_start import TokenPair
from atg_core.identity.sign_in import FAILURES_FROM_ADDRESS
from atg_core.unit_of_work import UnitOfWork


def _is_refusal(_attempt: Attempt, error: BaseException | None) -> bool:
    return isinstance(error, ExchangeCodeNotValid)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOAuthCode:
    """Completes the sign-in of a frontend elsewhere: the reply is that of signing in.

    What ends the sessions of a user ends their codes, too. A wrong code counts as a failed sign-in from the address.
    """

    open: UnitOfWork[IdentityStore]
    admit_user: AdmitUser
    sign_in_rate_limiter: AttemptLimiter
    clock: Clock

    async def __call__(self, code: str, device: Device) -> tuple[TokenPair, Account]:
        """`device`: of the request. Raises ExchangeCodeNotValid, TooMany, SecondFactorRequired."""
        attempt = Attempt(limit=FAILURES_FROM_ADDRESS, key=device.network or "")
        async with counting(self.sign_in_rate_limiter, attempt, counts=_is_refusal), self.open() as store:
            account, admitted = await self._admit(store, hash_of(code))
        return self.admit_user.issue_tokens(account.user, admitted), account

    async def _admit(self, store: IdentityStore, code_hash: bytes) -> tuple[Account, Session | IssuedTicket]:
        """The user is locked first, as by what ends their sessions: the code is then still there, or gone for good."""
        user_id = await store.find_exchange_code(code_hash)
        if user_id is None:
            raise ExchangeCodeNotValid(field="code")
        user = await store.lock_user(user_id)
        used = await store.use_exchange_code(code_hash, self.clock())
        if used is None or not user.is_active:
            raise ExchangeCodeNotValid(field="code")
        admitted = await self.admit_user(store, user, used.device)
        return Account(user=user, profile=await store.profile(user_id)), admitted
