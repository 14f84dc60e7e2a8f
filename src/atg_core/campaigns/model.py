"""Visitor sessions without an account, assets, promo codes, events and counters (spec: campaigns)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from uuid import UUID

DEFAULT_CAMPAIGN = "default"
IDLE_TIMEOUT = timedelta(days=30)
"""After this time without a request a session is over."""

DAY = timedelta(days=1)
MAX_ADDRESSES_PER_DAY = 3
"""Email addresses that one session may submit."""

MAX_MAILS_PER_DAY = 3
"""Mails to one address; further ones are postponed."""


class EventType(StrEnum):
    SESSION_STARTED = "session_started"
    VIEWED_ASSET = "viewed_asset"
    FIRST_VIEW_AWARDED = "first_view_awarded"
    PROMO_ISSUED = "promo_issued"
    EMAIL_SUBMITTED = "email_submitted"
    PROGRESS_VIEWED = "progress_viewed"
    PROMO_CHECKED = "promo_checked"
    PROMO_SENT = "promo_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A visitor known by an email, which is stored in lower case. `metadata`: what they sent along with it."""

    id: UUID
    email: str
    is_verified: bool = False
    verified_at: datetime | None = None
    created_at: datetime
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A visitor session. `score`: points of its first views. `pending_email`: submitted, not confirmed yet.

    `language`: of its mails. `metadata`: what the visitor sent along.
    """

    id: UUID
    campaign: str
    participant_id: UUID | None = None
    created_at: datetime
    last_seen: datetime
    score: int = 0
    pending_email: str | None = None
    language: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A 3D model to look at. `points`: of the first views that are yet to come."""

    id: int
    slug: str
    name: str
    type: str
    campaign: str
    points: int
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode:
    """At most one for a session. `email`: its recipient; `sent_at`: when a mail server accepted it.

    `checked_at`: when it was first asked for.
    """

    id: UUID
    code: str
    session_id: UUID | None
    participant_id: UUID | None = None
    email: str | None = None
    issued_at: datetime
    sent_at: datetime | None = None
    used_at: datetime | None = None
    checked_at: datetime | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoMail:
    """A mail with a code; `participant_id`: the recipient."""

    id: int
    promo_code_id: UUID
    code: str
    participant_id: UUID
    email: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An entry in the event log of a session."""

    session_id: UUID
    event_type: EventType
    timestamp: datetime
    asset_id: int | None = None
    raw_payload: Mapping[str, Any] = field(default_factory=dict)


ALL_DAYS = date.min
"""The day of counters over all days."""


class Counter(StrEnum):
    """Counters: VIEWS by day and over all days, LAST_SEEN by day, the others over all days.

    LAST_SEEN: sessions by the day of their last request. Counters of no asset are kept by campaign, PARTICIPANTS also
    over all campaigns, since some are in many.
    """

    VIEWS = "views"
    FIRST_VIEWS = "first_views"
    SESSIONS = "sessions"
    LAST_SEEN = "seen"
    PARTICIPANTS = "participants"
    CODES_ISSUED = "codes_issued"
    CODES_SENT = "codes_sent"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Increment:
    """Adds `by` to a counter of a day; `asset_id`: 0 for counters that concern no asset, which name a `campaign`."""

    counter: Counter
    day: date = ALL_DAYS
    asset_id: int = 0
    campaign: str = ""
    by: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a request adds to the event log and to the counters."""

    events: list[Event] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetProgress:
    """Progress with one asset; `viewed_at`: the first view, None if it was not viewed; `points`: what that gave."""

    asset_slug: str
    name: str
    points: int
    viewed_at: datetime | None
    times_viewed: int


def last_seen_increments(session: Session, now: datetime, timezone: tzinfo) -> list[Increment]:
    """Moves a session to the day of this request in the counter LAST_SEEN."""
    before, today = session.last_seen.astimezone(timezone).date(), now.astimezone(timezone).date()
    if before == today:
        return []
    return [
        Increment(counter=Counter.LAST_SEEN, day=before, campaign=session.campaign, by=-1),
        Increment(counter=Counter.LAST_SEEN, day=today, campaign=session.campaign),
    ]
