"""User administration."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Invalid
from atg_core.identity.accounts import add_named, release_unverified_email
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Caller, Origin, Profile, Role, User
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.ports import CallerCache, IdentityStore, LastAdmin, Passwords
from atg_core.ids import NewId
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Without a `username` it is derived from the email; without a password, password sign-in is disabled."""

    username: str | None = None
    email: str | None = None
    password: str | None = None
    full_name: str | None = None
    role: Role = Role.USER
    is_active: bool = True


_ENDING = {Action.PASSWORD_CHANGED, Action.ROLE_CHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministerUsers:
    """Creates, changes and deactivates users; deactivation, another role and another password revoke all sessions.

    An email set by an administrator counts as verified; a self-made account that has it unverified loses it.
    """

    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    hashing_limit: ConcurrencyLimit
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def create(self, admin: Caller, new: NewUser) -> User:
        """Raises Invalid without username and email, WeakPassword, UsernameTaken, EmailTaken."""
        if not (new.username or new.email):
            raise Invalid("username or email is required", field="username", code="required")
        password_hash = await self._hash(new.password, (new.username, new.full_name, new.email))
        user_id, now = self.new_id(), self.clock()
        user = User(
            id=user_id,
            username=new.username or "",
            password_hash=password_hash,
            full_name=new.full_name,
            email=new.email,
            role=new.role,
            is_active=new.is_active,
            origin=Origin.ADMIN,
            created_at=now,
            updated_at=now,
            email_verified_at=now if new.email else None,
        )
        profile = Profile(id=user_id, full_name=new.full_name, email=new.email, created_at=now, updated_at=now)
        async with self.open() as store:
            account = Account(user=user, profile=profile)
            released = await self._release(store, admin, new.email)
            if new.username:
                await store.add_account(account)
            else:
                account = await add_named(store, account, new.email or "")
            await store.record(self._event(Action.USER_CREATED, admin, user_id))
        await self.caller_cache.drop(*released)
        return account.user

    async def change(
        self, admin: Caller | None, user_id: UUID, changes: dict[str, Any], *, source: str | None = None
    ) -> User:
        """Partial update of a user, including `password`. `source`: of the audit events, where no admin acts.

        Raises UserNotFound, UsernameTaken, EmailTaken, WeakPassword, LastAdmin.
        """
        fields = dict(changes)
        if "password" in fields:
            password = fields.pop("password")
            async with self.open() as store:
                named = replace(await store.lock_user(user_id), **fields)
            fields["password_hash"] = await self._hash(password, (named.username, named.full_name, named.email))
        async with self.open() as store:
            # Administrators are locked before the user, always in this order, against deadlocks.
            admins = await store.lock_active_admins()
            before = await store.lock_user(user_id)
            after = _changed(before, fields, self.clock())
            if admins == {user_id} and not _is_active_admin(after):
                raise LastAdmin
            released = await self._release(store, admin, fields.get("email"), but=user_id)
            await store.save_user(after)
            actions = _actions(before, after)
            if not after.is_active or _ENDING & set(actions):
                await store.revoke_sessions(user_id, actions[0], self.clock())
            if not after.is_active or fields.keys() & {"password_hash", "email"}:
                await store.revoke_email_tokens(user_id, self.clock())
            for action in actions:
                await store.record(self._event(action, admin, user_id, source))
        await self.caller_cache.drop(user_id, *released)
        return after

    async def revoke_sessions(self, admin: Caller, user_id: UUID) -> User:
        """Revokes all sessions of a user. Raises UserNotFound."""
        async with self.open() as store:
            user = await store.lock_user(user_id)
            await store.revoke_sessions(user_id, Action.ALL_SESSIONS_REVOKED, self.clock())
            await store.record(self._event(Action.ALL_SESSIONS_REVOKED, admin, user_id))
        await self.caller_cache.drop(user_id)
        return user

    async def _release(
        self, store: IdentityStore, admin: Caller | None, email: str | None, *, but: UUID | None = None
    ) -> list[UUID]:
        """Who has lost this email."""
        released = await release_unverified_email(store, email, self.clock(), but=but) if email else None
        if released is None:
            return []
        await store.record(self._event(Action.EMAIL_CHANGED, admin, released))
        return [released]

    async def _hash(self, password: str | None, names: Iterable[str | None]) -> str | None:
        if password is None:
            return None
        await self.require_strong_password(password, names)
        async with self.hashing_limit:
            return await self.passwords.hash(password)

    def _event(self, action: Action, admin: Caller | None, user_id: UUID, source: str | None = None) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(),
            at=self.clock(),
            action=action,
            actor_id=admin.id if admin else None,
            user_id=user_id,
            source=source,
        )


def _changed(before: User, fields: dict[str, Any], now: datetime) -> User:
    after = replace(before, **fields, updated_at=now)
    if after.email == before.email:
        return after
    return replace(after, email_verified_at=now if after.email else None)


def _is_active_admin(user: User) -> bool:
    return user.role is Role.ADMIN and user.is_active


def _actions(before: User, after: User) -> list[Action]:
    """What the audit log records, that which ends sessions first."""
    happened = {
        Action.USER_DEACTIVATED: before.is_active and not after.is_active,
        Action.PASSWORD_CHANGED: before.password_hash != after.password_hash,
        Action.ROLE_CHANGED: before.role is not after.role,
        Action.EMAIL_CHANGED: before.email != after.email,
    }
    return [action for action, has in happened.items() if has] or [Action.USER_CHANGED]
