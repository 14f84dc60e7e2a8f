"""Session revocation, re-authentication and password change."""

from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.attempts import Attempt, AttemptLimiter, counting
from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import EmailToken, LinkNotFound, Purpose, hash_of
from atg_core.identity.model import Caller
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.ports import CallerCache, IdentityStore, Passwords, SessionNotFound, UserNotFound, WrongPassword
from atg_core.ids import NewId
from atg_core.rate_limit import RateLimit
from atg_core.unit_of_work import UnitOfWork

WRONG_PASSWORDS = RateLimit(name="wrong-password", max_hits=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessions:
    """Revokes one or all of a user's sessions, effective from the next request on in every process."""

    open: UnitOfWork[IdentityStore]
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def one(self, caller: Caller, session_id: UUID) -> None:
        """Raises SessionNotFound for a session that is not live or not the caller's."""
        now = self.clock()
        async with self.open() as store:
            if not await store.revoke_session(session_id, Action.SESSION_REVOKED, now, user_id=caller.id):
                raise SessionNotFound
            await store.record(_event(self, Action.SESSION_REVOKED, caller.id, session_id))
        await self.caller_cache.drop(caller.id)

    async def of(self, login: str, source: str) -> str:
        """Revokes all sessions of the user with this username or email, and returns the username.

        `source`: the command that does it. Raises UserNotFound.
        """
        now = self.clock()
        async with self.open() as store:
            found = await store.find_account(login)
            if found is None:
                raise UserNotFound("There is no user {login}", login=login)
            user = await store.lock_user(found.user.id)
            await store.revoke_sessions(user.id, Action.ALL_SESSIONS_REVOKED, now)
            event = _event(self, Action.ALL_SESSIONS_REVOKED, user.id, None)
            await store.record(replace(event, actor_id=None, source=source))
        await self.caller_cache.drop(user.id)
        return user.username

    async def all(self, caller: Caller) -> None:
        await self._end(caller, None)

    async def others(self, caller: Caller) -> None:
        """All but the one that asks."""
        await self._end(caller, caller.session_id)

    async def _end(self, caller: Caller, kept: UUID | None) -> None:
        now = self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            await store.revoke_sessions(caller.id, Action.ALL_SESSIONS_REVOKED, now, but=kept)
            await store.record(_event(self, Action.ALL_SESSIONS_REVOKED, caller.id, None))
        await self.caller_cache.drop(caller.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenySession:
    """Revokes the session of a new-device notification ("not me") and sends a password reset link.

    Raises LinkNotFound.
    """

    open: UnitOfWork[IdentityStore]
    caller_cache: CallerCache
    queue_account_email: QueueAccountEmail
    clock: Clock
    new_id: NewId

    async def require_live(self, token: str) -> EmailToken:
        """Raises LinkNotFound. A used token stays valid until expiry, but has no effect."""
        async with self.open() as store:
            found = await store.email_token_by_hash(hash_of(token))
        if found is None or found.purpose is not Purpose.REVOKE_SESSION or found.expires_at <= self.clock():
            raise LinkNotFound
        return found

    async def __call__(self, token: str) -> None:
        found, now = await self.require_live(token), self.clock()
        async with self.open() as store:
            user = await store.lock_user(found.user_id)
            if not await store.use_email_token(found.id, now):
                return
            if found.session_id is not None:
                await store.deny_sessions(found.session_id, Action.SESSION_DENIED, now)
            await store.record(_event(self, Action.SESSION_DENIED, user.id, found.session_id))
            await self.queue_account_email(store, user, Purpose.RESET_PASSWORD)
        await self.caller_cache.drop(found.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirePassword:
    """Re-authenticates a signed-in user by password.

    Raises WrongPassword, and TooMany after five wrong ones in a minute, against guessing from an unattended browser.
    """

    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    sign_in_rate_limiter: AttemptLimiter
    hashing_limit: ConcurrencyLimit

    async def __call__(self, user_id: UUID, password: str, *, field: str) -> str:
        """The hash of the password."""
        async with self.hashing_limit:
            return await self._stored(user_id, password, field)

    async def _stored(self, user_id: UUID, password: str, field: str) -> str:
        async with counting(self.sign_in_rate_limiter, Attempt(limit=WRONG_PASSWORDS, key=str(user_id))):
            async with self.open() as store:
                stored = (await store.lock_user(user_id)).password_hash
            if stored is None or not (await self.passwords.check(password, stored)).matches:
                raise WrongPassword(field=field)
            return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Changes the password and revokes all other sessions of the caller.

    Raises WeakPassword, and what RequirePassword raises.
    """

    open: UnitOfWork[IdentityStore]
    require_password: RequirePassword
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    hashing_limit: ConcurrencyLimit
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller, current: str, new: str) -> None:
        await self.require_strong_password(new, (caller.username, caller.full_name, caller.email), field="new")
        old_hash = await self.require_password(caller.id, current, field="current")
        async with self.hashing_limit:
            new_hash = await self.passwords.hash(new)
        now = self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            if not await store.replace_password_hash(caller.id, old_hash, new_hash):
                raise WrongPassword  # changed while the hashes were computed
            await store.revoke_sessions(caller.id, Action.PASSWORD_CHANGED, now, but=caller.session_id)
            await store.revoke_email_tokens(caller.id, now)
            await store.record(_event(self, Action.PASSWORD_CHANGED, caller.id, caller.session_id))
        await self.caller_cache.drop(caller.id)


def _event(
    use_case: EndSessions | DenySession | ChangePassword, action: Action, user_id: UUID, session_id: UUID | None
) -> AuditEvent:
    return AuditEvent(
        id=use_case.new_id(),
        at=use_case.clock(),
        action=action,
        actor_id=user_id,
        user_id=user_id,
        session_id=session_id,
    )
