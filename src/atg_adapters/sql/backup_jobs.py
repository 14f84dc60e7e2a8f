"""Jobs in a backup: those of SQLite's table and those of procrastinate in one form, without their numbers."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.operations import job_errors, jobs
from atg_adapters.sql.types import JSON, UtcDateTime
from atg_core.jobs.model import JobStatus

JOBS = "jobs"
JOB_TABLES = frozenset({jobs.name, job_errors.name})
"""Tables that are not kept as they are."""

_FORM = ("kind", "arguments", "lane", "status", "tries", "run_at", "error")
# What runs is due again: who restores a backup has no worker that goes on with it.
_STATUS = sa.case((jobs.c.status == JobStatus.RUNNING, JobStatus.WAITING), else_=jobs.c.status).label("status")
_ON_SQLITE = sa.select(*(_STATUS if name == "status" else jobs.c[name] for name in _FORM)).order_by(jobs.c.id)
_ON_POSTGRESQL = sa.text("""
    SELECT task_name AS kind, COALESCE(args -> 'arguments', '{}') AS arguments, lock AS lane,
        CASE WHEN status IN ('todo', 'doing') THEN 'waiting' ELSE 'dead' END AS status,
        attempts AS tries,
        COALESCE(scheduled_at, (
            SELECT min(at) FROM procrastinate_events WHERE procrastinate_events.job_id = procrastinate_jobs.id
        )) AS run_at,
        error
    FROM procrastinate_jobs LEFT JOIN job_errors ON job_errors.job_id = procrastinate_jobs.id
    WHERE status IN ('todo', 'doing', 'failed', 'aborted')
    ORDER BY id
""").columns(
    sa.column("kind", sa.String),
    sa.column("arguments", JSON),
    sa.column("lane", sa.String),
    sa.column("status", sa.String),
    sa.column("tries", sa.Integer),
    sa.column("run_at", UtcDateTime),
    sa.column("error", sa.String),
)
_ADD_ON_POSTGRESQL = sa.text("""
    WITH added AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, attempts, scheduled_at)
        VALUES (
            :kind, :kind, :lane, jsonb_build_object('arguments', :arguments),
            CAST(CASE :status WHEN 'waiting' THEN 'todo' ELSE 'failed' END AS procrastinate_job_status),
            :tries, :run_at
        )
        RETURNING id
    )
    INSERT INTO job_errors (job_id, error) SELECT id, :error FROM added WHERE CAST(:error AS text) IS NOT NULL
""").bindparams(
    sa.bindparam("arguments", type_=JSON),
    sa.bindparam("run_at", type_=UtcDateTime),
    sa.bindparam("kind", type_=sa.String),
    sa.bindparam("lane", type_=sa.String),
    sa.bindparam("error", type_=sa.String),
    sa.bindparam("tries", type_=sa.Integer),
    sa.bindparam("status", type_=sa.String),
)


async def jobs_of(connection: Connection) -> AsyncIterator[Sequence[Any]]:
    statement = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    for row in await connection.execute(statement):
        yield [getattr(row, name) for name in _FORM]


async def add_jobs(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    statement = sa.insert(jobs) if connection.dialect.name == "sqlite" else _ADD_ON_POSTGRESQL
    for row in rows:
        values = dict(zip(_FORM, row, strict=True))
        values["run_at"] = convert(values["run_at"], datetime)
        await connection.execute(statement, values)
