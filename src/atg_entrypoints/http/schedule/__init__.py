"""The schedule over HTTP: groups, invitations, lessons, recurring lessons and the calendar."""

from atg_entrypoints.http.handlers import Handlers
from atg_entrypoints.http.schedule import calendar, groups, invitations, lessons, recurring_lessons
from atg_entrypoints.settings import Settings


def handlers(_: Settings) -> Handlers:
    return [*groups.HANDLERS, *invitations.HANDLERS, *lessons.HANDLERS, *calendar.HANDLERS, *recurring_lessons.HANDLERS]
