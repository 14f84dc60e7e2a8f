"""User administration."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Conflict, Invalid
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.accounts import add_named, release_unverified_email
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import Account, Caller, Origin, Profile, Role, User
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.password_reset import RESETS_OF_EMAIL
from atg_core.identity.ports import (
    CallerCache,
    FollowMembership,
    IdentityStore,
    LastAdmin,
    Passwords,
    SessionNotFound,
)
from atg_core.identity.profile import MEMBERSHIP
from atg_core.identity.staff import require_may_change, require_may_give, require_may_help
from atg_core.ids import NewId
from atg_core.rate_limit import RateLimiter
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
    employee_id: str | None = None
    position: str | None = None
    department: str | None = None
    company: str | None = None
    phone: str | None = None
    station_id: int | None = None


_OF_PROFILE = ("employee_id", "position", "department", "company", "phone", "station_id")
_ENDING = {Action.PASSWORD_CHANGED, Action.ROLE_CHANGED}


class NothingToSendTo(Conflict):
    """No link can be sent: the account has no email, or is not active"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministerUsers:
    """Creates, changes and deactivates users; deactivation, another role and another password revoke all sessions.

    An email that is set so counts as verified; a self-made account that has it unverified loses it. The training
    department gives no role but `user`, and of accounts of others changes only where their owners work (`staff.py`).
    """

    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    hashing_limit: ConcurrencyLimit
    caller_cache: CallerCache
    follow_membership: FollowMembership
    queue_account_email: QueueAccountEmail
    sign_in_rate_limiter: RateLimiter
    clock: Clock
    new_id: NewId

    async def create(self, admin: Caller, new: NewUser) -> User:
        """Raises Invalid without username and email, WeakPassword, UsernameTaken, EmailTaken, UnknownStation,
        EmployeeIdTaken, RoleGivenByAdmins."""
        require_may_give(admin, new.role)
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
        work = {name: getattr(new, name) for name in _OF_PROFILE}
        profile = Profile(id=user_id, full_name=new.full_name, email=new.email, created_at=now, updated_at=now, **work)
        async with self.open() as store:
            account = Account(user=user, profile=profile)
            released = await self._release(store, admin, new.email)
            if new.username:
                await store.add_account(account)
            else:
                account = await add_named(store, account, new.email or "")
            await store.record(self._event(Action.USER_CREATED, admin, user_id))
            await self.follow_membership([user_id])
        await self.caller_cache.drop(*released)
        return account.user

    async def change(
        self, admin: Caller | None, user_id: UUID, changes: dict[str, Any], *, source: str | None = None
    ) -> User:
        """Partial update of a user, including `password`, and of the profile where it says where somebody works.

        `source`: of the audit events, where no admin acts. Raises UserNotFound, UsernameTaken, EmailTaken,
        WeakPassword, LastAdmin, UnknownStation, EmployeeIdTaken, RoleGivenByAdmins, AccountOfStaff.
        """
        fields = {name: value for name, value in changes.items() if name not in _OF_PROFILE}
        of_profile = {name: value for name, value in changes.items() if name in _OF_PROFILE}
        if "password" in fields:
            password = fields.pop("password")
            async with self.open() as store:
                named = replace(await store.lock_user(user_id), **fields)
                require_may_change(admin, named.role, fields)
            fields["password_hash"] = await self._hash(password, (named.username, named.full_name, named.email))
        async with self.open() as store:
            # Administrators are locked before the user, always in this order, against deadlocks.
            admins = await store.lock_active_admins()
            before = await store.lock_user(user_id)
            require_may_change(admin, before.role, fields)
            after = _changed(before, fields, self.clock())
            if admins == {user_id} and not _is_active_admin(after):
                raise LastAdmin
            released = await self._release(store, admin, fields.get("email"), but=user_id)
            await store.save_user(after)
            if of_profile:
                profile = replace(await store.profile(user_id), **of_profile, updated_at=self.clock())
                await store.save_profile(profile)
            actions = _actions(before, after)
            if not after.is_active or _ENDING & set(actions):
                await store.revoke_sessions(user_id, actions[0], self.clock())
            if not after.is_active or fields.keys() & {"password_hash", "email"}:
                await store.revoke_email_tokens(user_id, self.clock())
            for action in actions:
                await store.record(self._event(action, admin, user_id, source))
            if changes.keys() & (MEMBERSHIP | {"role", "is_active"}):
                await self.follow_membership([user_id])
        await self.caller_cache.drop(user_id, *released)
        return after

    async def revoke_sessions(self, admin: Caller, user_id: UUID) -> User:
        """Revokes all sessions of a user. Raises UserNotFound, AccountOfStaff."""
        async with self.open() as store:
            user = await store.lock_user(user_id)
            require_may_help(admin, user.role)
            await store.revoke_sessions(user_id, Action.ALL_SESSIONS_REVOKED, self.clock())
            await store.record(self._event(Action.ALL_SESSIONS_REVOKED, admin, user_id))
        await self.caller_cache.drop(user_id)
        return user

    async def revoke_session(self, admin: Caller, user_id: UUID, session_id: UUID) -> None:
        """Revokes one session of a user. Raises UserNotFound, AccountOfStaff, SessionNotFound if it is not live."""
        async with self.open() as store:
            user = await store.lock_user(user_id)
            require_may_help(admin, user.role)
            if not await store.revoke_session(session_id, Action.SESSION_REVOKED, self.clock(), user_id=user_id):
                raise SessionNotFound
            await store.record(replace(self._event(Action.SESSION_REVOKED, admin, user_id), session_id=session_id))
        await self.caller_cache.drop(user_id)

    async def send_password_link(self, admin: Caller, user_id: UUID) -> User:
        """Sends the owner a link to set a password, to their own email, three in an hour at most.

        Raises UserNotFound, AccountOfStaff, NothingToSendTo, TooMany.
        """
        async with self.open() as store:
            user = await store.lock_user(user_id)
            require_may_help(admin, user.role)
            if user.email is None or not user.is_active:
                raise NothingToSendTo
            (await self.sign_in_rate_limiter.hit(RESETS_OF_EMAIL, user.email)).require()
            await self.queue_account_email(store, user, Purpose.RESET_PASSWORD)
            await store.record(self._event(Action.PASSWORD_RESET_ASKED, admin, user_id))
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
