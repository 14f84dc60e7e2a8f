"""Administration: people, the audit log, jobs, conference accounts, health and settings."""

from atg_entrypoints.console.administration import (
    audit,
    health,
    jobs,
    people,
    person,
    pool,
    pool_account,
    settings,
)

HANDLERS = (
    *people.HANDLERS,
    *person.HANDLERS,
    *audit.HANDLERS,
    *jobs.HANDLERS,
    *health.HANDLERS,
    *settings.HANDLERS,
)
POOL_HANDLERS = (*pool.HANDLERS, *pool_account.HANDLERS)
"""Where conferences are served."""
