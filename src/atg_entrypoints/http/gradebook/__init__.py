"""The gradebook over HTTP: journals, attendance, control points and progress."""

from atg_entrypoints.http.gradebook import attendance, control_points, journal, progress, teacher_summary
from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [
        *journal.HANDLERS,
        *teacher_summary.HANDLERS,
        *attendance.HANDLERS,
        *control_points.HANDLERS,
        *progress.HANDLERS,
    ]
