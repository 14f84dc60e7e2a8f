"""Accounts of those who were invited: following the mailed link proves that the email is theirs."""

from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.errors import Invalid, Unavailable
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import LinkNotFound
from atg_core.identity.enter import OpenAccount
from atg_core.identity.model import Role, User
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.ports import CallerCache, EmailTaken, IdentityStore, Passwords
from atg_core.ids import NewId
from atg_core.text import canonical_email
from atg_core.unit_of_work import UnitOfWork

_MAX_TRIES = 3


class PasswordRequired(Invalid):
    """Choose a password: no account has this email confirmed yet"""

    def __init__(self) -> None:
        super().__init__(field="password")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitInvited:
    """The account of an email whose owner has followed the mailed link; the email is confirmed with it.

    Where there is none, one is opened as a student. Whoever opened one with this email without confirming it may be
    somebody else: the owner sets a new password, and the sessions end, as after a password reset; unless they are
    signed in to that very account. Raises PasswordRequired, WeakPassword, LinkNotFound for a deactivated account.
    """

    open: UnitOfWork[IdentityStore]
    open_account: OpenAccount
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    hashing_limit: ConcurrencyLimit
    caller_cache: CallerCache
    clock: Clock
    new_id: NewId

    async def needs_password(self, email: str) -> bool:
        """Whether no account has confirmed this email."""
        user = await self._found(email)
        return user is None or user.email_verified_at is None

    async def __call__(self, email: str, *, user_id: UUID | None, password: str | None, full_name: str | None) -> UUID:
        """`user_id`: who is signed in."""
        user, password_hash = await self._found(email), None
        if user is None or (user.email_verified_at is None and user.id != user_id):
            if not password:
                raise PasswordRequired
            await self.require_strong_password(password, (email, full_name))
            async with self.hashing_limit:
                password_hash = await self.passwords.hash(password)
        for _ in range(_MAX_TRIES):
            try:
                admitted = await self._admit(email, password_hash, full_name)
            except EmailTaken:  # opened concurrently: retry
                continue
            await self.caller_cache.drop(admitted)
            return admitted
        raise Unavailable

    async def _found(self, email: str) -> User | None:
        async with self.open() as store:
            account = await store.find_by_email(email)
        return account.user if account else None

    async def _admit(self, email: str, password_hash: str | None, full_name: str | None) -> UUID:
        async with self.open() as store:
            account = await store.find_by_email(email)
            if account is not None:
                return await self._confirm(store, email, await store.lock_user(account.user.id), password_hash)
            if password_hash is None:
                raise PasswordRequired
            opened = await self.open_account(
                store,
                Role.STUDENT,
                name=email,
                email=email,
                password_hash=password_hash,
                full_name=full_name or None,
                verified=True,
            )
            return opened.user.id

    async def _confirm(self, store: IdentityStore, email: str, user: User, password_hash: str | None) -> UUID:
        if not user.is_active or canonical_email(user.email or "") != email:
            raise LinkNotFound
        if user.email_verified_at:
            return user.id
        now = self.clock()
        confirmed = replace(user, email_verified_at=now, updated_at=now)
        if password_hash is not None:
            confirmed = replace(confirmed, password_hash=password_hash)
            await store.revoke_sessions(user.id, Action.PASSWORD_RESET, now)
            await store.revoke_email_tokens(user.id, now)
            await store.delete_identities(user.id)
            await store.record(self._event(Action.PASSWORD_RESET, user.id))
        await store.save_user(confirmed)
        await store.record(self._event(Action.EMAIL_CONFIRMED, user.id))
        return user.id

    def _event(self, action: Action, user_id: UUID) -> AuditEvent:
        return AuditEvent(id=self.new_id(), at=self.clock(), action=action, actor_id=user_id, user_id=user_id)
