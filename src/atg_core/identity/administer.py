"""What administrators do with accounts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.accounts import add_named, require_strong
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Caller, Profile, Role, User
from atg_core.identity.ports import CallerCache, IdentityStore, LastAdmin, Passwords
from atg_core.ids import NewId
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """`username` is made of the email where there is none; without a password nobody can sign in with one."""

    username: str | None = None
    email: str | None = None
    password: str | None = None
    full_name: str | None = None
    role: Role = Role.USER
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministerUsers:
    """Makes, changes and deactivates accounts; whoever is deactivated is signed out of everything at once.

    An email that an administrator gives is taken to be the user's own.
    """

    open: Open[IdentityStore]
    passwords: Passwords
    common_passwords: frozenset[str]
    cache: CallerCache
    clock: Clock
    new_id: NewId

    async def create(self, admin: Caller, new: NewUser) -> User:
        """Raises Invalid without username and email, WeakPassword, UsernameTaken, EmailTaken."""
        if not (new.username or new.email):
            raise Invalid("username or email is required", field="username")
        password_hash = await self._hash(new.password)
        user_id, now = self.new_id(), self.clock()
        user = User(
            id=user_id,
            username=new.username or "",
            password_hash=password_hash,
            full_name=new.full_name,
            email=new.email,
            role=new.role,
            is_active=new.is_active,
            created_at=now,
            updated_at=now,
            email_verified_at=now if new.email else None,
        )
        profile = Profile(id=user_id, full_name=new.full_name, email=new.email, created_at=now, updated_at=now)
        async with self.open() as store:
            account = Account(user=user, profile=profile)
            if new.username:
                await store.add_account(account)
            else:
                account = await add_named(store, account, new.email or "")
            await store.record(self._event(Action.USER_CREATED, admin, user_id))
        return account.user

    async def change(self, admin: Caller, user_id: UUID, changes: dict[str, Any]) -> User:
        """Changes the named fields of a user (a `password`, too) and leaves the others.

        Raises UserNotFound, UsernameTaken, EmailTaken, WeakPassword, LastAdmin.
        """
        fields = dict(changes)
        if "password" in fields:
            fields["password_hash"] = await self._hash(fields.pop("password"))
        async with self.open() as store:
            # First all administrators, then the user: whoever takes them in the same order can not block another.
            admins = await store.lock_active_admins()
            before = await store.lock_user(user_id)
            after = _changed(before, fields, self.clock())
            if admins == {user_id} and not _is_active_admin(after):
                raise LastAdmin
            await store.save_user(after)
            action = _action(before, after)
            if not after.is_active or "password_hash" in fields:
                await store.revoke_sessions(user_id, action, self.clock())
            if not after.is_active or fields.keys() & {"password_hash", "email"}:
                await store.end_mail_tokens(user_id, self.clock())
            await store.record(self._event(action, admin, user_id))
        await self.cache.drop(user_id)
        return after

    async def revoke_sessions(self, admin: Caller, user_id: UUID) -> User:
        """Ends all sessions of a user. Raises UserNotFound."""
        async with self.open() as store:
            user = await store.lock_user(user_id)
            await store.revoke_sessions(user_id, Action.ALL_SESSIONS_REVOKED, self.clock())
            await store.record(self._event(Action.ALL_SESSIONS_REVOKED, admin, user_id))
        await self.cache.drop(user_id)
        return user

    async def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        require_strong(password, self.common_passwords)
        return await self.passwords.hash(password)

    def _event(self, action: Action, admin: Caller, user_id: UUID) -> AuditEvent:
        return AuditEvent(id=self.new_id(), at=self.clock(), action=action, actor_id=admin.id, user_id=user_id)


def _changed(before: User, fields: dict[str, Any], now: datetime) -> User:
    after = replace(before, **fields, updated_at=now)
    if after.email == before.email:
        return after
    return replace(after, email_verified_at=now if after.email else None)


def _is_active_admin(user: User) -> bool:
    return user.role is Role.ADMIN and user.is_active


def _action(before: User, after: User) -> Action:
    if before.is_active and not after.is_active:
        return Action.USER_DEACTIVATED
    if before.role is not after.role:
        return Action.ROLE_CHANGED
    return Action.USER_CHANGED
