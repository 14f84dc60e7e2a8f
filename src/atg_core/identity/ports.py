"""What identity needs of the world, and what each part refuses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from atg_core.identity.audit import AuditEvent
from atg_core.identity.links import MailToken
from atg_core.identity.model import Account, Caller, Device, Profile, Role, Session, User, UserQuery
from atg_core.identity.providers import OAuthIdentities
from atg_core.identity.rotation import TokenNumber


class InvalidCredentials(NotSignedIn):
    """Invalid credentials"""


class InvalidToken(NotSignedIn):
    """Invalid token"""


class SessionExpired(NotSignedIn):
    """Session expired"""


class SessionRevoked(NotSignedIn):
    """Session revoked"""


class UnknownStation(Invalid):
    """There is no such station"""

    def __init__(self) -> None:
        super().__init__(field="station_id")


class SessionNotFound(NotFound):
    """Session not found"""


class LastAdmin(Conflict):
    """The last active administrator stays one"""


class WrongPassword(Invalid):
    """The current password is wrong"""

    def __init__(self, *, field: str = "current") -> None:
        super().__init__(field=field)


class UserNotFound(NotFound):
    """User not found"""


class UsernameTaken(Conflict):
    """This username is taken"""


class EmailTaken(Conflict):
    """This email is taken"""


class EmailNotVerified(Forbidden):
    """Confirm your email first: the link is in the mail that was sent to it"""


class MailTokens(Protocol):
    """What was sent by mail, within the transaction that is open."""

    async def add_mail_token(self, token: MailToken) -> None: ...

    async def find_mail_token(self, token_id: UUID) -> MailToken | None: ...

    async def mail_token_of(self, token_hash: bytes) -> MailToken | None:
        """The record of a token that somebody presents."""

    async def use_mail_token(self, token_id: UUID, now: datetime) -> bool:
        """Uses it up, and says whether: of many at once one does, and nobody one that was used or has ended."""

    async def end_mail_tokens(self, user_id: UUID, now: datetime) -> None:
        """Ends what else would still give a user another password or email."""

    async def forget_mail_tokens(self, before: datetime) -> None:
        """Deletes those that ended before then."""


class IdentityStore(MailTokens, OAuthIdentities, Protocol):
    """Users, profiles and sessions, within one transaction, which what is asked of other stores meanwhile joins."""

    async def find_account(self, login: str) -> Account | None:
        """The account whose username is `login`, else whose email is, without regard to case."""

    async def find_by_email(self, email: str) -> Account | None:
        """The account whose email this is, without regard to case."""

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        """A session, dead or alive, with its user."""

    async def add_account(self, account: Account) -> None:
        """Raises UsernameTaken, EmailTaken (without regard to case)."""

    async def lock_user(self, user_id: UUID) -> User:
        """The user as stored now; whoever else locks it waits for the end of this transaction. Raises UserNotFound."""

    async def lock_active_admins(self) -> set[UUID]:
        """The ids of all active administrators, who stay so until the end of this transaction."""

    async def save_user(self, user: User) -> None:
        """Stores a user that is there already. Raises UsernameTaken, EmailTaken."""

    async def replace_password_hash(self, user_id: UUID, old: str, new: str) -> bool:
        """Puts `new` in place of `old`, and says whether; not if the hash has changed meanwhile."""

    async def add_session(self, session: Session) -> None: ...

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        """Whether a session of the user was begun from the address, or with the device's cookie, since then.

        One that the user has denied does not count.
        """

    async def is_new_device(self, user_id: UUID, device: Device) -> bool:
        """Whether the user was signed in before, but never from this address or with this device's cookie.

        Sessions that the user has denied do not count.
        """

    async def refresh_session(self, before: Session, after: Session) -> bool:
        """Stores the refresh state and times of `after`, and says whether.

        Not if the session was revoked, its user deactivated or its refresh state moved since it was read as `before`:
        one conditional statement decides, so that of many refreshes at once each sees what the others did.
        """

    async def revoke_session(
        self, session_id: UUID, reason: str, now: datetime, *, user_id: UUID | None = None
    ) -> UUID | None:
        """Ends a session for good and returns its user's id; an unknown or ended one is left as it is (None).

        With `user_id` only a session of that user.
        """

    async def revoke_sessions(self, user_id: UUID, reason: str, now: datetime, *, but: UUID | None = None) -> None:
        """Ends all sessions of a user, but perhaps one, in one statement."""

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        """Ends a session, and those that its user has begun since then from its address or device.

        None of them makes the address or the device a known one.
        """

    async def evict_sessions(self, user_id: UUID, most: int, now: datetime) -> None:
        """Ends the oldest live sessions of a user, so that at most `most` are left."""

    async def record(self, event: AuditEvent) -> None:
        """Writes down what happens in this transaction."""

    async def profile(self, user_id: UUID) -> Profile:
        """Raises UserNotFound."""

    async def save_profile(self, profile: Profile) -> None:
        """Stores a profile that is there already. Raises UnknownStation."""

    async def rename(self, user_id: UUID, full_name: str | None, now: datetime) -> None:
        """Changes the user's own full name."""


class Callers(Protocol):
    """Reads who is behind a session."""

    async def find_caller(self, session_id: UUID, now: datetime) -> Caller | None:
        """The caller, if the session is neither revoked nor expired and the user is active."""

    async def account(self, user_id: UUID) -> Account:
        """Raises UserNotFound."""

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[User], int]:
        """A page of the users by username, and how many there are in all."""

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        """A page of the sessions that are neither revoked nor expired, newest first, and how many there are."""


class CallerCache(Protocol):
    """Remembers callers for a short while, so that a request costs no query; every process sees a drop at once.

    A caller that was read before a drop and put after it is not remembered: `find` hands out a stamp that `put`
    gives back, and a drop makes the stamps of the user void.
    """

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        """The remembered caller and the user's stamp."""

    async def put(self, caller: Caller, stamp: str) -> None: ...

    async def drop(self, user_id: UUID) -> None:
        """Forgets all that is remembered of a user, in every session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """`new_hash` is set where the stored hash is of an older kind and should be replaced."""

    matches: bool
    new_hash: str | None = None


class Passwords(Protocol):
    """Hashes passwords, off the event loop and no more at once than there are cores."""

    async def hash(self, password: str) -> str: ...

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        """Takes the same time whether there is a hash or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says (RFC 7519 names)."""

    sub: UUID
    sid: UUID
    username: str
    role: Role
    iat: int
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """`expires_in`: seconds."""

    text: str
    expires_in: int


class Tokens(Protocol):
    """Makes and checks tokens; none is stored."""

    def access(self, user: User, session: Session, now: datetime) -> AccessToken:
        """A token that ends with the session at the latest."""

    def read_access(self, token: str, now: datetime, *, allow_expired: bool = False) -> AccessClaims:
        """Raises InvalidToken, or SessionExpired for a token past its `exp`."""

    def refresh(self, session: Session, number: TokenNumber) -> str: ...

    def session_id(self, refresh_token: str) -> UUID:
        """The session a refresh token names, not yet proved. Raises InvalidToken for another form."""

    def number(self, refresh_token: str, session: Session) -> TokenNumber:
        """Which token of the session it is. Raises InvalidToken if it was not made for it (in constant time)."""
