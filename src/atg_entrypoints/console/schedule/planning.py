"""Planning a lesson, or a rule by which one takes place every week or every other one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from atg_core.errors import AtgError
from atg_core.schedule.model import WeekType
from atg_core.schedule.ports import GroupNotFound, LessonOverlap, ScheduleQueries
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, form_again, text_of
from atg_entrypoints.console.pages import is_part, led_to, page
from atg_entrypoints.console.schedule.asked import (
    CHANGED,
    Asked,
    EditsLessons,
    EditsRules,
    KnowsTime,
    QueriesSchedule,
    led_away,
)
from atg_entrypoints.console.schedule.forms import as_given, lesson_of, rule_of
from atg_entrypoints.console.schedule.lesson_page import lesson_page
from atg_entrypoints.console.schedule.period import day_of
from atg_entrypoints.console.schedule.shown import own_groups, shown
from atg_entrypoints.console.sessions import PREFIX
from atg_entrypoints.http.policy import TEACHER
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader

WEEK_TYPES = {
    WeekType.ALL: phrase("Every week"),
    WeekType.UPPER: phrase("In upper weeks"),
    WeekType.LOWER: phrase("In lower weeks"),
}
WEEKDAYS = (
    *(phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday"), phrase("Friday")),
    *(phrase("Saturday"), phrase("Sunday")),
)
_FIELDS = ("title", "group_id", "start_date", "start_time", "end_time", "week_type", "day_of_week", "end_date")
_MORE = ("link", "on_free_days")
_USUAL = timedelta(minutes=90)
_HALF_A_YEAR = timedelta(days=182)

Moment = Annotated[str, QueryParameter(max_length=40)]


@get("/lessons/new", policy=TEACHER)
async def show_planning(
    *,
    request: Asked,
    schedule_queries: QueriesSchedule,
    clock: KnowsTime,
    day: Moment = "",
    start: Moment = "",
    end: Moment = "",
) -> Response[str]:
    """`start`, `end`: local times that were chosen in the calendar."""
    zone = zone_of_reader(request)
    now = clock().astimezone(zone)
    begins = _moment(start, zone) or datetime.combine(
        day_of(day or start[:10], now.date()), (now + timedelta(hours=1)).time().replace(minute=0, second=0)
    )
    ends = _moment(end, zone) or begins + _USUAL
    given = {
        **dict.fromkeys((*_FIELDS, *_MORE), ""),
        "start_date": begins.date().isoformat(),
        "start_time": f"{begins:%H:%M}",
        "end_time": f"{ends:%H:%M}",
        "day_of_week": str(begins.weekday()),
        "end_date": (begins.date() + _HALF_A_YEAR).isoformat(),
    }
    values = await _values(request, schedule_queries, given)
    return page(request, _name(request), {**values, **CLEAN})


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """None for a day without a time, too."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return (moment.astimezone(zone) if moment.tzinfo else moment) if len(text) > len("2026-11-30") else None


def _name(request: Asked) -> str:
    return "schedule/planning#planning" if is_part(request) else "schedule/planning"


async def _values(request: Asked, schedule_queries: ScheduleQueries, given: dict[str, str]) -> dict[str, Any]:
    groups = await own_groups(schedule_queries, viewer_of(request))
    return {"groups": groups, "given": given, "week_types": WEEK_TYPES, "weekdays": WEEKDAYS, "overlaps": False}


@post("/lessons", policy=TEACHER, status_code=HTTPStatus.OK)
async def plan_lesson(
    *,
    request: Asked,
    data: Form,
    edit_lessons: EditsLessons,
    edit_recurring_lessons: EditsRules,
    schedule_queries: QueriesSchedule,
) -> Response[Any]:
    """One lesson; with a kind of week a rule."""
    viewer, zone = viewer_of(request), zone_of_reader(request)
    try:
        if text_of(data, "week_type"):
            rule = await edit_recurring_lessons.add(viewer, rule_of(data, zone))
            return led_away(request, f"{PREFIX}/rules/{rule.id}")
        form = lesson_of(data)
        start, end = form.span(zone)
        lesson = await edit_lessons.add(
            viewer,
            group_id=form.group_id,
            title=form.title,
            start_time=start,
            end_time=end,
            allow_overlap=text_of(data, "allow_overlap") == "true",
            link=form.link,
        )
    except (*Refusals, GroupNotFound) as error:
        return await _again(request, schedule_queries, data, error)
    if not is_part(request):
        return led_to(f"{PREFIX}/lessons/{lesson.id}")
    return await lesson_page(request, shown(lesson, viewer, zone), headers=CHANGED)


async def _again(request: Asked, schedule_queries: ScheduleQueries, data: Form, error: AtgError) -> Response[str]:
    values = await _values(request, schedule_queries, as_given(data, *_FIELDS, *_MORE))
    values |= {"overlaps": isinstance(error, LessonOverlap), "back": f"{PREFIX}/lessons/new"}
    return form_again(request, _name(request), values, error)


HANDLERS: Sequence[BaseRouteHandler] = (show_planning, plan_lesson)
