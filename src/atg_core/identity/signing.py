"""Signing in, staying signed in, signing out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Unavailable
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.beginning import BeginSession, TokenPair, token_pair
from atg_core.identity.model import Account, Device, Session, SessionLifetime, User
from atg_core.identity.ports import (
    CallerCache,
    IdentityStore,
    InvalidCredentials,
    InvalidToken,
    Passwords,
    SessionExpired,
    SessionRevoked,
    Tokens,
)
from atg_core.identity.rotation import Answer, NeverOffered, Reused
from atg_core.ids import NewId
from atg_core.opening import Open
from atg_core.throttling import Limit, Throttle

# Only a request that confirms or offers anew moves the state, so that a second look nearly always suffices.
_MOST_TRIES = 10
_NOBODY = UUID(int=0)

FAILURES_OF_ACCOUNT_FROM_ADDRESS = Limit(name="sign-in-account-address", most=5)
FAILURES_OF_ACCOUNT = Limit(name="sign-in-account", most=50)
FAILURES_FROM_ADDRESS = Limit(name="sign-in-address", most=100)
REFRESHES_OF_SESSION = Limit(name="refresh-session", most=300)
KNOWN_FOR = timedelta(days=30)

type Find = Callable[[IdentityStore], Awaitable[Account | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Opens a session for a name or email and its password.

    Raises InvalidCredentials, after the same time, for an unknown name, a wrong password and an inactive user alike,
    and TooMany after too many of them; a right password never counts. `gate`: little wider than hashes are computed
    at once, so that many who sign in at the same moment do not hold connections that others need.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    throttle: Throttle
    gate: asyncio.Semaphore
    begin: BeginSession
    clock: Clock
    new_id: NewId

    async def __call__(self, login: str, password: str, device: Device) -> tuple[TokenPair, Account]:
        return await self._sign_in(lambda store: store.find_account(login), login, password, device)

    async def by_email(self, email: str, password: str, device: Device) -> tuple[TokenPair, Account]:
        """The same for an email alone, which may be another's username."""
        return await self._sign_in(lambda store: store.find_by_email(email), email, password, device)

    async def _sign_in(self, find: Find, login: str, password: str, device: Device) -> tuple[TokenPair, Account]:
        async with self.gate:
            account, session = await self._admit(find, login, password, device)
        return self.begin.first_tokens(account.user, session), account

    async def _admit(self, find: Find, login: str, password: str, device: Device) -> tuple[Account, Session]:
        # No more at once than the gate lets through, and each looks at the limits and counts its failure before it
        # leaves: many wrong tries at the same moment can not slip through. No transaction is open while it hashes.
        async with self.open() as store:
            account = await find(store)
        await self.require_allowance(login, account, device)
        checked = await self.passwords.check(password, account.user.password_hash if account else None)
        if account is None or not checked.matches or not account.user.is_active:
            await self._refuse(login, account, device)
        session = await self._begin(account.user, checked.new_hash, device)
        if session is None:
            return await self._admit(find, login, password, device)  # the user changed meanwhile: look again
        return account, session

    async def _begin(self, checked: User, new_hash: str | None, device: Device) -> Session | None:
        """The session, unless the user is no longer the one whose password was checked."""
        async with self.open() as store:
            user = await store.lock_user(checked.id)
            if (user.password_hash, user.is_active) != (checked.password_hash, checked.is_active):
                return None
            if new_hash and user.password_hash:
                await store.replace_password_hash(user.id, user.password_hash, new_hash)
            return await self.begin(store, user, device)

    async def require_allowance(self, login: str, account: Account | None, device: Device) -> None:
        """Raises TooMany. An address or device from which the account was signed in to lately is not held up."""
        name, address = _name(login, account), device.ip_address or ""
        (await self.throttle.look(FAILURES_FROM_ADDRESS, address)).require()
        (await self.throttle.look(FAILURES_OF_ACCOUNT_FROM_ADDRESS, f"{name} {address}")).require()
        of_account = await self.throttle.look(FAILURES_OF_ACCOUNT, name)
        if not of_account.allowed and not await self._is_known(account, device):
            of_account.require()

    async def _is_known(self, account: Account | None, device: Device) -> bool:
        """Looked up for an unknown name too, so that the time tells nothing."""
        user_id = account.user.id if account else _NOBODY
        async with self.open() as store:
            return await store.was_signed_in_from(user_id, device, self.clock() - KNOWN_FOR)

    async def _refuse(self, login: str, account: Account | None, device: Device) -> NoReturn:
        """The same work for an unknown name as for a known one, so that the time tells nothing."""
        name, address = _name(login, account), device.ip_address or ""
        await self.throttle.take(FAILURES_FROM_ADDRESS, address)
        await self.throttle.take(FAILURES_OF_ACCOUNT_FROM_ADDRESS, f"{name} {address}")
        await self.throttle.take(FAILURES_OF_ACCOUNT, name)
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


def _name(login: str, account: Account | None) -> str:
    """By what failures are counted."""
    return str(account.user.id) if account else login.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Keeps a session alive and gives new tokens for its refresh token, or an access token for a live access token.

    Raises InvalidToken, SessionExpired, SessionRevoked; a token that was used behind another's back ends the session.
    Raises TooMany by session, not by address: a whole office shares one.
    """

    open: Open[IdentityStore]
    tokens: Tokens
    throttle: Throttle
    cache: CallerCache
    lifetime: SessionLifetime
    clock: Clock
    new_id: NewId

    async def __call__(self, refresh_token: str) -> TokenPair:
        session_id = self.tokens.session_id(refresh_token)
        (await self.throttle.take(REFRESHES_OF_SESSION, str(session_id))).require()
        for _ in range(_MOST_TRIES):
            now = self.clock()
            async with self.open() as store:
                session, user = await _live_session(store, session_id, now)
                outcome = session.rotation.present(self.tokens.number(refresh_token, session), now)
                if isinstance(outcome, Answer):
                    after = session.refreshed(outcome.rotation, self.lifetime, now)
                    if await store.refresh_session(session, after):
                        return token_pair(self.tokens, user, after, outcome.token, now)
                    continue  # another request moved the session meanwhile: look again
                if isinstance(outcome, Reused):
                    await store.revoke_session(session_id, Action.REUSE_DETECTED, now)
                    await store.record(self._event(Action.REUSE_DETECTED, session, now))
            if isinstance(outcome, NeverOffered):
                raise InvalidToken
            await self.cache.drop(user.id)
            raise SessionRevoked
        raise Unavailable

    def _event(self, action: Action, session: Session, now: datetime) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(), at=now, action=action, actor_id=None, user_id=session.user_id, session_id=session.id
        )

    async def renew_access(self, access_token: str) -> TokenPair:
        """A new access token for a live one; the session's end stays where it is, and nothing is confirmed."""
        now = self.clock()
        claims = self.tokens.read_access(access_token, now)
        async with self.open() as store:
            session, user = await _live_session(store, claims.sid, now)
        access = self.tokens.access(user, session, now)
        return TokenPair(access=access.text, refresh=None, expires_in=access.expires_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Ends the session that a refresh token, or an access token (a stale one too), names; else does nothing."""

    open: Open[IdentityStore]
    tokens: Tokens
    cache: CallerCache
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
            await self.cache.drop(user_id)

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
