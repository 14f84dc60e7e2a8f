"""Users, profiles, sessions and callers (spec: identity)."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from atg_core.client_address import network_of
from atg_core.identity.refresh_tokens import Rotation


class Role(StrEnum):
    """`student` and `teacher` register themselves; all others are employees (`staff.py`: what each of them does)."""

    ADMIN = "admin"
    INSTRUCTOR = "instructor"
    USER = "user"
    TEACHER = "teacher"
    STUDENT = "student"
    TRAINING = "training"
    SHOP = "shop"
    MARKETING = "marketing"
    SUPPORT = "support"


SELF_ASSIGNED_ROLES = frozenset({Role.TEACHER, Role.STUDENT})
"""Roles that users may assign to themselves at sign-up."""


class Origin(StrEnum):
    """Who made an account. `earlier`: somebody other than its owner, before this was recorded."""

    SELF = "self"
    ADMIN = "admin"
    COMMAND_LINE = "command_line"
    SETTINGS = "settings"
    IMPORT = "import"
    ADOPTION = "adoption"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `password_hash` is None for an account that can not sign in with a password.

    `email_verified_at`: when the email was verified; None if it is not.
    """

    id: UUID
    username: str
    password_hash: str | None
    full_name: str | None
    email: str | None
    role: Role
    is_active: bool
    origin: Origin
    created_at: datetime
    updated_at: datetime
    email_verified_at: datetime | None = None

    @property
    def is_self_made(self) -> bool:
        """Whether its owner opened it: then its username and an unverified email prove nothing."""
        return self.origin is Origin.SELF


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The profile of a user; has the user's id and is created with the user. `time_zone`: an IANA name."""

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
    time_zone: str | None = None

    @property
    def requires_registration(self) -> bool:
        """Whether name or position is missing."""
        return not (self.full_name and self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user and the profile. `has_second_factor`: as far as it was asked for, which a sign-in does.

    `station`: the name of the profile's, as far as it was asked for.
    """

    user: User
    profile: Profile
    has_second_factor: bool = False
    station: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserQuery:
    """Filters of the user list. `q`: a part of name, username, email, employee id or department."""

    q: str | None = None
    role: Role | None = None
    is_active: bool | None = None
    department: str | None = None
    position: str | None = None
    station_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLifetime:
    """`idle`: lifetime without a refresh; `absolute`: maximum lifetime."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The origin of a sign-in; `hash`: SHA-256 of the device cookie."""

    ip_address: str | None
    user_agent: str | None
    hash: bytes | None = None

    @property
    def network(self) -> str | None:
        """By which the address is counted and remembered."""
        return network_of(self.ip_address) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in on one device; `network`: of its address, by which the device is known again."""

    id: UUID
    user_id: UUID
    expires_at: datetime
    created_at: datetime
    last_activity: datetime
    ip_address: str | None
    user_agent: str | None
    network: str | None = None
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
        """The refresh state, stored in fields of the session."""
        return Rotation(**{field.name: getattr(self, field.name) for field in fields(Rotation)})

    def refreshed(self, rotation: Rotation, lifetime: SessionLifetime, now: datetime) -> Self:
        """The session after a refresh: extended by the idle lifetime, but not beyond the absolute one."""
        return replace(
            self,
            **asdict(rotation),
            last_activity=now,
            expires_at=min(now + lifetime.idle, self.created_at + lifetime.absolute),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The authenticated user of a request. `language`, `time_zone`: of the profile, as they were written there."""

    id: UUID
    username: str
    role: Role
    full_name: str | None
    email: str | None
    is_active: bool
    session_id: UUID
    email_verified: bool = False
    language: str | None = None
    time_zone: str | None = None
