"""Making accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.identity.model import Account, Profile, Role, User
from atg_core.identity.ports import IdentityStore, Passwords, UsernameTaken
from atg_core.ids import NewId
from atg_core.opening import Open

PASSWORD_LENGTH = range(8, 129)
USERNAME_LENGTH = 50
_MOST_NAMESAKES = 100


class WeakPassword(Invalid):
    """This password is too easy to guess"""


def require_strong(password: str, common: frozenset[str], *, field: str = "password") -> None:
    """Length and a list of common passwords, no rules of composition (ASVS 5.0, 6.2.1, 6.2.4, 6.2.5).

    Raises WeakPassword, which names `field`.
    """
    if len(password) not in PASSWORD_LENGTH:
        raise WeakPassword("A password has 8 to 128 characters", field=field)
    if password.casefold() in common:
        raise WeakPassword(field=field)


def usernames_of(name: str) -> Iterator[str]:
    """Usernames that may be made of a name, such as an email: the name, and with a number where that is taken."""
    for number in range(1, _MOST_NAMESAKES):
        ending = f"-{number}" if number > 1 else ""
        yield name[: USERNAME_LENGTH - len(ending)] + ending


async def add_named(store: IdentityStore, account: Account, name: str) -> Account:
    """Adds the account under the first username of the name that nobody has. Raises UsernameTaken, EmailTaken."""
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
    """Makes an administrator. Raises WeakPassword, UsernameTaken."""

    open: Open[IdentityStore]
    passwords: Passwords
    common_passwords: frozenset[str]
    clock: Clock
    new_id: NewId

    async def __call__(self, username: str, password: str) -> UUID:
        require_strong(password, self.common_passwords)
        if not 1 <= len(username) <= USERNAME_LENGTH:
            raise Invalid("A username has 1 to 50 characters", field="username")
        user_id, now = self.new_id(), self.clock()
        user = User(
            id=user_id,
            username=username,
            password_hash=await self.passwords.hash(password),
            full_name=None,
            email=None,
            role=Role.ADMIN,
            is_active=True,
            created_at=now,
            updated_at=now,
        )
        async with self.open() as store:
            await store.add_account(
                Account(
                    user=user,
                    profile=Profile(id=user_id, created_at=now, updated_at=now),
                )
            )
        return user_id

    async def unless_there(self, username: str, password: str) -> bool:
        """The same, but leaves an account of that name as it is; says whether one was made."""
        require_strong(password, self.common_passwords)
        async with self.open() as store:
            if await store.find_account(username):
                return False
        try:
            await self(username, password)
        except UsernameTaken:  # another process was faster
            return False
        return True
