"""The schedule: groups, lessons, recurring rules and the calendar."""

import secrets
from functools import partial

from dependency_injector import providers

from atg_adapters.ical.feed import IcalFeed
from atg_adapters.ical.recurrence import days_of
from atg_adapters.sql.database import Database
from atg_adapters.sql.schedule import SqlSchedule
from atg_adapters.sql.timetable import SqlTimetable
from atg_core.schedule.calendar import Calendar, Unfold
from atg_core.schedule.feed import IssueCalendarToken, ShowFeed
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.recurring import EditRules, MakeLesson
from atg_entrypoints.wiring.shared import Shared


class Schedule(Shared):
    unfold = providers.Singleton(
        Unfold, dates=providers.Object(days_of), term_start=Shared.settings.provided.term_start
    )
    schedule = providers.Singleton(SqlSchedule, Shared.database)
    open_timetable = providers.Singleton(Database.opening, Shared.database, SqlTimetable)
    show_calendar = providers.Singleton(Calendar, schedule=schedule, unfold=unfold)
    edit_groups = providers.Singleton(EditGroups, open=open_timetable, clock=Shared.clock)
    edit_lessons = providers.Singleton(EditLessons, open=open_timetable, clock=Shared.clock)
    edit_rules = providers.Singleton(EditRules, open=open_timetable, unfold=unfold, clock=Shared.clock)
    make_lesson = providers.Singleton(
        MakeLesson, open=open_timetable, unfold=unfold, early=Shared.settings.provided.start_early, clock=Shared.clock
    )
    issue_calendar_token = providers.Singleton(
        IssueCalendarToken,
        open=open_timetable,
        new_token=providers.Object(partial(secrets.token_urlsafe, 32)),
        clock=Shared.clock,
    )
    show_feed = providers.Singleton(
        ShowFeed,
        schedule=schedule,
        write=providers.Singleton(IcalFeed, unfold=unfold, base_url=Shared.settings.provided.base_url),
        clock=Shared.clock,
    )
