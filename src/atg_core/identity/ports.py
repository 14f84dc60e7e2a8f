"""Ports of identity, and their errors."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from atg_core.identity.audit import AuditEvent
from atg_core.identity.email_tokens import EmailToken
from atg_core.identity.exchange_codes import ExchangeCodes
from atg_core.identity.model import Account, Caller, Device, Profile, Role, Session, User, UserQuery
from atg_core.identity.oauth_providers import OAuthIdentities
from atg_core.identity.refresh_tokens import TokenNumber
from atg_core.identity.second_factor import SecondFactors


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


class EmployeeIdTaken(Conflict):
    """This employee number is taken"""


class UserChanged(Conflict):
    """This account has just been changed, try again"""


class EmailNotVerified(Forbidden):
    """Confirm your email first: the link is in the mail that was sent to it"""


class EmailTokens(Protocol):
    """Email tokens, within the open transaction."""

    async def add_email_token(self, token: EmailToken) -> None: ...

    async def find_email_token(self, token_id: UUID) -> EmailToken | None: ...

    async def email_token_by_hash(self, token_hash: bytes) -> EmailToken | None:
        """The record of a presented token."""

    async def use_email_token(self, token_id: UUID, now: datetime) -> bool:
        """Marks the token as used and returns whether it was valid; of concurrent calls one succeeds."""

    async def revoke_email_tokens(self, user_id: UUID, now: datetime) -> None:
        """Revokes the user's pending tokens for password reset and email change."""

    async def delete_email_tokens(self, before: datetime) -> int:
        """Deletes tokens that expired before then; their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsOfUser:
    """What was found where a session began. `live_sessions`: with this one.

    `is_new_device`: the user has other sessions, but none from its address or device; denied sessions do not count.
    """

    has_second_factor: bool
    is_new_device: bool
    live_sessions: int


class IdentityStore(EmailTokens, ExchangeCodes, OAuthIdentities, SecondFactors, Protocol):
    """Users, profiles and sessions, within one transaction, which other units of work join."""

    async def find_account(self, login: str) -> Account | None:
        """The account with `login` as its username, else as its email (case-insensitive), and its second factor."""

    async def find_by_email(self, email: str) -> Account | None:
        """The account with this email (case-insensitive), and its second factor."""

    async def find_session(self, session_id: UUID) -> tuple[Session, User] | None:
        """A session, also a revoked or expired one, with its user."""

    async def add_account(self, account: Account) -> None:
        """Raises UsernameTaken, EmailTaken (case-insensitive), UnknownStation, EmployeeIdTaken."""

    async def lock_user(self, user_id: UUID) -> User:
        """Reads the user with a row lock (SELECT FOR UPDATE). Raises UserNotFound."""

    async def lock_active_admins(self) -> set[UUID]:
        """The ids of all active administrators, with row locks."""

    async def save_user(self, user: User) -> None:
        """Updates a user. Raises UsernameTaken, EmailTaken."""

    async def replace_password_hash(self, user_id: UUID, old: str, new: str, *, is_rehash: bool = False) -> bool:
        """Compare-and-set of the password hash; returns whether it was still `old`.

        `is_rehash`: `new` is of the same password, so that an import that brings `old` again changes nothing.
        """

    async def add_session(self, session: Session) -> None: ...

    async def begin_session(self, session: Session, event: AuditEvent, user: User) -> SessionsOfUser | None:
        """Adds a session and its event, if the user is still active and has the same password hash; else None.

        The user is locked by that, and what is told was read after it.
        """

    async def was_signed_in_from(self, user_id: UUID, device: Device, since: datetime) -> bool:
        """Whether the user started a session from this address or device since then, other than denied ones."""

    async def refresh_session(self, before: Session, after: Session) -> bool:
        """Compare-and-set of the refresh state and times, in one conditional statement; returns whether it succeeded.

        Fails if the session was revoked, its user deactivated or its refresh state changed since it was read.
        """

    async def revoke_session(
        self, session_id: UUID, reason: str, now: datetime, *, user_id: UUID | None = None
    ) -> UUID | None:
        """Revokes a session and returns its user's id; None if it is unknown, already revoked, or not of `user_id`."""

    async def revoke_sessions(self, user_id: UUID, reason: str, now: datetime, *, but: UUID | None = None) -> None:
        """Revokes all sessions of a user except `but`, in one statement, and the tickets of sign-ins."""

    async def deny_sessions(self, session_id: UUID, reason: str, now: datetime) -> None:
        """Revokes a session, and the later ones of its user from the same address or device, as denied.

        Their address and device do not become known ones.
        """

    async def evict_sessions(self, user_id: UUID, limit: int, now: datetime, *, but: UUID) -> None:
        """Revokes the oldest live sessions of a user, so that at most `limit` remain beside `but`."""

    async def record(self, event: AuditEvent) -> None:
        """Adds an event to the audit log, within this transaction."""

    async def profile(self, user_id: UUID) -> Profile:
        """Raises UserNotFound."""

    async def save_profile(self, profile: Profile) -> None:
        """Updates a profile. Raises UnknownStation, EmployeeIdTaken."""

    async def rename(self, user_id: UUID, full_name: str | None, now: datetime) -> None:
        """Changes the user's full name."""


class FollowMembership(Protocol):
    """What follows from who somebody is and where they work, such as courses that are assigned to a department.

    Called within the transaction that has made the users, or changed activity, role, department, station or position.
    """

    async def __call__(self, user_ids: Sequence[UUID]) -> None: ...


class Callers(Protocol):
    """Queries of users and sessions."""

    async def find_caller(self, session_id: UUID, now: datetime) -> Caller | None:
        """The caller of a live session of an active user."""

    async def account(self, user_id: UUID) -> Account:
        """Raises UserNotFound."""

    async def find_account(self, login: str) -> Account | None:
        """As that of `IdentityStore`."""

    async def find_by_email(self, email: str) -> Account | None:
        """The same."""

    async def users(self, query: UserQuery, *, limit: int, offset: int) -> tuple[list[Account], int]:
        """A page of users ordered by username, with the names of their stations, and the total."""

    async def departments(self) -> Mapping[str, int]:
        """The departments that profiles name, by name, with the number of their active users."""

    async def positions(self) -> Mapping[str, int]:
        """The same of positions."""

    async def usernames(self, user_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Of those who exist, in one statement."""

    async def live_sessions(
        self, user_id: UUID, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Session], int]:
        """A page of live sessions, newest first, and the total."""


class CallerCache(Protocol):
    """Caches callers for a short time, so that authentication costs no query; invalidation is seen by every process.

    A caller that was read before an invalidation and put after it is not cached: `find` returns a stamp that is
    passed to `put`, and `drop` invalidates the stamps of the user.
    """

    async def find(self, user_id: UUID, session_id: UUID) -> tuple[Caller | None, str]:
        """The cached caller and the user's stamp."""

    async def put(self, caller: Caller, stamp: str) -> None: ...

    async def drop(self, *user_ids: UUID) -> None:
        """Invalidates all sessions of these users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """`new_hash`: a hash with current parameters, if the stored one is outdated."""

    matches: bool
    new_hash: str | None = None


class Passwords(Protocol):
    """Hashes passwords in a limited number of threads."""

    async def hash(self, password: str) -> str: ...

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        """Verifies a password; takes the same time if there is no hash."""


class PasswordStrength(Protocol):
    """Estimates how hard a password is to guess, outside the event loop."""

    async def score(self, password: str, names: Sequence[str]) -> int:
        """From 0 to 4; 0 for a common password. `names` of the owner are guessed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """Claims of an access token (RFC 7519 names)."""

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
    """Issues and verifies tokens; none is stored."""

    def access(self, user: User, session: Session, now: datetime) -> AccessToken:
        """An access token; it expires with the session at the latest."""

    def read_access(self, token: str, now: datetime, *, allow_expired: bool = False) -> AccessClaims:
        """Raises InvalidToken, or SessionExpired for a token past its `exp`."""

    def refresh(self, session: Session, number: TokenNumber) -> str: ...

    def session_id(self, refresh_token: str) -> UUID:
        """The session id in a refresh token, not yet verified. Raises InvalidToken if it is malformed."""

    def number(self, refresh_token: str, session: Session) -> TokenNumber:
        """Verifies the MAC in constant time and returns the token number. Raises InvalidToken."""
