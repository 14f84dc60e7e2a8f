"""Campaigns: participants, visitor sessions, assets, events, counters and promo codes (spec: campaigns)."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import held, instant, metadata, reference, serial, uuid
from atg_adapters.sql.types import JSON, one_of
from atg_core.campaigns.model import Counter, EventType

_PARTICIPANTS, _SESSIONS, _CODES = "campaign_participants", "campaign_sessions", "promo_codes"


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, JSON, nullable=False, server_default=sa.text("'{}'"))


campaign_participants = sa.Table(
    _PARTICIPANTS,
    metadata,
    uuid(),
    # In lower case, so that it is unique regardless of case.
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("is_verified", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("verified_at"),
    instant("created_at", nullable=False),
    _json("metadata"),
)

campaign_sessions = sa.Table(
    _SESSIONS,
    metadata,
    uuid(),
    sa.Column("campaign", sa.String(50), nullable=False, index=True),
    held("participant_id", _PARTICIPANTS, nullable=True),
    instant("created_at", nullable=False),
    instant("last_seen", nullable=False),
    sa.Column("score", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("pending_email", sa.String(254)),
    sa.Column("language", sa.String(2)),
    _json("metadata"),
    sa.Index(None, "created_at"),
)

campaign_assets = sa.Table(
    "campaign_assets",
    metadata,
    serial(),
    sa.Column("slug", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("type", sa.String(50), nullable=False, server_default="model"),
    sa.Column("campaign", sa.String(50), nullable=False, index=True),
    sa.Column("points", sa.Integer, nullable=False, server_default=sa.text("10")),
    _json("meta"),
    sa.CheckConstraint("points >= 0", name="points"),
)

campaign_progress = sa.Table(
    "campaign_progress",
    metadata,
    sa.Column("session_id", sa.ForeignKey(f"{_SESSIONS}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("asset_id", sa.ForeignKey("campaign_assets.id", ondelete="RESTRICT"), primary_key=True, index=True),
    instant("viewed_at", nullable=False),
    sa.Column("times_viewed", sa.Integer, nullable=False),
    # What the first view gave: the points of the asset may change.
    sa.Column("points", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Index(None, "viewed_at"),
)

view_events = sa.Table(
    "view_events",
    metadata,
    sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True, autoincrement=True
    ),
    reference("session_id", _SESSIONS),
    sa.Column("asset_id", sa.ForeignKey("campaign_assets.id", ondelete="RESTRICT"), index=True),
    sa.Column("event_type", sa.String(30), nullable=False),
    instant("timestamp", nullable=False),
    _json("raw_payload"),
    one_of("event_type", EventType),
)

# Counters for `GET /stats/`, in time independent of the number of events.
campaign_counts = sa.Table(
    "campaign_counts",
    metadata,
    # 0001-01-01: all days.
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("counter", sa.String(20), nullable=False),
    # 0: no asset.
    sa.Column("asset_id", sa.Integer, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    # Empty for counters of assets, and for the participants of all campaigns.
    sa.Column("campaign", sa.String(50), nullable=False, server_default=""),
    # A counter is the sum of its slots.
    sa.Column("slot", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.PrimaryKeyConstraint("counter", "day", "asset_id", "campaign", "slot"),
    one_of("counter", Counter),
)

promo_codes = sa.Table(
    _CODES,
    metadata,
    uuid(),
    sa.Column("code", sa.String(40), nullable=False, unique=True),
    sa.Column("session_id", sa.ForeignKey(f"{_SESSIONS}.id", ondelete="SET NULL"), unique=True),
    held("participant_id", _PARTICIPANTS, nullable=True),
    sa.Column("email", sa.String(254), index=True),
    instant("issued_at", nullable=False),
    instant("sent_at"),
    instant("used_at"),
    instant("checked_at"),
    _json("meta"),
    sa.Index(None, "issued_at"),
)

promo_mails = sa.Table(
    "promo_mails",
    metadata,
    serial(),
    reference("promo_code_id", _CODES, index=False),
    held("participant_id", _PARTICIPANTS),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    instant("due_at", nullable=False),
    instant("sent_at"),
    instant("refused_at"),
    sa.UniqueConstraint("promo_code_id", "email"),
    sa.Index(None, "email", "due_at"),
)
