"""What is asked of the tables of procrastinate, and of the errors that we keep beside them, in one statement each."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.tables.operations import job_errors

_STATUS = "CASE status WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running' ELSE 'dead' END"
_RUN_AT = """COALESCE(scheduled_at, (
    SELECT min(at) FROM procrastinate_events WHERE procrastinate_events.job_id = procrastinate_jobs.id
))"""

LISTED = sa.text(f"""
    SELECT id, task_name AS kind, COALESCE(args -> 'arguments', '{{}}') AS arguments, {_STATUS} AS status,
        attempts + CASE status WHEN 'doing' THEN 1 ELSE 0 END AS tries, {_RUN_AT} AS run_at, error
    FROM procrastinate_jobs LEFT JOIN job_errors ON job_errors.job_id = procrastinate_jobs.id
    WHERE status IN ('todo', 'doing', 'failed', 'aborted')
        AND (CAST(:of_status AS text) IS NULL OR {_STATUS} = CAST(:of_status AS text))
    ORDER BY id LIMIT :most
""")  # noqa: S608 - of constants alone

BACKLOG = sa.text(f"""
    SELECT task_name AS kind,
        count(*) FILTER (WHERE status = 'todo') AS waiting,
        count(*) FILTER (WHERE status = 'doing') AS running,
        count(*) FILTER (WHERE status IN ('failed', 'aborted')) AS dead,
        GREATEST(0, EXTRACT(epoch FROM now() - min({_RUN_AT}) FILTER (WHERE status = 'todo')))::float8 AS oldest_seconds
    FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed', 'aborted')
    GROUP BY task_name ORDER BY task_name
""")  # noqa: S608 - of constants alone

# The library's own way to retry counts the tries on, so that a job that is dead would have one more.
RETRY_ALL = sa.text("""
    UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = now()
    WHERE status IN ('failed', 'aborted') RETURNING id
""")
RETRY = sa.text("""
    UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = now()
    WHERE status IN ('failed', 'aborted') AND id = :job RETURNING id
""")

# The library finds these as well, but does not lock them: two workers would begin the same job.
ABANDONED = sa.text("""
    SELECT job.id, job.task_name AS kind, job.attempts + 1 AS tries
    FROM procrastinate_jobs job
    WHERE job.status = 'doing' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_workers worker
        WHERE worker.id = job.worker_id AND worker.last_heartbeat > now() - make_interval(secs => :lease)
    )
    FOR UPDATE OF job SKIP LOCKED
""")
DUE_AGAIN = sa.text("SELECT procrastinate_retry_job_v2(:job, now() + make_interval(secs => :pause), NULL, NULL, NULL)")
BURY = sa.text("SELECT procrastinate_finish_job_v1(:job, 'failed', false)")

_KEEP = insert(job_errors)
KEEP_ERROR = _KEEP.on_conflict_do_update(index_elements=["job_id"], set_={"error": _KEEP.excluded.error})
FORGET_ERRORS = sa.text("""
    DELETE FROM job_errors WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE id = job_id)
""")
