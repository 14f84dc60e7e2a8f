"""Conference accounts, leases and meetings (spec: schedule, The pool)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

LEASE_GRACE = timedelta(minutes=15)
"""A lease expires this long after the end of its lesson."""

MAX_EXTENSION = timedelta(hours=1)
"""A lease is extended until this long after the end of its lesson at most, while the meeting runs."""

START_TIMEOUT = timedelta(minutes=2)
"""A lease without a meeting is abandoned after this time: the process that leased it has died."""


class ProviderName(StrEnum):
    """`LINK`: a room with a fixed address. `LOCAL`: rooms on this server."""

    ZOOM = "zoom"
    LINK = "link"
    LOCAL = "local"


class Credentials:
    """What a provider needs to know of an account, by the names of its fields. `repr` does not show it."""

    __slots__ = ("_values",)

    def __init__(self, **values: str) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def values(self) -> dict[str, str]:
        return dict(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that hosts meetings: `capacity` at once, and `daily_limit` new ones per day (UTC).

    `provider_user_id`: the host's id or email at the provider. `sealed`: the encrypted credentials.
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
    """An account with the lessons that it hosts now."""

    account: Account
    lesson_ids: tuple[int, ...]

    @property
    def is_busy(self) -> bool:
        return len(self.lesson_ids) >= self.account.capacity


class EndReason(StrEnum):
    """Why a lease was released."""

    TEACHER = "teacher"
    WEBHOOK = "webhook"
    REAPER = "reaper"
    PROVIDER_FAILED = "provider_failed"
    NEVER_STARTED = "never_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting at a provider. `id`: the meeting number as text; `uuid`: of this instance, if the provider has one."""

    id: str
    uuid: str | None
    start_url: str
    join_url: str

    @classmethod
    def of_room(cls, lease_id: UUID, url: str, start_url: str | None = None) -> Self:
        """In a room that is always there."""
        return cls(id=f"link-{lease_id.hex}", uuid=None, start_url=start_url or url, join_url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One place of an account, leased to a lesson until `ended_at`; without account in a room of the teacher's own.

    `making_until`: until then one caller has the exclusive right to create the meeting.
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
    """A lesson as conferencing sees it. The URLs are set only while it is live. `link`: a room of the teacher's own."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: datetime
    end_time: datetime
    status: str
    zoom_start_url: str | None
    zoom_join_url: str | None
    link: str | None = None

    def is_startable(self, now: datetime, early: timedelta) -> bool:
        """From `early` before its start until its end; a lesson that ended early may be started again."""
        return self.status != "cancelled" and self.start_time - early <= now < self.end_time


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherLease:
    """A lease with what the limits of its teacher count; `end_time`: of its lesson."""

    teacher_id: UUID
    lesson_id: int
    end_time: datetime
    leased_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeeting:
    """A meeting to create. Each lease has its own tag in the topic, by which the meeting is found again."""

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
        """At most 200 characters, Zoom's limit; ends with the tag."""
        return f"{self.title[: 199 - len(self.tag)]} {self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFile:
    """A recording at the provider. `id`: the provider's own."""

    id: str
    url: str
    media_type: str
    extension: str
    size: int | None
    duration_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording of a lesson: either an external `url`, or a `storage_key` in the object store."""

    id: int
    lesson_id: int
    url: str | None
    storage_key: str | None
    duration_seconds: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """How many lessons the pool can host at once, and how many more just now.

    `free_at`: where none is free, when a lesson that holds a place ends; its teacher may end it before.
    """

    places: int
    free: int
    free_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUsage:
    """How much an account was leased within a period."""

    account_id: int | None
    label: str | None
    provider: ProviderName | None
    leases: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Usage of the pool: `places` of the enabled accounts, `busy` ones now, and `refusals` within a period: starts that
    found no free place."""

    places: int
    busy: int
    refusals: int
    accounts: tuple[AccountUsage, ...]
