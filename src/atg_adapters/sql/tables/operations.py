"""Tables of idempotency keys, rate limits and jobs."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import metadata
from atg_adapters.sql.types import JSON, UtcDateTime, one_of
from atg_core.jobs.model import MAX_NAME_LENGTH, JobStatus

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
    # A hash, since keys have any length and may be personal data.
    sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    # Those of the tries whose outcome is open: they may be given back.
    sa.Column("open_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("ends_at", UtcDateTime, nullable=False, index=True),
)

# Jobs on SQLite; on PostgreSQL they are in the tables of procrastinate.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(MAX_NAME_LENGTH), nullable=False),
    sa.Column("arguments", JSON, nullable=False),
    sa.Column("lane", sa.String(200)),
    sa.Column("status", sa.String(10), nullable=False),
    # Started tries; together with the id, which is never given again, it identifies the lease.
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("run_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("error", sa.String(500)),
    one_of("status", JobStatus),
    sa.Index(None, "status", "kind"),
    sa.Index(
        None, "lane", "id", sqlite_where=sa.text("lane IS NOT NULL"), postgresql_where=sa.text("lane IS NOT NULL")
    ),
)

job_times = sa.Table(
    "job_times",
    metadata,
    sa.Column("kind", sa.String(MAX_NAME_LENGTH), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)

# Errors of jobs, which procrastinate does not store, by its job id.
job_errors = sa.Table(
    "job_errors",
    metadata,
    sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("error", sa.String(500), nullable=False),
)
