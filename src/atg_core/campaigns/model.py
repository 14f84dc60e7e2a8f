"""Visitors without an account, what they look at, and what they get for it (spec: campaigns)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from uuid import UUID

DEFAULT_CAMPAIGN = "default"
IDLE = timedelta(days=30)
"""A session that was not heard of for longer is over."""

DAY = timedelta(days=1)
MOST_ADDRESSES_A_DAY = 3
"""How many addresses one session may name."""

MOST_MAILS_A_DAY = 3
"""How many mails one address gets; further ones wait."""


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
    """Who has left an email, which is kept in lower case."""

    id: UUID
    email: str
    is_verified: bool = False
    verified_at: datetime | None = None
    created_at: datetime
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A visit. `score`: the points of its first views. `pending_email`: one that was named and is not confirmed."""

    id: UUID
    campaign: str
    participant_id: UUID | None = None
    created_at: datetime
    last_seen: datetime
    score: int = 0
    pending_email: str | None = None
    is_active: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A 3D model to look at."""

    id: int
    slug: str
    name: str
    type: str
    campaign: str
    points: int
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode:
    """At most one for a session. `email`: where it goes; `sent_at`: since when a mail server has it."""

    id: UUID
    code: str
    session_id: UUID | None
    participant_id: UUID | None = None
    email: str | None = None
    issued_at: datetime
    sent_at: datetime | None = None
    used_at: datetime | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoMail:
    """A code on its way to an address; `participant_id`: whose address it is."""

    id: int
    promo_code_id: UUID
    code: str
    participant_id: UUID
    email: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a session did."""

    session_id: UUID
    event_type: EventType
    timestamp: datetime
    asset_id: int | None = None
    raw_payload: Mapping[str, Any] = field(default_factory=dict)


EVER = date.min
"""The day under which is counted what is asked for over all days."""


class Counter(StrEnum):
    """What is counted: VIEWS by day and ever, the others ever.

    SEEN: sessions by the day on which they were last heard of.
    """

    VIEWS = "views"
    FIRST_VIEWS = "first_views"
    SESSIONS = "sessions"
    SEEN = "seen"
    PARTICIPANTS = "participants"
    CODES_ISSUED = "codes_issued"
    CODES_SENT = "codes_sent"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Count:
    """`by` more of something on a day; `asset_id` is 0 where it is about no asset."""

    counter: Counter
    day: date = EVER
    asset_id: int = 0
    by: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far somebody is with an asset; `viewed_at`: of the first view."""

    asset_slug: str
    name: str
    points: int
    viewed_at: datetime | None
    times_viewed: int


def seen(session: Session, now: datetime, timezone: tzinfo) -> list[Count]:
    """What changes in the counts when a session is heard of again."""
    before, today = session.last_seen.astimezone(timezone).date(), now.astimezone(timezone).date()
    if before == today:
        return []
    return [Count(counter=Counter.SEEN, day=before, by=-1), Count(counter=Counter.SEEN, day=today)]
