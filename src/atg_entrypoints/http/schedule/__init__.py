"""The schedule over HTTP: groups, invitations, lessons, recurring lessons and the calendar."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.schedule import (
    calendar,
    free_days,
    groups,
    invitations,
    lessons,
    recurring_lessons,
    students,
    term_copy,
)
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    modules = (groups, students, invitations, lessons, calendar, recurring_lessons, free_days, term_copy)
    return [handler for module in modules for handler in module.HANDLERS]
