"""A small pool of paid conference accounts, leased to lessons while they run (spec: schedule, The pool)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

LEASE_OUTLASTS = timedelta(minutes=15)
"""How long after its lesson's end a lease ends."""

MOST_EXTENDED = timedelta(hours=1)
"""How long after its lesson's end a lease ends at the latest, however long the meeting runs."""

STARTED_WITHIN = timedelta(minutes=2)
"""A lease that has no meeting by then has lost the process that was to make it."""


class ProviderName(StrEnum):
    ZOOM = "zoom"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of a Zoom app of the kind Server-to-Server OAuth. No text of it has the secret."""

    account_id: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that hosts meetings: `capacity` of them at once, and `daily_limit` new ones in a day (UTC).

    `provider_user_id`: the host at the provider, by id or email. `sealed`: the credentials, encrypted.
    """

    id: int
    provider: ProviderName
    label: str
    provider_user_id: str | None
    is_enabled: bool
    capacity: int
    daily_limit: int
    sealed: str | None
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        return f"Account({self.id}, {self.provider})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInUse:
    """An account, with the lessons that it hosts now."""

    account: Account
    lesson_ids: tuple[int, ...]

    @property
    def is_busy(self) -> bool:
        return len(self.lesson_ids) >= self.account.capacity


class EndReason(StrEnum):
    """Why an account was freed."""

    TEACHER = "teacher"
    WEBHOOK = "webhook"
    REAPER = "reaper"
    PROVIDER_FAILED = "provider_failed"
    NEVER_STARTED = "never_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What a provider made. `id`: its number, as text; `uuid`: of this instance, where the provider tells."""

    id: str
    uuid: str | None
    start_url: str
    join_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A place of an account, taken for a lesson until `ended_at`.

    `making_until`: as long as somebody is about to make the meeting.
    """

    id: UUID
    account_id: int | None
    lesson_id: int
    meeting_id: str | None
    meeting_uuid: str | None
    leased_at: datetime
    making_until: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedLesson:
    """What conferencing knows of a lesson. `start_url` and `join_url` only while it is live."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: datetime
    end_time: datetime
    status: str
    zoom_start_url: str | None
    zoom_join_url: str | None

    def is_startable(self, now: datetime, early: timedelta) -> bool:
        """From a while before its start until its end; one that ended too soon may be started again."""
        return self.status != "cancelled" and self.start_time - early <= now < self.end_time


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeeting:
    """What a provider is asked to make. Each lease has a tag of its own, by which the meeting is found again."""

    lesson_id: int
    lease_id: UUID
    title: str
    start_time: datetime
    end_time: datetime

    @classmethod
    def of(cls, lesson: HostedLesson, lease: Lease) -> Self:
        return cls(
            lesson_id=lesson.id,
            lease_id=lease.id,
            title=lesson.title,
            start_time=lesson.start_time,
            end_time=lesson.end_time,
        )

    @property
    def tag(self) -> str:
        return f"[{self.lesson_id}-{self.lease_id.hex[:12]}]"

    @property
    def topic(self) -> str:
        """At most 200 characters, which is Zoom's limit; the tag is at its end."""
        return f"{self.title[: 199 - len(self.tag)]} {self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFile:
    """A file that the provider has recorded. `id`: the provider's own."""

    id: str
    url: str
    media_type: str
    extension: str
    size: int | None
    duration_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Of a lesson: `url` elsewhere, or `storage_key` in the object store; one of them is there."""

    id: int
    lesson_id: int
    url: str | None
    storage_key: str | None
    duration_seconds: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUsage:
    """How much an account was leased within a span of time."""

    account_id: int | None
    label: str | None
    provider: ProviderName | None
    leases: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Whether the pool is large enough: `places` of the accounts that are enabled, how many of them are taken now, and
    how often none was free within a span of time."""

    places: int
    busy: int
    refusals: int
    accounts: tuple[AccountUsage, ...]
