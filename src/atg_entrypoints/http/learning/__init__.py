"""Learning over HTTP: enrollments, progress, totals, tests, topic pages, reports, assignments, certificates;
and a learner's way through the existing frontend."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.learning import (
    certificate_register,
    certificates,
    enrollments,
    existing_frontend,
    managed,
    managers,
    paths,
    prerequisites,
    progress,
    question_statistics,
    reports,
    standing_assignments,
    stats,
    test_attempts,
    test_drafts,
    topics,
    training_reports,
)
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [
        *enrollments.HANDLERS,
        *prerequisites.HANDLERS,
        *paths.HANDLERS,
        *stats.HANDLERS,
        *progress.HANDLERS,
        *test_attempts.HANDLERS,
        *test_drafts.HANDLERS,
        *question_statistics.HANDLERS,
        *topics.HANDLERS,
        *reports.HANDLERS,
        *standing_assignments.HANDLERS,
        *training_reports.HANDLERS,
        *managers.HANDLERS,
        *managed.HANDLERS,
        *certificates.HANDLERS,
        *certificate_register.HANDLERS,
        *existing_frontend.HANDLERS,
    ]
