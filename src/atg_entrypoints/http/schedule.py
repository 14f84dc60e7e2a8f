"""Groups, single lessons and the calendar (spec: schedule)."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from atg_core.identity.model import Caller
from atg_core.schedule.calendar import Calendar
from atg_core.schedule.feed import IssueCalendarToken, ShowFeed
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.model import LessonStatus
from atg_core.schedule.ports import (
    CalendarNotFound,
    GroupNotFound,
    LessonNotFound,
    Schedule,
    StudentNotInGroup,
    Wanted,
)
from atg_entrypoints.http.policy import PUBLIC, SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule_wire import (
    CalendarEvent,
    CalendarToken,
    GroupChanges,
    GroupCreation,
    GroupReply,
    GroupRow,
    PlannedLessonChanges,
    PlannedLessonCreation,
    PlannedLessonRow,
    StudentsAdded,
    viewer_of,
)
from atg_entrypoints.http.schemas import BORDER
from atg_entrypoints.http.wire import Page, Paging, border, named, serial_or, to_wire, uuid_or
from atg_entrypoints.settings import Settings

_GROUPS, _LESSONS, _CALENDAR = ["groups"], ["lessons"], ["calendar"]

Reads = NamedDependency[SkipValidation[Schedule]]
Pages = NamedDependency[SkipValidation[Paging]]
Edits = NamedDependency[SkipValidation[EditLessons]]
KeepsGroups = NamedDependency[SkipValidation[EditGroups]]
CallOf = Request[Caller, Any, Any]
Border = Annotated[str | None, QueryParameter(max_length=40, schema_extra=BORDER)]


@get("/groups", policy=SIGNED_IN, tags=_GROUPS, summary="Groups that one teaches or is in", also={400})
async def list_groups(request: CallOf, schedule: Reads, paging: Pages) -> Page[GroupRow]:
    found, total = await schedule.groups(viewer_of(request), limit=paging.size, offset=paging.offset)
    return paging.of(to_wire(found, list[GroupRow]), total)


@post("/groups", policy=TEACHER, tags=_GROUPS, summary="Make a group")
async def add_group(request: CallOf, data: JSONBody[GroupCreation], edit_groups: KeepsGroups) -> GroupRow:
    return to_wire(await edit_groups.add(viewer_of(request), data.name, data.teacher_id), GroupRow)


@get("/groups/{group_id:str}", policy=SIGNED_IN, tags=_GROUPS, summary="A group with its students")
async def show_group(request: CallOf, group_id: FromPath[str], schedule: Reads) -> GroupReply:
    return await _group(request, schedule, serial_or(GroupNotFound, group_id))


async def _group(request: CallOf, schedule: Schedule, group_id: int) -> GroupReply:
    viewer = viewer_of(request)
    group, students = await schedule.group(viewer, group_id)
    return GroupReply.of(group, students, viewer)


@put("/groups/{group_id:str}", policy=TEACHER, tags=_GROUPS, summary="Change a group", also={409})
async def change_group(
    request: CallOf, group_id: FromPath[str], data: JSONBody[GroupChanges], edit_groups: KeepsGroups
) -> GroupRow:
    changed = await edit_groups.change(viewer_of(request), serial_or(GroupNotFound, group_id), named(data))
    return to_wire(changed, GroupRow)


@delete("/groups/{group_id:str}", policy=TEACHER, tags=_GROUPS, summary="Delete a group", also={409})
async def delete_group(request: CallOf, group_id: FromPath[str], edit_groups: KeepsGroups) -> None:
    """What is planned for it goes with it; a group that has had a lesson stays."""
    await edit_groups.delete(viewer_of(request), serial_or(GroupNotFound, group_id))


@post("/groups/{group_id:str}/students", status_code=200, policy=TEACHER, tags=_GROUPS, summary="Add students")
async def add_students(
    request: CallOf,
    group_id: FromPath[str],
    data: JSONBody[StudentsAdded],
    edit_groups: KeepsGroups,
    schedule: Reads,
) -> GroupReply:
    """All of them, or nobody where one is not known."""
    key = serial_or(GroupNotFound, group_id)
    await edit_groups.add_students(viewer_of(request), key, data.student_ids, data.emails)
    return await _group(request, schedule, key)


@delete("/groups/{group_id:str}/students/{student_id:str}", policy=TEACHER, tags=_GROUPS, summary="Remove a student")
async def remove_student(
    request: CallOf, group_id: FromPath[str], student_id: FromPath[str], edit_groups: KeepsGroups
) -> None:
    key = serial_or(GroupNotFound, group_id)
    await edit_groups.remove_student(viewer_of(request), key, uuid_or(StudentNotInGroup, student_id))


@get("/schedule/lessons", policy=SIGNED_IN, tags=_LESSONS, summary="Lessons by start", also={400})
async def list_planned_lessons(
    *,
    request: CallOf,
    schedule: Reads,
    paging: Pages,
    settings: NamedDependency[SkipValidation[Settings]],
    group_id: Annotated[int | None, QueryParameter(name="group_id", ge=1, le=2**31 - 1)] = None,
    status: Annotated[LessonStatus | None, QueryParameter(name="status")] = None,
    start: Border = None,
    end: Border = None,
) -> Page[PlannedLessonRow]:
    """`start`, `end`: those that are on between these."""
    viewer = viewer_of(request)
    wanted = Wanted(
        group_id=group_id,
        status=status,
        start=border(start, "start", settings.zone) if start else None,
        end=border(end, "end", settings.zone) if end else None,
    )
    found, total = await schedule.lessons(viewer, wanted, limit=paging.size, offset=paging.offset)
    return paging.of([PlannedLessonRow.of(lesson, viewer) for lesson in found], total)


@post("/schedule/lessons", policy=TEACHER, tags=_LESSONS, summary="Plan a lesson", also={404, 409})
async def add_planned_lesson(
    request: CallOf, data: JSONBody[PlannedLessonCreation], edit_lessons: Edits
) -> PlannedLessonRow:
    viewer = viewer_of(request)
    return PlannedLessonRow.of(await edit_lessons.add(viewer, **named(data)), viewer)


@get("/schedule/lessons/{lesson_id:str}", policy=SIGNED_IN, tags=_LESSONS, summary="A lesson")
async def show_planned_lesson(request: CallOf, lesson_id: FromPath[str], schedule: Reads) -> PlannedLessonRow:
    viewer = viewer_of(request)
    return PlannedLessonRow.of(await schedule.lesson(viewer, serial_or(LessonNotFound, lesson_id)), viewer)


@put("/schedule/lessons/{lesson_id:str}", policy=TEACHER, tags=_LESSONS, summary="Change a lesson", also={409})
async def change_planned_lesson(
    request: CallOf, lesson_id: FromPath[str], data: JSONBody[PlannedLessonChanges], edit_lessons: Edits
) -> PlannedLessonRow:
    viewer, key = viewer_of(request), serial_or(LessonNotFound, lesson_id)
    changed = await edit_lessons.change(viewer, key, data.changes(), allow_overlap=data.allow_overlap)
    return PlannedLessonRow.of(changed, viewer)


@delete("/schedule/lessons/{lesson_id:str}", policy=TEACHER, tags=_LESSONS, summary="Delete a lesson", also={409})
async def delete_planned_lesson(request: CallOf, lesson_id: FromPath[str], edit_lessons: Edits) -> None:
    await edit_lessons.delete(viewer_of(request), serial_or(LessonNotFound, lesson_id))


@get(
    "/schedule/calendar",
    policy=SIGNED_IN,
    tags=_CALENDAR,
    summary="What is on, for FullCalendar",
    also={400},
    needs={"start", "end"},
)
async def show_calendar_window(
    request: CallOf,
    show_calendar: NamedDependency[SkipValidation[Calendar]],
    settings: NamedDependency[SkipValidation[Settings]],
    start: Border = None,
    end: Border = None,
) -> list[CalendarEvent]:
    """At most 370 days. Without an offset the borders are in the time zone of the service."""
    zone = settings.zone
    window = border(start, "start", zone), border(end, "end", zone)
    return [CalendarEvent.of(event, zone) for event in await show_calendar(viewer_of(request), *window)]


@post(
    "/schedule/calendar/token",
    policy=SIGNED_IN,
    repeatable=False,
    tags=_CALENDAR,
    summary="A new token for the calendar's feed",
)
async def issue_token(
    request: CallOf,
    issue_calendar_token: NamedDependency[SkipValidation[IssueCalendarToken]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> CalendarToken:
    """The one that there was is good no longer."""
    token = await issue_calendar_token(request.user.id)
    return CalendarToken(token=token, url=f"{settings.base_url}/schedule/calendar.ics?token={token}")


@get("/schedule/calendar.ics", policy=PUBLIC, tags=_CALENDAR, summary="The calendar's feed", also={400, 404})
async def show_feed_of_token(
    show_feed: NamedDependency[SkipValidation[ShowFeed]],
    token: Annotated[str | None, QueryParameter(name="token", max_length=100)] = None,
) -> Response[bytes]:
    """iCalendar (RFC 5545), for whoever has the token; it changes only when the calendar does."""
    if token is None:
        raise CalendarNotFound
    return Response(
        await show_feed(token),
        media_type="text/calendar",
        headers={"Content-Disposition": 'inline; filename="calendar.ics"', "Cache-Control": "private, no-cache"},
    )


HANDLERS: Sequence[BaseRouteHandler] = (
    list_groups,
    add_group,
    show_group,
    change_group,
    delete_group,
    add_students,
    remove_student,
    list_planned_lessons,
    add_planned_lesson,
    show_planned_lesson,
    change_planned_lesson,
    delete_planned_lesson,
    show_calendar_window,
    issue_token,
    show_feed_of_token,
)
