"""Users, profiles and sessions (spec: identity)."""

from typing import Any

import sqlalchemy as sa

import atg_adapters.sql.tables.catalog  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.folding import folded
from atg_adapters.sql.tables.metadata import (
    instant,
    is_active,
    metadata,
    reference,
    timestamps,
    uuid,
)
from atg_adapters.sql.types import UtcDateTime, one_of
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import Origin, Role

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
    # Whoever inserts without saying so, as an older version does, makes an account that no import changes.
    sa.Column("origin", sa.String(20), nullable=False, server_default=Origin.SELF),
    # SHA-256 over the hash that an import gave and the one that replaced it at a sign-in.
    sa.Column("rehash_digest", sa.LargeBinary(32)),
    one_of("origin", Origin),
    folded("username"),
    # Numbers usernames that differed in case alone before such were refused; everybody else has 0.
    sa.Column("username_twin", sa.Integer, nullable=False, server_default=sa.text("0")),
    folded("email"),
    folded("full_name"),
    sa.Index("uq_users_username_folded", "username_folded", "username_twin", unique=True),
    sa.Index("uq_users_email_folded", "email_folded", unique=True),
)
# The order of lists by name, and the few whom reports leave out.
sa.Index("ix_users_name", sa.func.coalesce(users.c.full_name, users.c.username), users.c.id)
sa.Index("ix_users_inactive", users.c.id, postgresql_where=~users.c.is_active, sqlite_where=~users.c.is_active)

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
    # The id in the system of a school (OneRoster: sourcedId; Canvas: user_id).
    sa.Column("sourced_id", sa.String(1000)),
    sa.Column("department", sa.String(255), index=True),
    sa.Column("station_id", sa.ForeignKey("stations.id", ondelete="SET NULL"), index=True),
    sa.Column("time_zone", sa.String(64)),
    folded("email"),
    folded("employee_id"),
    folded("department"),
)

sa.Index("uq_user_profiles_sourced_id", user_profiles.c.sourced_id, unique=True)

# Both tables are append-only, enforced by triggers in the migrations.
audit_events = sa.Table(
    "audit_events",
    metadata,
    uuid(),
    instant("at", nullable=False),
    sa.Column("action", sa.String(50), nullable=False),
    # No foreign keys: events outlive the users concerned.
    sa.Column("actor_id", sa.Uuid),
    sa.Column("user_id", sa.Uuid),
    sa.Column("session_id", sa.Uuid),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("source", sa.String(255)),
    sa.Index("ix_audit_events_user_id_at", "user_id", "at"),
    sa.Index("ix_audit_events_actor_id_at", "actor_id", "at"),
    sa.Index("ix_audit_events_at_id", "at", "id"),
)

audit_seals = sa.Table(
    "audit_seals",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    # No foreign key: a missing event must be detected.
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
    sa.Column("network", sa.String(49)),
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

# Of a code only the hash is stored; the device is that of the browser in which the user signed in at the provider.
oauth_exchange_codes = sa.Table(
    "oauth_exchange_codes",
    metadata,
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    reference("user_id", "users"),
    instant("created_at", nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("ip_address", sa.String(45)),
    sa.Column("user_agent", sa.String(500)),
    sa.Column("device_hash", sa.LargeBinary(32)),
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    instant("created_at", nullable=False),
    instant("confirmed_at"),
    sa.Column("last_step", sa.BigInteger),
)

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    instant("used_at"),
)

sign_in_tickets = sa.Table(
    "sign_in_tickets",
    metadata,
    uuid(),
    sa.Column("ticket_hash", sa.LargeBinary(32), nullable=False, unique=True),
    reference("user_id", "users"),
    sa.Column("for_setup", sa.Boolean, nullable=False),
    instant("created_at", nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    instant("used_at"),
)


def display_name(user: Any) -> sa.ColumnElement[str]:
    """The full name, or else the username, of a row of `users` or of an alias of it."""
    return sa.func.coalesce(sa.func.nullif(user.c.full_name, ""), user.c.username)
