"""Combined sign-in and sign-up by email and password."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.attempts import Attempt, counting
from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.account_emails import QueueAccountEmail
from atg_core.identity.accounts import add_named
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import SELF_ASSIGNED_ROLES, Account, Device, Origin, Profile, Role, User
from atg_core.identity.password_policy import RequireStrongPassword, WeakPassword
from atg_core.identity.ports import EmailTaken, IdentityStore, InvalidCredentials, Passwords
from atg_core.identity.session_start import TokenPair
from atg_core.identity.sign_in import FAILURES_FROM_ADDRESS, SignIn
from atg_core.ids import NewId
from atg_core.rate_limit import RateLimit
from atg_core.unit_of_work import UnitOfWork

ROLE_CHOICE_LIFETIME = timedelta(minutes=10)
ACCOUNTS_FROM_ADDRESS = RateLimit(name="accounts-address", max_hits=20, minutes=60)


class RoleRequired(Invalid):
    """Choose a role first: teacher or student"""

    def __init__(self) -> None:
        super().__init__(field="role")


@dataclass(frozen=True, slots=True)
class RoleChoices:
    """The signed role cookie: role, expiry (ten minutes) and an HMAC over both (RFC 2104)."""

    key: bytes = field(repr=False)
    enter_roles: frozenset[Role] = SELF_ASSIGNED_ROLES

    def signed(self, role: Role, now: datetime) -> str:
        """Raises RoleRequired for a role that can not be chosen."""
        if role not in self.enter_roles:
            raise RoleRequired
        choice = f"{role}.{int((now + ROLE_CHOICE_LIFETIME).timestamp())}"
        return f"{choice}.{self._mac(choice)}"

    def role(self, signed: str, now: datetime) -> Role | None:
        """None if the signature is invalid or has expired."""
        choice, _, mac = signed.rpartition(".")
        if not hmac.compare_digest(self._mac(choice).encode(), mac.encode(errors="replace")):
            return None
        role, _, ends = choice.partition(".")
        return Role(role) if now.timestamp() < int(ends) else None

    def _mac(self, choice: str) -> str:
        digest = hmac.digest(self.key, f"role:{choice}".encode(errors="replace"), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """Creates an account of a self-registered user, within the open transaction."""

    queue_account_email: QueueAccountEmail
    clock: Clock
    new_id: NewId

    async def __call__(
        self,
        store: IdentityStore,
        role: Role | None,
        *,
        name: str,
        email: str | None,
        password_hash: str | None = None,
        full_name: str | None = None,
        verified: bool = False,
    ) -> Account:
        """The username is derived from `name`. Unless the email is `verified`, a verification email is sent.

        Raises RoleRequired for a role that is not self-assigned, EmailTaken.
        """
        if role not in SELF_ASSIGNED_ROLES:
            raise RoleRequired
        user_id, now = self.new_id(), self.clock()
        user = User(
            id=user_id,
            username="",
            password_hash=password_hash,
            full_name=full_name,
            email=email,
            role=role,
            is_active=True,
            origin=Origin.SELF,
            created_at=now,
            updated_at=now,
            email_verified_at=now if email and verified else None,
        )
        profile = Profile(id=user_id, full_name=full_name, email=email, created_at=now, updated_at=now)
        account = await add_named(store, Account(user=user, profile=profile), name)
        await store.record(self._event(user_id))
        if email and not verified:
            await self.queue_account_email(store, account.user, Purpose.CONFIRM_EMAIL)
        return account

    def _event(self, user_id: UUID) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(), at=self.clock(), action=Action.USER_CREATED, actor_id=user_id, user_id=user_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Signs in to an existing account; an unknown email gets a new account.

    Raises what SignIn raises, with the same rate limits, and for an unknown email WeakPassword and, after twenty new
    accounts in an hour from an address, TooMany. Without a role that may be chosen an unknown email and a wrong
    password both raise RoleRequired, after the same work, and both count as failures, so that accounts can not be
    enumerated.
    """

    sign_in: SignIn
    open_account: OpenAccount
    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    enter_roles: frozenset[Role]

    async def __call__(
        self, email: str, password: str, role: Role | None, device: Device
    ) -> tuple[TokenPair, Account, bool]:
        """The tokens, the account, and whether it is new. The role of an existing account is not changed."""
        if role not in self.enter_roles:
            try:
                return (*await self.sign_in.by_email(email, password, device), False)
            except InvalidCredentials:
                raise RoleRequired from None
        known = await self.sign_in.callers.find_by_email(email)
        if known is None:
            try:
                return (*await self._make(email, password, role, device), True)
            except EmailTaken:  # a concurrent request has created it
                pass
        return (*await self.sign_in.by_email(email, password, device, found=known), False)

    async def _make(self, email: str, password: str, role: Role | None, device: Device) -> tuple[TokenPair, Account]:
        admit_user = self.sign_in.admit_user
        async with self.sign_in.hashing_limit:
            limits = (FAILURES_FROM_ADDRESS, ACCOUNTS_FROM_ADDRESS)
            attempts = [Attempt(limit=limit, key=device.network or "") for limit in limits]
            async with counting(self.sign_in.sign_in_rate_limiter, *attempts, counts=_counts):
                await self.require_strong_password(password, (email,))
                password_hash = await self.passwords.hash(password)
                async with self.open() as store:
                    account = await self.open_account(store, role, name=email, email=email, password_hash=password_hash)
                    admitted = await admit_user(store, account.user, device, is_new=True)
        return admit_user.issue_tokens(account.user, admitted), account


def _counts(attempt: Attempt, error: BaseException | None) -> bool:
    """A refused password tells that the email is unknown, which therefore counts as a failed sign-in."""
    if attempt.limit == ACCOUNTS_FROM_ADDRESS:
        return error is None
    return isinstance(error, WeakPassword)
