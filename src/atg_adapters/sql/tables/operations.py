"""What the service keeps for itself: replies that may be asked for again, and counters of tries."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import metadata
from atg_adapters.sql.types import UtcDateTime

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("owner", sa.String(100), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("media_type", sa.String(255), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

throttle_counters = sa.Table(
    "throttle_counters",
    metadata,
    sa.Column("limit_name", sa.String(50), primary_key=True),
    # A hash, since what is counted may be of any length and concern a person.
    sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False, index=True),
)
