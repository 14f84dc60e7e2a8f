"""The one door: an email and a password sign in, or make an account at once with the role that was chosen."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.accounts import add_named, require_strong
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.beginning import TokenPair
from atg_core.identity.letters import SendLink
from atg_core.identity.links import Purpose
from atg_core.identity.model import CHOSEN_ROLES, Account, Device, Profile, Role, User
from atg_core.identity.ports import EmailTaken, IdentityStore, Passwords
from atg_core.identity.signing import SignIn
from atg_core.ids import NewId
from atg_core.opening import Open

CHOICE_LIVES = timedelta(minutes=10)


class RoleRequired(Invalid):
    """Choose a role first: teacher or student"""

    def __init__(self) -> None:
        super().__init__(field="role")


@dataclass(frozen=True, slots=True)
class RoleChoices:
    """What a browser remembers of a choice for ten minutes: the role, an end, and a MAC over both (RFC 2104)."""

    key: bytes = field(repr=False)

    def signed(self, role: Role, now: datetime) -> str:
        """Raises RoleRequired for a role that nobody chooses for themselves."""
        if role not in CHOSEN_ROLES:
            raise RoleRequired
        choice = f"{role}.{int((now + CHOICE_LIVES).timestamp())}"
        return f"{choice}.{self._mac(choice)}"

    def role(self, signed: str, now: datetime) -> Role | None:
        """None for what was not made here, or too long ago."""
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
    """An account for somebody who has come by themselves, within the transaction that is open."""

    send_link: SendLink
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
        """The username is made of `name`. An email that is not `verified` elsewhere is asked to be confirmed.

        Raises RoleRequired for any role that nobody chooses for themselves, EmailTaken.
        """
        if role not in CHOSEN_ROLES:
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
            created_at=now,
            updated_at=now,
            email_verified_at=now if email and verified else None,
        )
        profile = Profile(id=user_id, full_name=full_name, email=email, created_at=now, updated_at=now)
        account = await add_named(store, Account(user=user, profile=profile), name)
        await store.record(self._event(user_id))
        if email and not verified:
            await self.send_link(store, account.user, Purpose.CONFIRM_EMAIL)
        return account

    def _event(self, user_id: UUID) -> AuditEvent:
        return AuditEvent(
            id=self.new_id(), at=self.clock(), action=Action.USER_CREATED, actor_id=user_id, user_id=user_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Signs in whoever has an account; whoever has none gets one, and is signed in.

    Raises what SignIn raises, with the same limits, and for an unknown email RoleRequired and WeakPassword.
    """

    sign_in: SignIn
    open_account: OpenAccount
    open: Open[IdentityStore]
    passwords: Passwords
    common_passwords: frozenset[str]

    async def __call__(
        self, email: str, password: str, role: Role | None, device: Device
    ) -> tuple[TokenPair, Account, bool]:
        """The tokens, the account, and whether it is a new one. The role of an account that is there stays."""
        async with self.open() as store:
            known = await store.find_by_email(email)
        if known is None:
            try:
                return (*await self._make(email, password, role, device), True)
            except EmailTaken:  # somebody was faster, perhaps the same person
                pass
        return (*await self.sign_in.by_email(email, password, device), False)

    async def _make(self, email: str, password: str, role: Role | None, device: Device) -> tuple[TokenPair, Account]:
        begin = self.sign_in.begin
        async with self.sign_in.gate:
            await self.sign_in.require_allowance(email, None, device)
            if role is None:
                raise RoleRequired
            require_strong(password, self.common_passwords)
            password_hash = await self.passwords.hash(password)
            async with self.open() as store:
                account = await self.open_account(store, role, name=email, email=email, password_hash=password_hash)
                session = await begin(store, account.user, device)
        return begin.first_tokens(account.user, session), account
