"""Ending one's own sessions, and changing the password, which ends all others."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.accounts import require_strong
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.letters import SendLink
from atg_core.identity.links import LinkNotFound, MailToken, Purpose, hash_of
from atg_core.identity.model import Caller
from atg_core.identity.ports import CallerCache, IdentityStore, Passwords, SessionNotFound, WrongPassword
from atg_core.ids import NewId
from atg_core.opening import Open
from atg_core.throttling import Limit, Throttle

WRONG_PASSWORDS = Limit(name="wrong-password", most=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessions:
    """Ends one of the caller's sessions, or all of them, from the next request on in every process."""

    open: Open[IdentityStore]
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def one(self, caller: Caller, session_id: UUID) -> None:
        """Raises SessionNotFound for a session that is not the caller's, or not alive."""
        now = self.clock()
        async with self.open() as store:
            if not await store.revoke_session(session_id, Action.SESSION_REVOKED, now, user_id=caller.id):
                raise SessionNotFound
            await store.record(_event(self, Action.SESSION_REVOKED, caller.id, session_id))
        await self.cache.drop(caller.id)

    async def all(self, caller: Caller) -> None:
        now = self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            await store.revoke_sessions(caller.id, Action.ALL_SESSIONS_REVOKED, now)
            await store.record(_event(self, Action.ALL_SESSIONS_REVOKED, caller.id, None))
        await self.cache.drop(caller.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenySession:
    """Ends the session that a mail has asked about, for who says "that was not me", and mails a link to a new password.

    Raises LinkNotFound.
    """

    open: Open[IdentityStore]
    cache: CallerCache
    send_link: SendLink
    clock: Clock
    new_id: NewId

    async def require_live(self, token: str) -> MailToken:
        """Raises LinkNotFound. A link that was used stays good until its end, and does nothing any more."""
        async with self.open() as store:
            found = await store.mail_token_of(hash_of(token))
        if found is None or found.purpose is not Purpose.REVOKE_SESSION or found.expires_at <= self.clock():
            raise LinkNotFound
        return found

    async def __call__(self, token: str) -> None:
        found, now = await self.require_live(token), self.clock()
        async with self.open() as store:
            user = await store.lock_user(found.user_id)
            if not await store.use_mail_token(found.id, now):
                return
            if found.session_id is not None:
                await store.deny_sessions(found.session_id, Action.SESSION_DENIED, now)
            await store.record(_event(self, Action.SESSION_DENIED, user.id, found.session_id))
            await self.send_link(store, user, Purpose.RESET_PASSWORD)
        await self.cache.drop(found.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirePassword:
    """Asks a signed-in user for the password once more.

    Raises WrongPassword, and TooMany after five wrong ones in a minute: whoever has found an open browser shall not
    find out the password.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    throttle: Throttle

    async def __call__(self, user_id: UUID, password: str, *, field: str) -> str:
        """The hash of the password."""
        (await self.throttle.look(WRONG_PASSWORDS, str(user_id))).require()
        async with self.open() as store:
            stored = (await store.lock_user(user_id)).password_hash
        if stored is None or not (await self.passwords.check(password, stored)).matches:
            await self.throttle.take(WRONG_PASSWORDS, str(user_id))
            raise WrongPassword(field=field)
        return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Puts a new password in place of the current one and ends all the caller's sessions but the one that asks.

    Raises WeakPassword, and what RequirePassword raises.
    """

    open: Open[IdentityStore]
    require_password: RequirePassword
    passwords: Passwords
    common_passwords: frozenset[str]
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller, current: str, new: str) -> None:
        require_strong(new, self.common_passwords, field="new")
        old_hash = await self.require_password(caller.id, current, field="current")
        new_hash, now = await self.passwords.hash(new), self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            if not await store.replace_password_hash(caller.id, old_hash, new_hash):
                raise WrongPassword  # changed while the hashes were computed
            await store.revoke_sessions(caller.id, Action.PASSWORD_CHANGED, now, but=caller.session_id)
            await store.end_mail_tokens(caller.id, now)
            await store.record(_event(self, Action.PASSWORD_CHANGED, caller.id, caller.session_id))
        await self.cache.drop(caller.id)


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
