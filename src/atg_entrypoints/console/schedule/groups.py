"""The groups that one teaches and is in, a search over groups and students, and making a group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.model import Lesson, Occurrence
from atg_core.schedule.ports import ScheduleQueries
from atg_core.schedule.students import StudentQueries
from atg_core.words import phrase
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, line_of
from atg_entrypoints.console.pages import led_to, page
from atg_entrypoints.console.waiting_invitations import waiting_invitations
from atg_entrypoints.http.policy import SIGNED_IN, TEACHER
from atg_entrypoints.http.schedule.groups_wire import GroupCreation
from atg_entrypoints.http.schedule.viewer import viewer_of
from atg_entrypoints.http.wire import NO_NUL, Paging

GROUPS = "/app/groups"
_PAGE = "schedule/groups"
_AHEAD, _MOST_LESSONS, _MOST_STUDENTS = timedelta(days=14), 3, 20
_DONE = {
    "deleted": phrase("The group is deleted"),
    "declined": phrase("The invitation is declined"),
    "late": phrase("This invitation was answered or taken back already, or it is too old"),
}

Asked = Request[Caller, AccessClaims, Any]
Reads = NamedDependency[SkipValidation[ScheduleQueries]]
Calendar = NamedDependency[SkipValidation[ShowCalendar]]
Now = NamedDependency[SkipValidation[Clock]]
Pages = NamedDependency[SkipValidation[Paging]]
Students = NamedDependency[SkipValidation[StudentQueries]]
Edits = NamedDependency[SkipValidation[EditGroups]]
WordsQuery = Annotated[str, QueryParameter(name="q", max_length=200, pattern=NO_NUL)]
DoneQuery = Annotated[str, QueryParameter(max_length=20)]


class NextLesson(NamedTuple):
    """A lesson or an occurrence; `lesson_id`: None for an occurrence."""

    title: str
    at: Any
    lesson_id: int | None
    is_live: bool


def next_lesson(event: Lesson | Occurrence) -> tuple[int, NextLesson]:
    """With the id of its group."""
    if isinstance(event, Occurrence):
        return event.rule.group_id, NextLesson(event.rule.title, event.start, None, is_live=False)
    return event.group_id, NextLesson(event.title, event.start_time, event.id, is_live=event.status == "live")


async def lessons_ahead(request: Asked, show_calendar: ShowCalendar, clock: Clock) -> Mapping[int, list[NextLesson]]:
    """The next lessons of the caller's groups in two weeks, by group. Administrators have none of their own."""
    found: defaultdict[int, list[NextLesson]] = defaultdict(list)
    if request.user.role is Role.ADMIN:
        return found
    now = clock()
    for event in await show_calendar(viewer_of(request), now, now + _AHEAD):
        group, lesson = next_lesson(event)
        if len(found[group]) < _MOST_LESSONS:
            found[group].append(lesson)
    return found


def may_teach(caller: Caller) -> bool:
    return caller.role in {Role.TEACHER, Role.ADMIN}


@get("/groups", policy=SIGNED_IN)
async def show_groups(
    *,
    request: Asked,
    schedule_queries: Reads,
    student_queries: Students,
    show_calendar: Calendar,
    clock: Now,
    paging: Pages,
    q: WordsQuery = "",
    done: DoneQuery = "",
) -> Response[str]:
    """`q`: finds groups and, for who teaches, students."""
    lessons = await lessons_ahead(request, show_calendar, clock)
    values = await _values(request, schedule_queries, lessons, paging, q.strip())
    if q.strip() and may_teach(request.user):
        found, total = await student_queries.students(viewer_of(request), q, limit=_MOST_STUDENTS, offset=0)
        values |= {"students": found, "students_total": total}
    return page(request, _PAGE, {**values, **CLEAN, "done": _DONE.get(done), "name": ""})


async def _values(
    request: Asked, queries: ScheduleQueries, lessons: Mapping[int, list[NextLesson]], paging: Paging, words: str
) -> dict[str, Any]:
    groups, total = await queries.groups(viewer_of(request), words, limit=paging.size, offset=paging.offset)
    return {
        "found": paging.of(groups, total),
        "lessons": lessons,
        "invitations": await waiting_invitations(request),
        "q": words,
        "students": [],
        "students_total": 0,
        "may_teach": may_teach(request.user),
        "shows_students": "gradebook" in request.app.state["container"].settings().contexts,
        "done": None,
        "back": GROUPS,
    }


@post("/groups", policy=TEACHER, status_code=HTTPStatus.OK)
async def make_group(
    *,
    request: Asked,
    data: Form,
    edit_groups: Edits,
    schedule_queries: Reads,
    show_calendar: Calendar,
    clock: Now,
    paging: Pages,
) -> Response[Any]:
    name = line_of(data, "name") or ""
    try:
        given = checked(GroupCreation, {"name": name})
        made = await edit_groups.add(viewer_of(request), given.name)
    except Refusals as error:
        lessons = await lessons_ahead(request, show_calendar, clock)
        values = await _values(request, schedule_queries, lessons, paging, "")
        return form_again(request, _PAGE, {**values, "name": name}, error)
    return led_to(f"{GROUPS}/{made.id}?done=made")


HANDLERS: Sequence[BaseRouteHandler] = (show_groups, make_group)
