"""Ending one's own sessions, and changing the password, which ends all others."""

from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.identity.accounts import require_strong
from atg_core.identity.audit import Action, AuditEvent
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
            await store.record(_event(self, Action.SESSION_REVOKED, caller, session_id))
        await self.cache.drop(caller.id)

    async def all(self, caller: Caller) -> None:
        now = self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            await store.revoke_sessions(caller.id, Action.ALL_SESSIONS_REVOKED, now)
            await store.record(_event(self, Action.ALL_SESSIONS_REVOKED, caller, None))
        await self.cache.drop(caller.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Puts a new password in place of the current one and ends all the caller's sessions but the one that asks.

    Raises WrongPassword, WeakPassword, and TooMany after five wrong passwords in a minute: whoever has found an open
    browser shall not find out the password.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    throttle: Throttle
    common_passwords: frozenset[str]
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def __call__(self, caller: Caller, current: str, new: str) -> None:
        require_strong(new, self.common_passwords, field="new")
        (await self.throttle.look(WRONG_PASSWORDS, str(caller.id))).require()
        async with self.open() as store:
            old_hash = (await store.lock_user(caller.id)).password_hash
        if old_hash is None or not (await self.passwords.check(current, old_hash)).matches:
            await self.throttle.take(WRONG_PASSWORDS, str(caller.id))
            raise WrongPassword
        new_hash, now = await self.passwords.hash(new), self.clock()
        async with self.open() as store:
            await store.lock_user(caller.id)
            if not await store.replace_password_hash(caller.id, old_hash, new_hash):
                raise WrongPassword  # changed while the hashes were computed
            await store.revoke_sessions(caller.id, Action.PASSWORD_CHANGED, now, but=caller.session_id)
            await store.record(_event(self, Action.PASSWORD_CHANGED, caller, caller.session_id))
        await self.cache.drop(caller.id)


def _event(
    use_case: EndSessions | ChangePassword, action: Action, caller: Caller, session_id: UUID | None
) -> AuditEvent:
    return AuditEvent(
        id=use_case.new_id(),
        at=use_case.clock(),
        action=action,
        actor_id=caller.id,
        user_id=caller.id,
        session_id=session_id,
    )
