"""Signing in, staying signed in, signing out."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.model import Account, Session, SessionLifetime, User
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
from atg_core.ids import NewId
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """`refresh` is None where the caller gets an access token only; `expires_in` are the access token's seconds."""

    access: str
    refresh: str | None
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """From where a sign-in comes."""

    ip_address: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Opens a session for a name or email and its password.

    Raises InvalidCredentials, after the same time, for an unknown name, a wrong password and an inactive user alike.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    tokens: Tokens
    lifetime: SessionLifetime
    clock: Clock
    new_id: NewId

    async def __call__(self, login: str, password: str, device: Device) -> tuple[TokenPair, Account]:
        async with self.open() as store:
            account = await store.find_account(login)
        # The hash is computed outside of any transaction: it takes longer than all the rest.
        checked = await self.passwords.check(password, account.user.password_hash if account else None)
        if account is None or not checked.matches or not account.user.is_active:
            raise InvalidCredentials
        session = self._begin(account.user, device, self.clock())
        async with self.open() as store:
            if checked.new_hash and account.user.password_hash:
                await store.replace_password_hash(account.user.id, account.user.password_hash, checked.new_hash)
            await store.add_session(session)
        return _pair(self.tokens, account.user, session, self.clock()), account

    def _begin(self, user: User, device: Device, now: datetime) -> Session:
        return Session(
            id=self.new_id(),
            user_id=user.id,
            expires_at=min(now + self.lifetime.idle, now + self.lifetime.absolute),
            created_at=now,
            last_activity=now,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
            salt=secrets.token_bytes(16),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Keeps a session alive and gives new tokens for its refresh token, or an access token for a live access token.

    Raises InvalidToken, SessionExpired, SessionRevoked.
    """

    open: Open[IdentityStore]
    tokens: Tokens
    lifetime: SessionLifetime
    clock: Clock

    async def __call__(self, refresh_token: str) -> TokenPair:
        session_id, now = self.tokens.session_id(refresh_token), self.clock()
        async with self.open() as store:
            session, user = await _live_session(store, session_id, now)
            if not self.tokens.is_of(refresh_token, session):
                raise InvalidToken
            session = session.refreshed(self.lifetime, now)
            if not await store.keep_alive(session):
                raise SessionRevoked
        return _pair(self.tokens, user, session, now)

    async def renew_access(self, access_token: str) -> TokenPair:
        """A new access token for a live one; the session's end stays where it is."""
        now = self.clock()
        claims = self.tokens.read_access(access_token, now)
        async with self.open() as store:
            session, user = await _live_session(store, claims.sid, now)
        access = self.tokens.access(user, session.id, now)
        return TokenPair(access=access, refresh=None, expires_in=self.tokens.access_ttl)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Ends the session that a refresh token, or an access token (a stale one too), names; else does nothing."""

    open: Open[IdentityStore]
    tokens: Tokens
    cache: CallerCache
    clock: Clock

    async def __call__(self, token: str) -> None:
        try:
            session_id = await self._named_session(token)
        except InvalidToken:
            return
        async with self.open() as store:
            user_id = await store.revoke_session(session_id, "signed_out", self.clock())
        if user_id:
            await self.cache.drop(user_id)

    async def _named_session(self, token: str) -> UUID:
        if token.count(".") == 2:
            return self.tokens.read_access(token, self.clock(), allow_expired=True).sid
        async with self.open() as store:
            found = await store.find_session(self.tokens.session_id(token))
        if found is None or not self.tokens.is_of(token, found[0]):
            raise InvalidToken
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


def _pair(tokens: Tokens, user: User, session: Session, now: datetime) -> TokenPair:
    return TokenPair(
        access=tokens.access(user, session.id, now),
        refresh=tokens.refresh(session),
        expires_in=tokens.access_ttl,
    )
