"""The second step of a sign-in: a ticket and a code."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import hash_of
from atg_core.identity.model import Account, Device, Session, User
from atg_core.identity.ports import IdentityStore
from atg_core.identity.second_factor import CodeKind, InvalidCode, InvalidTicket, SignInTicket
from atg_core.identity.second_factor_codes import LimitCodes, VerifyCode
from atg_core.identity.session_start import BeginSession, TokenPair
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TryTicket:
    """Counts a try of a ticket, in a transaction of its own. Raises InvalidTicket."""

    open: UnitOfWork[IdentityStore]
    clock: Clock

    async def __call__(self, text: str, *, for_setup: bool) -> SignInTicket:
        async with self.open() as store:
            ticket = await store.try_ticket(hash_of(text), self.clock())
        if ticket is None or ticket.for_setup is not for_setup:
            raise InvalidTicket
        return ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSignIn:
    """Signs in with a ticket and a code, each of which works once; a ticket has five tries.

    Raises InvalidTicket, InvalidCode, and TooMany after too many codes for the account.
    """

    open: UnitOfWork[IdentityStore]
    try_ticket: TryTicket
    limit_codes: LimitCodes
    verify_code: VerifyCode
    begin_session: BeginSession
    clock: Clock
    new_id: NewId

    async def __call__(self, ticket: str, code: str, device: Device) -> tuple[TokenPair, Account]:
        tried = await self.try_ticket(ticket, for_setup=False)
        async with self.limit_codes(tried.user_id, device):
            return await self._complete(tried, code, device)

    async def _complete(self, tried: SignInTicket, code: str, device: Device) -> tuple[TokenPair, Account]:
        async with self.open() as store:
            user = await store.lock_user(tried.user_id)
            kind = await self._verified(store, user, code)
            if kind is None:
                await store.record(self._event(Action.SECOND_FACTOR_FAILED, user.id, device))
            else:
                session = await self._begin(store, user, tried, kind, device)
                account = Account(user=user, profile=await store.profile(user.id))
        if kind is None:
            raise InvalidCode
        return self.begin_session.issue_tokens(user, session), account

    async def _verified(self, store: IdentityStore, user: User, code: str) -> CodeKind | None:
        factor = await store.find_second_factor(user.id)
        if not user.is_active or factor is None or factor.confirmed_at is None:
            raise InvalidTicket
        return await self.verify_code(store, factor, code)

    async def _begin(
        self, store: IdentityStore, user: User, ticket: SignInTicket, kind: CodeKind, device: Device
    ) -> Session:
        """Raises InvalidTicket if the ticket was used concurrently, which leaves the code unused."""
        if not await store.use_ticket(ticket.id, self.clock()):
            raise InvalidTicket
        if kind is CodeKind.RECOVERY:
            await store.record(self._event(Action.RECOVERY_CODE_USED, user.id, device))
        return await self.begin_session(store, user, device, has_second_factor=True)

    def _event(self, action: Action, user_id: UUID, device: Device) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=action,
            actor_id=None if action is Action.SECOND_FACTOR_FAILED else user_id,
            user_id=user_id,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
        )
