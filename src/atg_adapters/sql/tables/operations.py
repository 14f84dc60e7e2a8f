"""What the service keeps for itself: replies that may be asked for again, counters of tries, and jobs."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import metadata
from atg_adapters.sql.types import JSON, UtcDateTime, one_of
from atg_core.jobs.model import MOST_NAME, JobStatus

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

# Jobs are kept here on SQLite; on PostgreSQL they are in the tables of procrastinate, which belong to that library.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(MOST_NAME), nullable=False),
    sa.Column("arguments", JSON, nullable=False),
    sa.Column("lane", sa.String(200)),
    sa.Column("status", sa.String(10), nullable=False),
    # How often it was begun; with the id it tells whose lease it is.
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("run_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("error", sa.String(500)),
    one_of("status", JobStatus),
    sa.Index(None, "status", "kind"),
    sa.Index(
        None, "lane", "id", sqlite_where=sa.text("lane IS NOT NULL"), postgresql_where=sa.text("lane IS NOT NULL")
    ),
    # The id of a job that is done is not given to another: a worker that was away would take that for its own.
    sqlite_autoincrement=True,
)

job_times = sa.Table(
    "job_times",
    metadata,
    sa.Column("kind", sa.String(MOST_NAME), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)

# What procrastinate does not keep: why a job failed, by its id there.
job_errors = sa.Table(
    "job_errors",
    metadata,
    sa.Column("job_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("error", sa.String(500), nullable=False),
)
