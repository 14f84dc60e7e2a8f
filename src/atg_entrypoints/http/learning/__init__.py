"""Learning over HTTP: enrollments, progress, totals, tests, topic pages, reports, assignments, certificates;
and a learner's way through the existing frontend."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.learning import (
    certificates,
    enrollments,
    existing_frontend,
    progress,
    reports,
    stats,
    test_attempts,
    test_drafts,
    topics,
)
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [
        *enrollments.HANDLERS,
        *stats.HANDLERS,
        *progress.HANDLERS,
        *test_attempts.HANDLERS,
        *test_drafts.HANDLERS,
        *topics.HANDLERS,
        *reports.HANDLERS,
        *certificates.HANDLERS,
        *existing_frontend.HANDLERS,
    ]
