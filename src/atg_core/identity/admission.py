"""Admission after the first factor: a session, or a ticket where a second factor is needed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from atg_core.clock import Clock
from atg_core.identity.email_tokens import hash_of
from atg_core.identity.model import Account, Device, Role, Session, User
from atg_core.identity.ports import IdentityStore, UserChanged
from atg_core.identity.second_factor import TICKET_LIFETIME, SecondFactorRequired, SignInTicket
from atg_core.identity.session_start import BeginSession, TokenPair
from atg_core.ids import NewId


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTicket:
    """The text of a ticket, of which only the hash is stored."""

    text: str = field(repr=False)
    for_setup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitUser:
    """Starts a session after the first factor, or issues a ticket if a second one is needed.

    Called within the open transaction.
    """

    begin_session: BeginSession
    second_factor_roles: Sequence[Role]
    clock: Clock
    new_id: NewId

    async def __call__(
        self, store: IdentityStore, user: User, device: Device, *, is_new: bool = False
    ) -> Session | IssuedTicket:
        """`user`: locked, and checked to be active. `is_new`: made in this transaction, without a second factor."""
        has_second_factor = not is_new and await self._has_second_factor(store, user)
        return await self._admit(store, user, device, has_second_factor=has_second_factor)

    async def as_read(self, store: IdentityStore, account: Account, device: Device) -> Session | IssuedTicket:
        """`account`: as it was found before, active and not locked. Raises UserChanged."""
        user = account.user
        if account.has_second_factor or user.role in self.second_factor_roles:
            locked = await store.lock_user(user.id)
            if (locked.password_hash, locked.is_active) != (user.password_hash, user.is_active):
                raise UserChanged
            if await self._has_second_factor(store, user) is not account.has_second_factor:
                raise UserChanged
        return await self._admit(store, user, device, has_second_factor=account.has_second_factor)

    async def _has_second_factor(self, store: IdentityStore, user: User) -> bool:
        factor = await store.find_second_factor(user.id)
        return factor is not None and factor.confirmed_at is not None

    async def _admit(
        self, store: IdentityStore, user: User, device: Device, *, has_second_factor: bool
    ) -> Session | IssuedTicket:
        if has_second_factor or user.role in self.second_factor_roles:
            return await self._issue(store, user, for_setup=not has_second_factor)
        return await self.begin_session(store, user, device)

    def issue_tokens(self, user: User, admitted: Session | IssuedTicket) -> TokenPair:
        """The tokens of a new session. Called after the commit. Raises SecondFactorRequired with a ticket."""
        if isinstance(admitted, IssuedTicket):
            raise SecondFactorRequired(admitted.text, setup=admitted.for_setup)
        return self.begin_session.issue_tokens(user, admitted)

    async def _issue(self, store: IdentityStore, user: User, *, for_setup: bool) -> IssuedTicket:
        text, now = secrets.token_urlsafe(32), self.clock()
        ticket = SignInTicket(
            id=self.new_id(),
            ticket_hash=hash_of(text),
            user_id=user.id,
            for_setup=for_setup,
            created_at=now,
            expires_at=now + TICKET_LIFETIME,
        )
        await store.add_ticket(ticket)
        return IssuedTicket(text=text, for_setup=for_setup)
