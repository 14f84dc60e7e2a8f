"""Setting up, confirming and removing the second factor."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotSignedIn
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Caller, User
from atg_core.identity.ports import CallerCache, IdentityStore, UserNotFound
from atg_core.identity.second_factor import (
    InvalidTicket,
    OwnSecondFactor,
    RecentSignInRequired,
    SecondFactor,
    SecondFactorExists,
    SecondFactorNotFound,
    SecretVault,
    SignInTicket,
    Totp,
    WrongCode,
)
from atg_core.identity.second_factor_codes import LimitCodes, VerifyCode, new_recovery_codes, recovery_code_hash
from atg_core.identity.second_factor_sign_in import TryTicket
from atg_core.identity.sessions import RequirePassword
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork

SETUP_LIFETIME = timedelta(minutes=10)
RECENT_SIGN_IN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an authenticator app needs."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reauthenticate:
    """Of a signed-in user, by password; without a password by a sign-in within the last ten minutes.

    A stolen access token is therefore not enough. Raises WrongPassword, TooMany, RecentSignInRequired.
    """

    open: UnitOfWork[IdentityStore]
    require_password: RequirePassword
    clock: Clock

    async def __call__(self, caller: Caller, password: str) -> None:
        async with self.open() as store:
            user = await store.lock_user(caller.id)
            found = await store.find_session(caller.session_id)
        if user.password_hash is not None:
            await self.require_password(caller.id, password, field="password")
        elif found is None or found[0].created_at < self.clock() - RECENT_SIGN_IN:
            raise RecentSignInRequired


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpSecondFactor:
    """Makes a secret; it counts from its confirmation within ten minutes on.

    `caller`: who is signed in; else a ticket for setup is needed. Raises SecondFactorExists, InvalidTicket, NotSignedIn
    and what Reauthenticate raises.
    """

    open: UnitOfWork[IdentityStore]
    try_ticket: TryTicket
    reauthenticate: Reauthenticate
    totp: Totp
    secret_vault: SecretVault
    clock: Clock

    async def __call__(self, caller: Caller | None, ticket: str | None, password: str) -> Setup:
        user_id = await self._who(caller, ticket, password)
        secret = self.totp.new_secret()
        sealed = self.secret_vault.seal_secret(secret)
        async with self.open() as store:
            user = await store.lock_user(user_id)
            await _require_none(store, user)
            await store.put_second_factor(SecondFactor(user_id=user_id, secret=sealed, created_at=self.clock()))
        return Setup(secret=secret, uri=self.totp.uri(secret, user.username))

    async def _who(self, caller: Caller | None, ticket: str | None, password: str) -> UUID:
        if ticket is not None:
            return (await self.try_ticket(ticket, for_setup=True)).user_id
        if caller is None:
            raise NotSignedIn
        await self.reauthenticate(caller, password)
        return caller.id

    async def state(self, user_id: UUID) -> tuple[bool, int]:
        """Whether a user has a second factor, and how many recovery codes are left."""
        async with self.open() as store:
            factor = await store.find_second_factor(user_id)
            left = await store.count_recovery_codes(user_id)
        return factor is not None and factor.confirmed_at is not None, left


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSecondFactor:
    """Confirms a second factor with a code, which is used up, and revokes all sessions but the caller's.

    Raises SecondFactorNotFound, SecondFactorExists, InvalidTicket, NotSignedIn, WrongCode, TooMany.
    """

    open: UnitOfWork[IdentityStore]
    try_ticket: TryTicket
    limit_codes: LimitCodes
    verify_code: VerifyCode
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller | None, ticket: str | None, code: str) -> list[str]:
        """Ten recovery codes, of which only hashes are stored."""
        tried = await self.try_ticket(ticket, for_setup=True) if ticket is not None else None
        if tried is None and caller is None:
            raise NotSignedIn
        user_id = tried.user_id if tried else caller.id  # type: ignore[union-attr]
        own_session = caller.session_id if caller and not tried else None
        async with self.limit_codes(user_id):
            codes = await self._take(user_id, own_session, code, tried)
        await self.caller_cache.drop(user_id)
        return codes

    async def _take(self, user_id: UUID, own_session: UUID | None, code: str, tried: SignInTicket | None) -> list[str]:
        async with self.open() as store:
            user = await store.lock_user(user_id)
            codes = await self._confirm(store, user, code, tried)
            if codes:
                await store.revoke_sessions(user_id, Action.SECOND_FACTOR_SET_UP, self.clock(), but=own_session)
            action = Action.SECOND_FACTOR_SET_UP if codes else Action.SECOND_FACTOR_FAILED
            await store.record(_event(self, action, user_id, user_id))
        if not codes:
            raise WrongCode
        return codes

    async def _confirm(self, store: IdentityStore, user: User, code: str, ticket: SignInTicket | None) -> list[str]:
        """Empty if the code is wrong."""
        await _require_none(store, user)
        factor, now = await store.find_second_factor(user.id), self.clock()
        if factor is None or factor.created_at < now - SETUP_LIFETIME:
            raise SecondFactorNotFound
        step = self.verify_code.time_step(factor, code)
        if step is None:
            return []
        if ticket and not await store.use_ticket(ticket.id, now):
            raise InvalidTicket
        await store.put_second_factor(replace(factor, confirmed_at=now, last_step=step))
        codes = new_recovery_codes()
        await store.replace_recovery_codes(user.id, [recovery_code_hash(each) for each in codes])
        return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSecondFactor:
    """Removes a second factor; all sessions end but that of who removes their own.

    Raises SecondFactorNotFound.
    """

    open: UnitOfWork[IdentityStore]
    reauthenticate: Reauthenticate
    limit_codes: LimitCodes
    verify_code: VerifyCode
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def own(self, caller: Caller, password: str, code: str) -> None:
        """Raises WrongCode and what Reauthenticate raises."""
        await self.reauthenticate(caller, password)
        async with self.limit_codes(caller.id):
            await self._remove_own(caller, code)
        await self.caller_cache.drop(caller.id)

    async def _remove_own(self, caller: Caller, code: str) -> None:
        async with self.open() as store:
            await store.lock_user(caller.id)
            factor = await store.find_second_factor(caller.id)
            if factor is None or factor.confirmed_at is None:
                raise SecondFactorNotFound
            is_right = await self.verify_code(store, factor, code) is not None
            if is_right:
                await self._remove(store, caller.id, caller.id, but=caller.session_id)
            else:
                await store.record(_event(self, Action.SECOND_FACTOR_FAILED, caller.id, caller.id))
        if not is_right:
            raise WrongCode

    async def of(self, user_id: UUID, admin: Caller) -> None:
        """Somebody else's, for who has lost the device. Raises OwnSecondFactor, UserNotFound."""
        if user_id == admin.id:
            raise OwnSecondFactor
        async with self.open() as store:
            await store.lock_user(user_id)
            await self._remove(store, user_id, admin.id)
        await self.caller_cache.drop(user_id)

    async def of_username(self, username: str, source: str) -> None:
        """By the operator; `source`: of the audit event. Raises UserNotFound."""
        async with self.open() as store:
            account = await store.find_account(username)
            if account is None:
                raise UserNotFound
            await store.lock_user(account.user.id)
            await self._remove(store, account.user.id, None, source=source)
        await self.caller_cache.drop(account.user.id)

    async def _remove(
        self,
        store: IdentityStore,
        user_id: UUID,
        by: UUID | None,
        *,
        but: UUID | None = None,
        source: str | None = None,
    ) -> None:
        if not await store.remove_second_factor(user_id):
            raise SecondFactorNotFound
        await store.revoke_sessions(user_id, Action.SECOND_FACTOR_REMOVED, self.clock(), but=but)
        await store.record(replace(_event(self, Action.SECOND_FACTOR_REMOVED, user_id, by), source=source))


async def _require_none(store: IdentityStore, user: User) -> None:
    """Raises InvalidTicket for an inactive user, SecondFactorExists."""
    if not user.is_active:
        raise InvalidTicket
    factor = await store.find_second_factor(user.id)
    if factor and factor.confirmed_at:
        raise SecondFactorExists


def _event(
    use_case: ConfirmSecondFactor | RemoveSecondFactor, action: Action, user_id: UUID, actor_id: UUID | None
) -> AuditEvent:
    return AuditEvent(id=use_case.new_id(), at=use_case.clock(), action=action, actor_id=actor_id, user_id=user_id)
