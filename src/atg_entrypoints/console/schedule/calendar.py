"""The calendar: a day, a week or a month, an agenda of the same, and its feed for other calendars."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.calendar_feed import IssueCalendarToken
from atg_core.schedule.model import FreeDays
from atg_core.words import Language, phrase
from atg_entrypoints.console.dates import long_day
from atg_entrypoints.console.pages import is_part, language_for, page
from atg_entrypoints.console.schedule.asked import Asked, KnowsSettings, KnowsTime, QueriesSchedule, Recurs, may_plan
from atg_entrypoints.console.schedule.free_days import days_of
from atg_entrypoints.console.schedule.period import Period, View, day_of, monday_of
from atg_entrypoints.console.schedule.shown import ShownLesson, by_day, group_names, shown
from atg_entrypoints.http.policy import SIGNED_IN
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader

VIEWS: Mapping[View, str] = {
    View.DAY: phrase("Day"),
    View.WEEK: phrase("Week"),
    View.MONTH: phrase("Month"),
    View.LIST: phrase("As a list"),
}
_UPPER, _LOWER = phrase("upper week"), phrase("lower week")
_FIRST_HOUR, _LAST_HOUR = 8, 19
_DAY_HOURS = 24


@get("/calendar", policy=SIGNED_IN)
async def show_calendar_page(
    *,
    request: Asked,
    show_calendar: NamedDependency[SkipValidation[ShowCalendar]],
    schedule_queries: QueriesSchedule,
    recurrence: Recurs,
    clock: KnowsTime,
    view: Annotated[str, QueryParameter(max_length=10)] = "week",
    day: Annotated[str, QueryParameter(max_length=10)] = "",
) -> Response[str]:
    """As a part of the page: the agenda alone, when something has changed."""
    viewer, zone, language = viewer_of(request), zone_of_reader(request), language_for(request)
    today = clock().astimezone(zone).date()
    period = Period.of(View(view) if view in View else View.WEEK, day_of(day, today))
    seen = await show_calendar.view(viewer, *period.window(zone))
    lessons = [shown(event, viewer, zone, seen.free_days) for event in seen.events]
    weeks = {monday: _UPPER if recurrence.is_upper_week(monday) else _LOWER for monday in period.mondays()}
    values = {
        "period": period,
        "title": period.title(language),
        "weeks": weeks,
        "views": VIEWS,
        "today": today,
        "days": list(_days(lessons, seen.free_days, period, weeks, language)),
        "groups": await group_names(schedule_queries, viewer),
        "hours": _hours(lessons),
        "zone": zone.key,
        "may_plan": may_plan(request),
        "here_now": f"/app/calendar?view={period.view}&day={period.first.isoformat()}",
    }
    return page(request, "schedule/calendar#agenda" if is_part(request) else "schedule/calendar", values)


class _Day(NamedTuple):
    """`week`: its name where another one begins; `free`: free days that it has, or that begin with it, and when."""

    day: date
    name: str
    week: str
    free: list[tuple[str, str]]
    lessons: Sequence[ShownLesson]


def _days(
    lessons: Sequence[ShownLesson],
    free_days: Sequence[FreeDays],
    period: Period,
    weeks: Mapping[date, str],
    language: Language,
) -> Iterator[_Day]:
    """Those with lessons, and the first ones of free days."""
    week = monday_of(period.first) if len(weeks) == 1 else None
    of_day = dict(by_day(lessons, period.first))
    for day in sorted({*of_day, *(max(each.start, period.first) for each in free_days)}):
        monday = monday_of(day)
        on = [each for each in free_days if each.has(day)]
        free = [(each.name, "" if each.start == each.end else days_of(each, language)) for each in on]
        told = "" if monday == week else weeks[monday]
        yield _Day(day, long_day(day, language), told, free, of_day.get(day, ()))
        week = monday


def _hours(lessons: Sequence[ShownLesson]) -> tuple[int, int]:
    """The hours that the columns of days show: all that anything takes place at, and those of a usual day."""
    first = min((0 if each.ends_later else each.start.hour for each in lessons), default=_FIRST_HOUR)
    last = max((_DAY_HOURS if each.ends_later else each.end.hour + 1 for each in lessons), default=_LAST_HOUR)
    return min(first, _FIRST_HOUR), max(min(last, _DAY_HOURS), _LAST_HOUR)


@get("/calendar/feed", policy=SIGNED_IN)
async def show_calendar_feed_page(request: Asked) -> Response[str]:
    return page(request, "schedule/feed", {"address": None})


@post("/calendar/feed", policy=SIGNED_IN, status_code=HTTPStatus.OK)
async def renew_calendar_feed(
    request: Asked,
    issue_calendar_token: NamedDependency[SkipValidation[IssueCalendarToken]],
    settings: KnowsSettings,
) -> Response[str]:
    """Its address is shown this once: only a digest of it is kept."""
    token = await issue_calendar_token(request.user.id)
    return page(request, "schedule/feed", {"address": f"{settings.base_url}/schedule/calendar.ics?token={token}"})


HANDLERS: Sequence[BaseRouteHandler] = (show_calendar_page, show_calendar_feed_page, renew_calendar_feed)
