"""Sign-in, token refresh and sign-out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from atg_core.attempts import Attempt, AttemptLimiter, AttemptsExhausted, Reservation, reserve_attempts, settling
from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Unavailable
from atg_core.identity.admission import AdmitUser, IssuedTicket
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Device, Session, SessionLifetime, User
from atg_core.identity.ports import (
    CallerCache,
    Callers,
    IdentityStore,
    InvalidCredentials,
    InvalidToken,
    Passwords,
    SessionExpired,
    SessionRevoked,
    Tokens,
    UserChanged,
)
from atg_core.identity.refresh_tokens import NeverOffered, Reused, Rotated
from atg_core.identity.session_start import TokenPair, token_pair
from atg_core.ids import NewId
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.text import fold
from atg_core.unit_of_work import UnitOfWork

# Only a request that confirms or offers a token changes the state, so that one retry nearly always suffices.
_MAX_TRIES = 10
_NOBODY = UUID(int=0)

FAILURES_OF_ACCOUNT_FROM_ADDRESS = RateLimit(name="sign-in-account-address", max_hits=5)
FAILURES_OF_ACCOUNT = RateLimit(name="sign-in-account", max_hits=50)
FAILURES_FROM_ADDRESS = RateLimit(name="sign-in-address", max_hits=100)
REFRESHES_OF_SESSION = RateLimit(name="refresh-session", max_hits=300)
KNOWN_DEVICE_PERIOD = timedelta(days=30)
MAX_ACCESS_CHAIN = timedelta(hours=1)

type Find = Callable[[str], Awaitable[Account | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Signs in with username or email, and password.

    Raises InvalidCredentials, with the same timing, for an unknown name, a wrong password and an inactive user, and
    TooMany after too many failures; a right password never counts. Raises SecondFactorRequired after a right one.
    `hashing_limit`: slightly above the number of hashing threads, so that waiting sign-ins hold no database
    connections.
    """

    open: UnitOfWork[IdentityStore]
    callers: Callers
    passwords: Passwords
    sign_in_rate_limiter: AttemptLimiter
    hashing_limit: ConcurrencyLimit
    admit_user: AdmitUser
    clock: Clock
    new_id: NewId

    async def __call__(self, login: str, password: str, device: Device) -> tuple[TokenPair, Account]:
        return await self._sign_in(self.callers.find_account, login, password, device)

    async def by_email(
        self, email: str, password: str, device: Device, *, found: Account | None = None
    ) -> tuple[TokenPair, Account]:
        """The same by email only, which may be the username of another account. `found`: by it, just now."""
        return await self._sign_in(self.callers.find_by_email, email, password, device, found)

    async def _sign_in(
        self, find: Find, login: str, password: str, device: Device, found: Account | None = None
    ) -> tuple[TokenPair, Account]:
        async with self.hashing_limit:
            account, admitted = await self._admit(find, login, password, device, found)
        return self.admit_user.issue_tokens(account.user, admitted), account

    async def _admit(
        self, find: Find, login: str, password: str, device: Device, found: Account | None = None
    ) -> tuple[Account, Session | IssuedTicket]:
        # No transaction is open while a password is hashed.
        found = found or await find(login)
        account, new_hash = await self._check(found, login, password, device)
        try:
            return account, await self._begin(account, new_hash, device)
        except UserChanged:  # since the password was verified: retry
            return await self._admit(find, login, password, device)

    async def _check(
        self, account: Account | None, login: str, password: str, device: Device
    ) -> tuple[Account, str | None]:
        """Counts the try before its password is verified, so that concurrent wrong ones can not bypass the limits."""
        async with settling(self.sign_in_rate_limiter, await self._reserve(login, account, device)):
            checked = await self.passwords.check(password, account.user.password_hash if account else None)
            if account is None or not checked.matches or not account.user.is_active:
                await self._refuse(account, device)
        return account, checked.new_hash

    async def _begin(self, account: Account, new_hash: str | None, device: Device) -> Session | IssuedTicket:
        """Raises UserChanged."""
        user = account.user
        async with self.open() as store:
            if new_hash and user.password_hash:
                if not await store.replace_password_hash(user.id, user.password_hash, new_hash, is_rehash=True):
                    raise UserChanged
                account = replace(account, user=replace(user, password_hash=new_hash))
            return await self.admit_user.as_read(store, account, device)

    async def _reserve(self, login: str, account: Account | None, device: Device) -> Reservation:
        """Raises TooMany. Known addresses and devices are exempt from the limit by account."""
        from_address, *of_account = _attempts(login, account, device)
        try:
            return await reserve_attempts(self.sign_in_rate_limiter, from_address, *of_account)
        except AttemptsExhausted as exhausted:
            if exhausted.limit != FAILURES_OF_ACCOUNT or not await self._is_known(account, device):
                raise
        return await reserve_attempts(self.sign_in_rate_limiter, from_address, of_account[0])

    async def _is_known(self, account: Account | None, device: Device) -> bool:
        """Queried for an unknown name too, for constant timing."""
        user_id = account.user.id if account else _NOBODY
        async with self.open() as store:
            return await store.was_signed_in_from(user_id, device, self.clock() - KNOWN_DEVICE_PERIOD)

    async def _refuse(self, account: Account | None, device: Device) -> NoReturn:
        """Does the same work for known and unknown names, for constant timing."""
        event = AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=Action.SIGN_IN_FAILED,
            actor_id=None,
            user_id=account.user.id if account else None,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
        )
        async with self.open() as store:
            await store.record(event)
        raise InvalidCredentials


def _attempts(login: str, account: Account | None, device: Device) -> tuple[Attempt, Attempt, Attempt]:
    """From the address, of the account from it, of the account."""
    name, network = str(account.user.id) if account else fold(login), device.network or ""
    return (
        Attempt(limit=FAILURES_FROM_ADDRESS, key=network),
        Attempt(limit=FAILURES_OF_ACCOUNT_FROM_ADDRESS, key=f"{name} {network}"),
        Attempt(limit=FAILURES_OF_ACCOUNT, key=name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Refresh token rotation: new tokens for a refresh token, or an access token for a valid access token.

    Raises InvalidToken, SessionExpired, SessionRevoked; reuse of a token revokes the session. Raises TooMany by
    session, not by address, which many users may share.
    """

    open: UnitOfWork[IdentityStore]
    tokens: Tokens
    rate_limiter: RateLimiter
    caller_cache: CallerCache
    session_lifetime: SessionLifetime
    clock: Clock
    new_id: NewId

    async def __call__(self, refresh_token: str) -> TokenPair:
        session_id = self.tokens.session_id(refresh_token)
        (await self.rate_limiter.hit(REFRESHES_OF_SESSION, str(session_id))).require()
        for _ in range(_MAX_TRIES):
            now = self.clock()
            async with self.open() as store:
                session, user = await _live_session(store, session_id, now)
                outcome = session.rotation.present(self.tokens.number(refresh_token, session), now)
                if isinstance(outcome, Rotated):
                    after = session.refreshed(outcome.rotation, self.session_lifetime, now)
                    if await store.refresh_session(session, after):
                        return token_pair(self.tokens, user, after, outcome.token, now)
                    continue  # the session was refreshed concurrently: retry
                if isinstance(outcome, Reused):
                    await store.revoke_session(session_id, Action.REUSE_DETECTED, now)
                    await store.record(self._event(Action.REUSE_DETECTED, session, now))
            if isinstance(outcome, NeverOffered):
                raise InvalidToken
            await self.caller_cache.drop(user.id)
            raise SessionRevoked
        raise Unavailable

    def _event(self, action: Action, session: Session, now: datetime) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(), at=now, action=action, actor_id=None, user_id=session.user_id, session_id=session.id
        )

    async def renew_access(self, access_token: str) -> TokenPair:
        """A new access token for a valid one; the session is not extended, and no refresh token is confirmed.

        The chain of such tokens ends with the session, and an hour after the last refresh by a refresh token, so that
        a stolen access token does not serve for longer.
        """
        now = self.clock()
        claims = self.tokens.read_access(access_token, now)
        (await self.rate_limiter.hit(REFRESHES_OF_SESSION, str(claims.sid))).require()
        async with self.open() as store:
            session, user = await _live_session(store, claims.sid, now)
        ends_at = min(session.expires_at, session.last_activity + MAX_ACCESS_CHAIN)
        if ends_at <= now:
            raise SessionExpired
        access = self.tokens.access(user, replace(session, expires_at=ends_at), now)
        return TokenPair(access=access.text, refresh=None, expires_in=access.expires_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Revokes the session of a refresh token or an access token, even an expired one; otherwise does nothing."""

    open: UnitOfWork[IdentityStore]
    tokens: Tokens
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, token: str) -> None:
        try:
            session_id = await self._named_session(token)
        except InvalidToken:
            return
        now = self.clock()
        async with self.open() as store:
            user_id = await store.revoke_session(session_id, Action.SIGNED_OUT, now)
            if user_id:
                event = AuditEvent(
                    id=self.new_id(),
                    at=now,
                    action=Action.SIGNED_OUT,
                    actor_id=user_id,
                    user_id=user_id,
                    session_id=session_id,
                )
                await store.record(event)
        if user_id:
            await self.caller_cache.drop(user_id)

    async def _named_session(self, token: str) -> UUID:
        if token.count(".") == 2:
            return self.tokens.read_access(token, self.clock(), allow_expired=True).sid
        async with self.open() as store:
            found = await store.find_session(self.tokens.session_id(token))
        if found is None:
            raise InvalidToken
        self.tokens.number(token, found[0])
        return found[0].id


async def _live_session(store: IdentityStore, session_id: UUID, now: datetime) -> tuple[Session, User]:
    found = await store.find_session(session_id)
    if found is None:
        raise InvalidToken
    session, user = found
    if session.revoked_at or not user.is_active:
        raise SessionRevoked
    if session.expires_at <= now:
        raise SessionExpired
    return session, user
