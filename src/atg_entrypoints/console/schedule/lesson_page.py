"""The page of a lesson, or of an occurrence that is none yet; its details are a dialog of the calendar as well."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response

from atg_core.errors import AtgError, ChangedMeanwhile
from atg_core.gradebook.model import Viewer as GradebookViewer
from atg_core.schedule.model import Group, Lesson, LessonStatus, Student, Viewer
from atg_core.schedule.ports import GroupNotFound, LessonOverlap
from atg_entrypoints.console.dates import long_day
from atg_entrypoints.console.forms import CLEAN, form_again
from atg_entrypoints.console.pages import is_part, language_for, message_of, page
from atg_entrypoints.console.schedule.asked import Asked
from atg_entrypoints.console.schedule.attendance_sheet import AttendanceSheet
from atg_entrypoints.console.schedule.shown import ShownLesson, own_groups, shown
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.time_zone import zone_of_reader

_MOST_RECORDINGS = 100


async def lesson_page(
    request: Asked,
    lesson: ShownLesson,
    *,
    given: Mapping[str, str] | None = None,
    error: AtgError | None = None,
    sheet: AttendanceSheet | None = None,
    is_about_marks: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """`given`: what the form to move it was sent with. `error`: why what was asked for was refused.

    `sheet`: attendance as it was sent, where it was refused. `is_about_marks`: attendance was sent.
    """
    part = "attendance" if is_about_marks else "details"
    name = f"schedule/lesson#{part}" if is_part(request) else "schedule/lesson"
    values = {**await live_values(request, lesson), **await _values(request, lesson, sheet)}
    values["given"] = given or _given(lesson)
    values["overlaps"] = isinstance(error, LessonOverlap)
    values["there"] = _there(request, error)
    values["marks_told"] = message_of(request, error) if error and is_about_marks else None
    values["is_swapped"] = is_about_marks and is_part(request)
    values["are_marked"] = is_about_marks and not error
    values["running"] = error.beside.get("lesson_id") if error else None
    if error:
        return form_again(request, name, {**values, "back": lesson.address}, error)
    return page(request, name, {**values, **CLEAN}, headers=headers)


async def live_values(request: Asked, lesson: ShownLesson) -> dict[str, Any]:
    """What the part of a page about starting and joining shows."""
    container = request.app.state["container"]
    settings, now = container.settings(), container.clock()()
    is_served = "conferencing" in settings.contexts
    can_start = is_served and lesson.is_mine and not lesson.is_live and lesson.is_startable(now, settings.start_early)
    pool = await container.conferencing_queries().pool_state(now) if can_start else None
    return {
        "lesson": lesson,
        "can_start": can_start,
        "pool": pool,
        "place_free_at": pool.free_at.astimezone(zone_of_reader(request)) if pool and pool.free_at else None,
        "opens_at": lesson.start - settings.start_early if now < lesson.start - settings.start_early else None,
        "is_over": now >= lesson.end,
        "is_live_served": is_served,
        **CLEAN,
    }


async def _values(request: Asked, lesson: ShownLesson, sheet: AttendanceSheet | None) -> dict[str, Any]:
    container = request.app.state["container"]
    contexts, viewer = container.settings().contexts, viewer_of(request)
    group, students = await _group(container, viewer, lesson.group_id)
    recordings: list[Any] = []
    urls: Mapping[str, str] = {}
    if lesson.lesson_id and "conferencing" in contexts:
        queries = container.conferencing_queries()
        recordings, _ = await queries.recordings(lesson.lesson_id, limit=_MOST_RECORDINGS, offset=0)
        keys = [each.storage_key for each in recordings if each.storage_key]
        urls = await container.sign_urls()(request.user, keys) if keys else {}
    if sheet is None and _is_marked(lesson, contexts):
        sheet = await _sheet(container, viewer, lesson, students)
    return {
        "day_name": long_day(lesson.start.date(), language_for(request)),
        "group": group,
        "groups": await own_groups(container.schedule_queries(), viewer) if lesson.may_change else {},
        "recordings": [(each, each.url or urls.get(each.storage_key or "")) for each in recordings],
        "sheet": sheet,
    }


async def attendance_sheet(request: Asked, lesson: ShownLesson) -> AttendanceSheet:
    """As it is now."""
    container, viewer = request.app.state["container"], viewer_of(request)
    _, students = await _group(container, viewer, lesson.group_id)
    return await _sheet(container, viewer, lesson, students)


async def _sheet(container: Any, viewer: Viewer, lesson: ShownLesson, students: Sequence[Student]) -> AttendanceSheet:
    marked = await container.attendance_queries().attendance(
        GradebookViewer(id=viewer.id, is_admin=viewer.is_admin), lesson.lesson_id
    )
    return AttendanceSheet.of({each.id: each.full_name or each.username for each in students}, marked)


def _is_marked(lesson: ShownLesson, contexts: Sequence[str]) -> bool:
    is_held = lesson.lesson_id is not None and lesson.status is not LessonStatus.CANCELLED
    return is_held and lesson.may_change and "gradebook" in contexts


async def _group(container: Any, viewer: Viewer, group_id: int) -> tuple[Group | None, list[Student]]:
    """None where a group was handed over to another teacher."""
    try:
        found: tuple[Group, list[Student]] = await container.schedule_queries().group(viewer, group_id)
    except GroupNotFound:
        return None, []
    return found


def _given(lesson: ShownLesson) -> dict[str, str]:
    return {
        "title": lesson.title,
        "group_id": str(lesson.group_id),
        "start_date": lesson.start.date().isoformat(),
        "start_time": f"{lesson.start:%H:%M}",
        "end_time": f"{lesson.end:%H:%M}",
        "link": lesson.link or "",
        "was": lesson.was,
    }


def _there(request: Asked, error: AtgError | None) -> ShownLesson | None:
    """The lesson as somebody else has made it meanwhile."""
    if isinstance(error, ChangedMeanwhile) and isinstance(error.current, Lesson):
        return shown(error.current, viewer_of(request), zone_of_reader(request))
    return None
