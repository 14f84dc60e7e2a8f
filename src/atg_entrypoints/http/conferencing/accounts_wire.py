"""The JSON of conference accounts and their usage."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from litestar.openapi.spec import Schema
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.conferencing.model import AccountInUse, ProviderName, Usage
from atg_entrypoints.http.openapi import members_given
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, present_fields, to_wire

type Secret = Annotated[str, Meta(min_length=1, max_length=2_048, pattern=NO_NUL)]
type CredentialsGiven = Annotated[
    dict[Annotated[str, Meta(max_length=50)], Secret],
    Meta(
        max_length=10,
        description="Write-only. zoom: account_id, client_id, client_secret; link: url, start_url; local: none",
        examples=[{"account_id": "a", "client_id": "b", "client_secret": "c"}],
    ),
]
type Capacity = Annotated[int, Meta(ge=1, le=100, description="Meetings that it may host at once")]
type DailyLimit = Annotated[int, Meta(ge=0, le=1_000_000, description="New meetings in a day (UTC)")]


class AccountRow(Struct, frozen=True, kw_only=True):
    """`is_busy`: it hosts as many lessons as its capacity; `current_lesson_id`: the first of them."""

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
    """`provider_user_id`: the host's id or email at the provider; by default the owner of the app.

    `credentials`: what the provider needs.
    """

    documented: ClassVar[Mapping[str, Any]] = {
        "any_of": [members_given("credentials"), Schema(properties={"provider": Schema(const="local")})]
    }

    provider: ProviderName
    label: FilledName
    provider_user_id: FilledName | None = None
    is_enabled: bool = True
    capacity: Capacity = 1
    daily_limit: DailyLimit = 100
    credentials: CredentialsGiven | None = None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in present_fields(self).items() if name != "credentials"}


class AccountChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change."""

    label: FilledName | UnsetType = UNSET
    provider_user_id: FilledName | None | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    daily_limit: DailyLimit | UnsetType = UNSET
    credentials: CredentialsGiven | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in present_fields(self).items() if name != "credentials"}


class AccountUsageRow(Struct, frozen=True, kw_only=True):
    """Account, label and provider are null if the account was deleted."""

    account_id: int | None
    label: str | None
    provider: ProviderName | None
    leases: int
    hours: float


class UsageReply(Struct, frozen=True, kw_only=True):
    """`pool_size`: places of the enabled accounts; `refusals`: starts that found no free place."""

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
