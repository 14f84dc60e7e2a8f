"""Tables of conferencing: accounts, places, leases, refusals and recordings (spec: schedule, The pool)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.schedule  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import held, instant, metadata, reference, serial, timestamps, uuid
from atg_adapters.sql.types import one_of
from atg_core.conferencing.model import EndReason

_ACCOUNTS, _LEASES, _LESSONS = "conference_accounts", "conference_leases", "scheduled_lessons"
_LIVE = sa.text("ended_at IS NULL")

conference_accounts = sa.Table(
    _ACCOUNTS,
    metadata,
    serial(),
    sa.Column("provider", sa.String(20), nullable=False),
    sa.Column("label", sa.String(255), nullable=False, unique=True),
    sa.Column("provider_user_id", sa.String(255)),
    sa.Column("is_enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("capacity", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("daily_limit", sa.Integer, nullable=False, server_default=sa.text("100")),
    sa.Column("sealed", sa.Text),
    # Meetings created on the day (UTC) of the last one.
    sa.Column("made_on", sa.Date),
    sa.Column("made", sa.Integer, nullable=False, server_default=sa.text("0")),
    *timestamps(),
    # Which providers there are is known to the service, so that a further one needs no migration.
    sa.CheckConstraint("provider <> ''", name="provider"),
    sa.CheckConstraint("capacity BETWEEN 1 AND 100 AND daily_limit >= 0", name="numbers"),
)

conference_leases = sa.Table(
    _LEASES,
    metadata,
    uuid(),
    sa.Column("account_id", sa.ForeignKey(f"{_ACCOUNTS}.id", ondelete="SET NULL"), index=True),
    reference("lesson_id", _LESSONS),
    sa.Column("meeting_id", sa.String(64), index=True),
    sa.Column("meeting_uuid", sa.String(128), index=True),
    instant("leased_at", nullable=False),
    instant("making_until", nullable=False),
    instant("expires_at", nullable=False),
    instant("ended_at"),
    sa.Column("end_reason", sa.String(16)),
    one_of("end_reason", EndReason),
    sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    sa.Index("uq_conference_leases_live", "lesson_id", unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE),
    sa.Index("ix_conference_leases_leased_at", "leased_at"),
)

# One row for each meeting that an account may host at once: a start locks one, so that no two claim the same.
conference_places = sa.Table(
    "conference_places",
    metadata,
    sa.Column("account_id", sa.ForeignKey(f"{_ACCOUNTS}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column(
        "lease_id",
        sa.ForeignKey(f"{_LEASES}.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"),
        unique=True,
    ),
)

conference_refusals = sa.Table(
    "conference_refusals",
    metadata,
    serial(),
    reference("lesson_id", _LESSONS),
    instant("at", nullable=False),
    sa.Index(None, "at"),
)

lesson_recordings = sa.Table(
    "lesson_recordings",
    metadata,
    serial(),
    held("lesson_id", _LESSONS),
    sa.Column("url", sa.String(2048)),
    sa.Column("storage_key", sa.String(1024), unique=True),
    sa.Column("duration_seconds", sa.Integer),
    instant("created_at", nullable=False),
    sa.CheckConstraint("(url IS NULL) <> (storage_key IS NULL)", name="where"),
)
