"""The JSON of campaigns (spec: campaigns, Routes)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar.params import QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.campaigns.asset_ranking import best_asset
from atg_core.campaigns.model import DEFAULT_CAMPAIGN, AssetProgress, EventType, PromoCode
from atg_core.campaigns.ports import CampaignDay, CampaignTotals, Totals
from atg_core.errors import Invalid
from atg_core.text import canonical_email
from atg_entrypoints.http.openapi import NON_EMPTY, all_of
from atg_entrypoints.http.wire import EMAIL, NO_NUL, TRIMMED, FilledName, Instant, Word
from atg_entrypoints.value_faults import EXAMPLE_UUID, absent

_SLUG = r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)"
_ID = Meta(
    max_length=50,
    pattern=NO_NUL,
    examples=["3f8e7c1a-5d2b-4e60-9c7f-1a2b3c4d5e6f"],
    extra_json_schema={"extra": {"format": "uuid"}},
)

type Slug = Annotated[str, Meta(min_length=1, max_length=100, pattern=_SLUG, examples=["turbine"])]
type CampaignName = Annotated[str, Meta(min_length=1, max_length=50, pattern=_SLUG)]

Campaign = Annotated[CampaignName | None, QueryParameter(name="campaign")]


class SessionStart(Struct, frozen=True):
    campaign: CampaignName = DEFAULT_CAMPAIGN


class SessionStarted(Struct, frozen=True):
    session_id: UUID


class ViewBody(Struct, frozen=True, kw_only=True):
    documented: ClassVar[Mapping[str, Any]] = all_of("session_id", "asset_slug")

    session_id: Annotated[str, _ID] | None = None
    asset_slug: Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra_json_schema=NON_EMPTY)] | None = None

    def required(self) -> tuple[UUID, str]:
        """Raises Invalid."""
        if not (self.session_id and self.asset_slug):
            missing = absent(session_id=self.session_id, asset_slug=self.asset_slug)
            raise Invalid("session_id and asset_slug are required", faults=missing)
        return uuid_of(self.session_id, "session_id"), self.asset_slug


class ViewReply(Struct, frozen=True, kw_only=True):
    """`promo_code`: only in the reply that completes the session."""

    session_id: UUID
    asset_slug: str
    awarded_points: int
    session_score: int
    promo_code: str | UnsetType = UNSET


class EmailBody(Struct, frozen=True, kw_only=True):
    documented: ClassVar[Mapping[str, Any]] = all_of("session_id", "email")

    session_id: Annotated[str, _ID] | None = None
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL, extra_json_schema=NON_EMPTY)] | None = None

    def required(self) -> tuple[UUID, str]:
        """Raises Invalid."""
        if not (self.session_id and self.email):
            missing = absent(session_id=self.session_id, email=self.email)
            raise Invalid("session_id and email are required", faults=missing)
        return uuid_of(self.session_id, "session_id"), canonical_email(self.email)


class EmailReply(Struct, frozen=True, kw_only=True):
    session_id: UUID
    user_id: UUID
    email: str
    user_total_score: int


class Confirmed(Struct, frozen=True, kw_only=True):
    email: str
    is_verified: bool
    verified_at: Instant | None


class ProgressItem(Struct, frozen=True, kw_only=True):
    asset_slug: str
    name: str
    viewed: bool
    viewed_at: Instant | None
    times_viewed: int


class ProgressReply(Struct, frozen=True, kw_only=True):
    total_assets: int
    viewed_assets: int
    remaining_assets: int
    total_score: int
    items: list[ProgressItem]

    @classmethod
    def of(cls, progress: Sequence[AssetProgress]) -> "ProgressReply":
        viewed = [asset for asset in progress if asset.viewed_at]
        return cls(
            total_assets=len(progress),
            viewed_assets=len(viewed),
            remaining_assets=len(progress) - len(viewed),
            total_score=sum(asset.points for asset in viewed),
            items=[
                ProgressItem(
                    asset_slug=asset.asset_slug,
                    name=asset.name,
                    viewed=asset.viewed_at is not None,
                    viewed_at=_instant(asset.viewed_at),
                    times_viewed=asset.times_viewed,
                )
                for asset in progress
            ],
        )


class PromoReply(Struct, frozen=True, kw_only=True):
    promo_code: str
    issued_at: Instant
    sent_at: Instant | None

    @classmethod
    def of(cls, code: PromoCode) -> "PromoReply":
        return cls(promo_code=code.code, issued_at=Instant.of(code.issued_at), sent_at=_instant(code.sent_at))


class Redemption(Struct, frozen=True):
    """`code`: in any case and with spaces."""

    code: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, extra=TRIMMED)]


class Redeemed(PromoReply, frozen=True, kw_only=True):
    used_at: Instant | None

    @classmethod
    def of(cls, code: PromoCode) -> "Redeemed":
        return cls(
            promo_code=code.code,
            issued_at=Instant.of(code.issued_at),
            sent_at=_instant(code.sent_at),
            used_at=_instant(code.used_at),
        )


class BestAsset(Struct, frozen=True):
    slug: str
    name: str


class AssetStats(Struct, frozen=True, kw_only=True):
    slug: str
    views: int
    unique_sessions: int


class CampaignStatsReply(Struct, frozen=True, kw_only=True):
    """`active_sessions`: with a request within the last 30 days."""

    best_asset: BestAsset | None
    views_today: int
    views_all_time: int
    sessions: int
    active_sessions: int
    participants: int
    completed_sessions: int
    promo_codes_issued: int
    promo_codes_sent: int
    assets: list[AssetStats]

    @classmethod
    def of(cls, totals: Totals) -> "CampaignStatsReply":
        best = best_asset(totals.assets)
        return cls(
            best_asset=BestAsset(best.slug, best.name) if best else None,
            views_today=totals.views_today,
            views_all_time=totals.views_all_time,
            sessions=totals.sessions,
            active_sessions=totals.active_sessions,
            participants=totals.participants,
            completed_sessions=totals.codes_issued,
            promo_codes_issued=totals.codes_issued,
            promo_codes_sent=totals.codes_sent,
            assets=[
                AssetStats(slug=asset.slug, views=asset.views, unique_sessions=asset.first_views)
                for asset in totals.assets
            ],
        )


class AssetRow(Struct, frozen=True, kw_only=True):
    id: int
    slug: str
    name: str
    type: str
    campaign: str
    points: int
    meta: dict[str, Any]


class AssetCreation(Struct, frozen=True, kw_only=True):
    slug: Slug
    name: FilledName
    type: Word = "model"
    points: Annotated[int, Meta(ge=0, le=1_000_000)] = 10
    meta: dict[str, Any] = {}


class AssetChanges(Struct, frozen=True, kw_only=True):
    """Only the given fields change."""

    slug: Slug | UnsetType = UNSET
    name: FilledName | UnsetType = UNSET
    type: Word | UnsetType = UNSET
    points: Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET
    meta: dict[str, Any] | UnsetType = UNSET


class ParticipantRow(Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    is_verified: bool
    verified_at: Instant | None
    created_at: Instant
    total_score: int
    metadata: dict[str, Any]


class VisitRow(Struct, frozen=True, kw_only=True):
    """`is_active`: with a request within the last 30 days; otherwise the session is over."""

    id: UUID
    campaign: str
    participant_id: UUID | None
    created_at: Instant
    last_seen: Instant
    score: int
    pending_email: str | None
    is_active: bool
    metadata: dict[str, Any]


class ViewedRow(Struct, frozen=True, kw_only=True):
    session_id: UUID
    asset_id: int
    asset_slug: str
    viewed_at: Instant
    times_viewed: int
    points: int


class EventRow(Struct, frozen=True, kw_only=True):
    id: int
    session_id: UUID
    asset_id: int | None
    event_type: EventType
    timestamp: Instant
    raw_payload: dict[str, Any]


class IssuedCodeRow(Struct, frozen=True, kw_only=True):
    id: UUID
    code: str
    session_id: UUID | None
    participant_id: UUID | None
    email: str | None
    issued_at: Instant
    sent_at: Instant | None
    used_at: Instant | None
    checked_at: Instant | None
    meta: dict[str, Any]


class CampaignRow(Struct, frozen=True, kw_only=True):
    """`points`: of all assets. `active_sessions`: with a request within the last 30 days."""

    campaign: str
    assets: int
    points: int
    views_today: int
    views_all_time: int
    sessions: int
    active_sessions: int
    participants: int
    completed_sessions: int
    promo_codes_issued: int
    promo_codes_sent: int

    @classmethod
    def of(cls, totals: CampaignTotals) -> "CampaignRow":
        return cls(
            campaign=totals.campaign,
            assets=totals.assets,
            points=totals.points,
            views_today=totals.views_today,
            views_all_time=totals.views_all_time,
            sessions=totals.sessions,
            active_sessions=totals.active_sessions,
            participants=totals.participants,
            completed_sessions=totals.codes_issued,
            promo_codes_issued=totals.codes_issued,
            promo_codes_sent=totals.codes_sent,
        )


class DayRow(Struct, frozen=True, kw_only=True):
    """The sessions that began on a day, and what became of them since; `views`: on that day, of all sessions.

    `viewed_sessions`: with a view. `participants`: sessions with an email.
    """

    day: date
    views: int
    sessions: int
    viewed_sessions: int
    completed_sessions: int
    participants: int
    promo_codes_sent: int
    promo_codes_used: int

    @classmethod
    def of(cls, day: CampaignDay) -> "DayRow":
        return cls(
            day=day.day,
            views=day.views,
            sessions=day.sessions,
            viewed_sessions=day.viewed,
            completed_sessions=day.completed,
            participants=day.participants,
            promo_codes_sent=day.sent,
            promo_codes_used=day.used,
        )


def uuid_of(text: str, field: str) -> UUID:
    """Raises Invalid."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(
            "must be a UUID, such as {example}", field=field, code="not_a_uuid", example=EXAMPLE_UUID
        ) from None


def _instant(moment: datetime | None) -> Instant | None:
    return Instant.of(moment) if moment else None
