"""Accounts: usernames, creation of administrators."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Conflict, Invalid
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Account, Origin, Profile, Role, User
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.ports import IdentityStore, Passwords, UsernameTaken
from atg_core.ids import NewId
from atg_core.text import is_same, plain_name
from atg_core.unit_of_work import UnitOfWork

USERNAME_LENGTH = 50
_MAX_NAMESAKES = 100


class SelfMadeAccount(Conflict):
    """This is the username of an account that somebody opened themselves: choose another one"""


def rehash_digest(old: str, new: str) -> bytes:
    """Proves that the hash `new` replaced `old` for the same password; the old one does not follow from it."""
    return sha256(f"{old}\n{new}".encode()).digest()


def usernames_of(name: str) -> Iterator[str]:
    """Candidate usernames for a name, such as an email: the name itself, then with numbers."""
    for number in range(1, _MAX_NAMESAKES):
        ending = f"-{number}" if number > 1 else ""
        yield name[: USERNAME_LENGTH - len(ending)] + ending


async def release_unverified_email(
    store: IdentityStore, email: str, now: datetime, *, but: UUID | None = None
) -> UUID | None:
    """Takes an unverified email from a self-made account other than `but`, so that it hinders nobody; the user's id.

    A username that is the email is replaced: else it would hide the later owner of the email at sign-in.
    """
    found = await store.find_by_email(email)
    if found is None or found.user.id == but:
        return None
    user = await store.lock_user(found.user.id)
    if not user.is_self_made or user.email_verified_at or not is_same(user.email, email):
        return None
    is_name = is_same(user.username, email)
    username = f"account-{user.id.hex}" if is_name else user.username
    await store.save_user(replace(user, email=None, username=username, updated_at=now))
    profile = await store.profile(user.id)
    if is_same(profile.email, email):
        await store.save_profile(replace(profile, email=None, updated_at=now))
    await store.revoke_email_tokens(user.id, now)
    return user.id


async def add_named(store: IdentityStore, account: Account, name: str) -> Account:
    """Adds the account under the first free candidate username. Raises UsernameTaken, EmailTaken."""
    for username in usernames_of(name):
        named = replace(account, user=replace(account.user, username=username))
        try:
            await store.add_account(named)
        except UsernameTaken:
            continue
        return named
    raise UsernameTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAdmin:
    """Creates an administrator. Raises WeakPassword, UsernameTaken."""

    open: UnitOfWork[IdentityStore]
    passwords: Passwords
    require_strong_password: RequireStrongPassword
    clock: Clock
    new_id: NewId

    async def __call__(self, username: str, password: str, origin: Origin = Origin.COMMAND_LINE) -> UUID:
        username = plain_name(username)
        await self.require_strong_password(password, (username,))
        if not 1 <= len(username) <= USERNAME_LENGTH:
            raise Invalid(
                "A username has {min} to {max} characters",
                field="username",
                code="wrong_length",
                min=1,
                max=USERNAME_LENGTH,
            )
        account = self._account(username, await self.passwords.hash(password), origin)
        async with self.open() as store:
            await store.add_account(account)
            await store.record(self._event(account.user))
        return account.user.id

    async def unless_there(self, username: str, password: str) -> bool:
        """Creates it unless the username exists; returns whether it was created. Raises SelfMadeAccount, WeakPassword.

        The password of one that exists may be older than the policy.
        """
        username = plain_name(username)
        if await self._is_there(username):
            return False
        try:
            await self(username, password, Origin.SETTINGS)
        except UsernameTaken:  # another process was faster, or somebody who signed up
            await self._is_there(username)
            return False
        return True

    async def _is_there(self, username: str) -> bool:
        """Raises SelfMadeAccount, unless an administrator has made that account one, too."""
        async with self.open() as store:
            found = await store.find_account(username)
        if found is None or found.user.username != username:  # its email may be the username
            return False
        if found.user.is_self_made and found.user.role is not Role.ADMIN:
            raise SelfMadeAccount
        return True

    def _account(self, username: str, password_hash: str, origin: Origin) -> Account:
        user_id, now = self.new_id(), self.clock()
        user = User(
            id=user_id,
            username=username,
            password_hash=password_hash,
            full_name=None,
            email=None,
            role=Role.ADMIN,
            is_active=True,
            origin=origin,
            created_at=now,
            updated_at=now,
        )
        return Account(user=user, profile=Profile(id=user_id, created_at=now, updated_at=now))

    def _event(self, user: User) -> AuditEvent:
        source = "settings" if user.origin is Origin.SETTINGS else "atg users create-admin"
        return AuditEvent(
            id=self.new_id(),
            at=user.created_at,
            action=Action.USER_CREATED,
            actor_id=None,
            user_id=user.id,
            source=source,
        )
