"""The schedule over HTTP: groups, invitations, lessons, recurring lessons and the calendar."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.schedule import calendar, groups, invitations, lessons, recurring_lessons, students
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    modules = (groups, students, invitations, lessons, calendar, recurring_lessons)
    return [handler for module in modules for handler in module.HANDLERS]
