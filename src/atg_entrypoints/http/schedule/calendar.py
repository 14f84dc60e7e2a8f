"""The calendar and its feed over HTTP (spec: schedule, Groups and lessons)."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.errors import Invalid
from atg_core.identity.model import Caller
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.calendar_feed import IssueCalendarToken, ShowCalendarFeed
from atg_core.schedule.ports import CalendarNotFound
from atg_entrypoints.http.openapi import WINDOW_BOUND
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN
from atg_entrypoints.http.schedule.calendar_wire import CalendarEvent, CalendarToken, FreeDaysEvent
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader
from atg_entrypoints.http.wire import window_bound
from atg_entrypoints.settings import Settings
from atg_entrypoints.value_faults import absent

_TAGS = ["calendar"]

CallOf = Request[Caller, Any, Any]
WindowBound = Annotated[str | None, QueryParameter(max_length=40, schema_extra=WINDOW_BOUND)]


@get(
    "/schedule/calendar",
    no_store=True,
    policy=SIGNED_IN,
    tags=_TAGS,
    summary="What is on, for FullCalendar",
    also={400},
    needs={"start", "end"},
)
async def show_calendar_window(
    request: CallOf,
    show_calendar: NamedDependency[SkipValidation[ShowCalendar]],
    start: WindowBound = None,
    end: WindowBound = None,
) -> list[CalendarEvent | FreeDaysEvent]:
    """At most 370 days. Without an offset `start` and `end` are in the caller's time zone.

    Free days are events behind the others.
    """
    zone = zone_of_reader(request)
    if missing := absent(start=start, end=end):
        raise Invalid(faults=missing)
    window = window_bound(start, "start", zone), window_bound(end, "end", zone)
    return CalendarEvent.all_of(await show_calendar.view(viewer_of(request), *window), zone)


@post(
    "/schedule/calendar/token",
    policy=SIGNED_IN,
    idempotency_key=False,
    tags=_TAGS,
    summary="A new token for the calendar's feed",
)
async def issue_token(
    request: CallOf,
    issue_calendar_token: NamedDependency[SkipValidation[IssueCalendarToken]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> CalendarToken:
    """The former token is invalid from now on."""
    token = await issue_calendar_token(request.user.id)
    return CalendarToken(token=token, url=f"{settings.base_url}/schedule/calendar.ics?token={token}")


@get("/schedule/calendar.ics", policy=PUBLIC, tags=_TAGS, summary="The calendar's feed", also={400, 404})
async def show_feed_of_token(
    show_calendar_feed: NamedDependency[SkipValidation[ShowCalendarFeed]],
    token: Annotated[str | None, QueryParameter(name="token", max_length=100)] = None,
) -> Response[bytes]:
    """iCalendar (RFC 5545), by bearer token; changes only when the calendar does."""
    if token is None:
        raise CalendarNotFound
    return Response(
        await show_calendar_feed(token),
        media_type="text/calendar",
        headers={"Content-Disposition": 'inline; filename="calendar.ics"', "Cache-Control": "private, no-cache"},
    )


HANDLERS: Sequence[BaseRouteHandler] = (
    show_calendar_window,
    issue_token,
    show_feed_of_token,
)
