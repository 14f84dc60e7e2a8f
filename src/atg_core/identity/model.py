"""Who may use the system, and the sessions in which they do (spec: identity)."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from atg_core.identity.rotation import Rotation


class Role(StrEnum):
    """`user` and `instructor` are an employer's people; `student` and `teacher` choose themselves at the door."""

    ADMIN = "admin"
    INSTRUCTOR = "instructor"
    USER = "user"
    TEACHER = "teacher"
    STUDENT = "student"


CHOSEN_ROLES = frozenset({Role.TEACHER, Role.STUDENT})
"""What somebody may be by their own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `password_hash` is None for an account that can not sign in with a password.

    `email_verified_at`: since when the email is known to be the user's own; None while nobody has confirmed it.
    """

    id: UUID
    username: str
    password_hash: str | None
    full_name: str | None
    email: str | None
    role: Role
    is_active: bool
    created_at: datetime
    updated_at: datetime
    email_verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a user tells of themselves; has the user's id and is made with the user."""

    id: UUID
    full_name: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    company: str | None = None
    position: str | None = None
    phone: str | None = None
    bio: str | None = None
    language: str = "ru"
    email_notifications: bool = True
    push_notifications: bool = True
    weekly_report: bool = False
    created_at: datetime
    updated_at: datetime
    employee_id: str | None = None
    department: str | None = None
    station_id: int | None = None

    @property
    def requires_registration(self) -> bool:
        """A profile without a name or a position is still to be filled in."""
        return not (self.full_name and self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user with the profile, as signing in needs them."""

    user: User
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class UserQuery:
    """Filters of the list of users, and a part of name, username, email, employee id or department."""

    q: str | None = None
    role: Role | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLifetime:
    """`idle`: how long a session lives without a refresh; `absolute`: how long in any case."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """From where a sign-in comes; `hash`: SHA-256 of what the device was given to be known again by."""

    ip_address: str | None
    user_agent: str | None
    hash: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in on one device."""

    id: UUID
    user_id: UUID
    expires_at: datetime
    created_at: datetime
    last_activity: datetime
    ip_address: str | None
    user_agent: str | None
    device_hash: bytes | None = None
    salt: bytes
    generation: int
    branch: int
    predecessor: int | None
    offers: int
    offered_at: datetime | None
    confirmed_at: datetime
    revoked_at: datetime | None = None
    revoke_reason: str | None = None

    @property
    def rotation(self) -> Rotation:
        """The refresh state, which the session's own fields hold."""
        return Rotation(**{field.name: getattr(self, field.name) for field in fields(Rotation)})

    def refreshed(self, rotation: Rotation, lifetime: SessionLifetime, now: datetime) -> Self:
        """The session after a refresh: alive for another idle time, but never beyond its absolute end."""
        return replace(
            self,
            **asdict(rotation),
            last_activity=now,
            expires_at=min(now + lifetime.idle, self.created_at + lifetime.absolute),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a request, as every handler sees it."""

    id: UUID
    username: str
    role: Role
    full_name: str | None
    email: str | None
    is_active: bool
    session_id: UUID
    email_verified: bool = False
