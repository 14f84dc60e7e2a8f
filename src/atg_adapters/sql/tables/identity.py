"""Users, profiles and sessions (spec: identity)."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import (
    instant,
    is_active,
    metadata,
    reference,
    timestamps,
    uuid,
)
from atg_adapters.sql.types import UtcDateTime, one_of
from atg_core.identity.links import Purpose
from atg_core.identity.model import Role

users = sa.Table(
    "users",
    metadata,
    uuid(),
    sa.Column("username", sa.String(50), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("full_name", sa.String(255)),
    sa.Column("email", sa.String(254)),
    sa.Column("role", sa.String(20), nullable=False, server_default=Role.USER),
    is_active(),
    *timestamps(),
    instant("email_verified_at"),
    one_of("role", Role),
)
sa.Index("uq_users_email_lower", sa.func.lower(users.c.email), unique=True)

user_profiles = sa.Table(
    "user_profiles",
    metadata,
    sa.Column("id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("full_name", sa.String(255)),
    sa.Column("email", sa.String(254)),
    sa.Column("avatar_url", sa.String(1024)),
    sa.Column("company", sa.String(255)),
    sa.Column("position", sa.String(255)),
    sa.Column("phone", sa.String(50)),
    sa.Column("bio", sa.Text),
    sa.Column("language", sa.String(10), nullable=False, server_default="ru"),
    sa.Column("email_notifications", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("push_notifications", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("weekly_report", sa.Boolean, nullable=False, server_default=sa.false()),
    *timestamps(),
    sa.Column("employee_id", sa.String(50), unique=True),
    sa.Column("department", sa.String(255), index=True),
    sa.Column("station_id", sa.ForeignKey("stations.id", ondelete="SET NULL"), index=True),
)

# Triggers, which the revision makes, let nobody change or delete a row of these two tables.
audit_events = sa.Table(
    "audit_events",
    metadata,
    uuid(),
    instant("at", nullable=False),
    sa.Column("action", sa.String(50), nullable=False),
    # No references: what is written down outlives whom it concerns.
    sa.Column("actor_id", sa.Uuid),
    sa.Column("user_id", sa.Uuid),
    sa.Column("session_id", sa.Uuid),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Index("ix_audit_events_user_id_at", "user_id", "at"),
    sa.Index("ix_audit_events_actor_id_at", "actor_id", "at"),
    sa.Index("ix_audit_events_at_id", "at", "id"),
)

audit_seals = sa.Table(
    "audit_seals",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    # No reference: that an event is gone shall be noticed.
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    instant("sealed_at", nullable=False),
    instant("latest_at", nullable=False),
)

user_sessions = sa.Table(
    "user_sessions",
    metadata,
    uuid(),
    reference("user_id", "users"),
    instant("expires_at", nullable=False),
    instant("created_at", nullable=False),
    instant("last_activity", nullable=False),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("device_hash", sa.LargeBinary(32)),
    sa.Column("salt", sa.LargeBinary(16), nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("branch", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("predecessor", sa.Integer),
    sa.Column("offers", sa.Integer, nullable=False, server_default=sa.text("0")),
    instant("offered_at"),
    sa.Column("confirmed_at", UtcDateTime, nullable=False, server_default=sa.func.current_timestamp()),
    instant("revoked_at"),
    sa.Column("revoke_reason", sa.String(50)),
)

mail_tokens = sa.Table(
    "mail_tokens",
    metadata,
    uuid(),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    reference("user_id", "users"),
    sa.Column("email", sa.String(254), nullable=False),
    reference("session_id", "user_sessions", nullable=True),
    instant("created_at", nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    instant("used_at"),
    one_of("purpose", Purpose),
)

oauth_identities = sa.Table(
    "oauth_identities",
    metadata,
    sa.Column("provider", sa.String(20), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    reference("user_id", "users"),
    instant("created_at", nullable=False),
)
