"""The JSON of conference accounts, and of lessons while they run."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar.openapi.spec import Schema
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.conferencing.model import AccountInUse, Credentials, HostedLesson, ProviderName, Recording, Usage
from atg_core.conferencing.taking import Started
from atg_entrypoints.http.schemas import given
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, named, to_wire

_URL = r"^https?://[!-~]+$(?!\n)"

type Secret = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
type Capacity = Annotated[int, Meta(ge=1, le=100, description="Meetings that it may host at once")]
type DailyLimit = Annotated[int, Meta(ge=0, le=1_000_000, description="New meetings in a day (UTC)")]


class CredentialsGiven(Struct, frozen=True, kw_only=True):
    """Of a Server-to-Server OAuth app; they are never shown again."""

    account_id: Secret
    client_id: Secret
    client_secret: Secret

    def __repr__(self) -> str:
        return "CredentialsGiven(…)"

    def kept(self) -> Credentials:
        return Credentials(account_id=self.account_id, client_id=self.client_id, client_secret=self.client_secret)


class AccountRow(Struct, frozen=True, kw_only=True):
    """`is_busy`: it hosts as many lessons as it may; `current_lesson_id`: the first of those."""

    id: int
    provider: ProviderName
    label: str
    provider_user_id: str | None
    is_enabled: bool
    capacity: int
    daily_limit: int
    has_credentials: bool
    is_busy: bool
    current_lesson_id: int | None
    current_lesson_ids: list[int]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, used: AccountInUse) -> "AccountRow":
        account = used.account
        return cls(
            id=account.id,
            provider=account.provider,
            label=account.label,
            provider_user_id=account.provider_user_id,
            is_enabled=account.is_enabled,
            capacity=account.capacity,
            daily_limit=account.daily_limit,
            has_credentials=account.sealed is not None,
            is_busy=used.is_busy,
            current_lesson_id=used.lesson_ids[0] if used.lesson_ids else None,
            current_lesson_ids=list(used.lesson_ids),
            created_at=Instant.of(account.created_at),
            updated_at=Instant.of(account.updated_at),
        )


class AccountCreation(Struct, frozen=True, kw_only=True):
    """`provider_user_id`: the host's id or email at the provider; by default who made the app.

    Zoom needs credentials.
    """

    documented: ClassVar[Mapping[str, Any]] = {
        "any_of": [given("credentials"), Schema(properties={"provider": Schema(const="local")})]
    }

    provider: ProviderName
    label: FilledName
    provider_user_id: FilledName | None = None
    is_enabled: bool = True
    capacity: Capacity = 1
    daily_limit: DailyLimit = 100
    credentials: CredentialsGiven | None = None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in named(self).items() if name != "credentials"}


class AccountChanges(Struct, frozen=True, kw_only=True):
    """Only what is named changes."""

    label: FilledName | UnsetType = UNSET
    provider_user_id: FilledName | None | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    daily_limit: DailyLimit | UnsetType = UNSET
    credentials: CredentialsGiven | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in named(self).items() if name != "credentials"}


class AccountUsageRow(Struct, frozen=True, kw_only=True):
    """All are null of an account that is gone."""

    account_id: int | None
    label: str | None
    provider: ProviderName | None
    leases: int
    hours: float


class UsageReply(Struct, frozen=True, kw_only=True):
    """`pool_size`: places of the accounts that are enabled; `refusals`: starts for which none was free."""

    start: Instant
    end: Instant
    pool_size: int
    busy: int
    refusals: int
    accounts: list[AccountUsageRow]

    @classmethod
    def of(cls, usage: Usage, start: datetime, end: datetime) -> "UsageReply":
        return cls(
            start=Instant.of(start),
            end=Instant.of(end),
            pool_size=usage.places,
            busy=usage.busy,
            refusals=usage.refusals,
            accounts=to_wire(list(usage.accounts), list[AccountUsageRow]),
        )


class StartedLesson(Struct, frozen=True, kw_only=True):
    lesson_id: int
    zoom_start_url: str | None
    zoom_join_url: str | None
    zoom_meeting_id: str | None
    lease_expires_at: Instant

    @classmethod
    def of(cls, started: Started) -> "StartedLesson":
        return cls(
            lesson_id=started.lesson.id,
            zoom_start_url=started.lesson.zoom_start_url,
            zoom_join_url=started.lesson.zoom_join_url,
            zoom_meeting_id=started.lease.meeting_id,
            lease_expires_at=Instant.of(started.lease.expires_at),
        )


class HostedLessonRow(Struct, frozen=True, kw_only=True):
    """A lesson that has ended."""

    id: int
    group_id: int
    teacher_id: UUID
    title: str
    start_time: Instant
    end_time: Instant
    status: str
    zoom_start_url: str | None
    zoom_join_url: str | None

    @classmethod
    def of(cls, lesson: HostedLesson) -> "HostedLessonRow":
        return to_wire(lesson, cls)


class JoinReply(Struct, frozen=True, kw_only=True):
    lesson_id: int
    zoom_join_url: str


class RecordingCreation(Struct, frozen=True, kw_only=True):
    url: Annotated[str, Meta(max_length=2048, pattern=_URL, examples=["https://video.example.com/lesson-7"])]


class RecordingRow(Struct, frozen=True, kw_only=True):
    """`url`: good for an hour where the file is in the object store; null where it is gone from there."""

    id: int
    lesson_id: int
    url: str | None
    duration_seconds: int | None
    created_at: Instant

    @classmethod
    def of(cls, recording: Recording, urls: dict[str, str]) -> "RecordingRow":
        return cls(
            id=recording.id,
            lesson_id=recording.lesson_id,
            url=recording.url or urls.get(recording.storage_key or ""),
            duration_seconds=recording.duration_seconds,
            created_at=Instant.of(recording.created_at),
        )


class WebhookReply(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The two tokens answer the question whether the address is ours; else there is nothing to say."""

    plain_token: str | None = None
    encrypted_token: str | None = None
