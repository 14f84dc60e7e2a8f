"""A person's lessons of today, and how each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from atg_core.clock import Clock
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import Lesson, LessonStatus, Occurrence, Viewer
from atg_core.schedule.ports import ScheduleQueries

_MOST_GROUPS = 500


class TodayState(StrEnum):
    """SOON: may be started already. OVERDUE: should run now, and was not started. MISSED: its time is over."""

    PLANNED = "planned"
    SOON = "soon"
    OVERDUE = "overdue"
    LIVE = "live"
    ENDED = "ended"
    MISSED = "missed"


def state_of(status: LessonStatus, start: datetime, end: datetime, now: datetime, early: timedelta) -> TodayState:
    """`early`: how long before its start a lesson may be started."""
    if status is LessonStatus.LIVE:
        return TodayState.LIVE
    if status is LessonStatus.ENDED:
        return TodayState.ENDED
    if now >= end:
        return TodayState.MISSED
    if now >= start:
        return TodayState.OVERDUE
    return TodayState.SOON if now >= start - early else TodayState.PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayLesson:
    """`lesson_id`: None for an occurrence that is no lesson yet, which `rule_id` and `day` name.

    `room`: where the viewer enters it while it is live.
    """

    lesson_id: int | None
    rule_id: int | None
    day: date | None
    group_id: int
    group_name: str
    title: str
    start: datetime
    end: datetime
    state: TodayState
    is_own: bool
    room: str | None

    @property
    def can_start(self) -> bool:
        return self.is_own and self.state in {TodayState.SOON, TodayState.OVERDUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowToday:
    """The lessons of a calendar day, by start; in at most six statements."""

    show_calendar: ShowCalendar
    schedule_queries: ScheduleQueries
    early: timedelta
    clock: Clock

    async def __call__(self, user_id: UUID, zone: tzinfo) -> Sequence[TodayLesson]:
        """`zone`: decides what today is."""
        viewer, now = Viewer(id=user_id), self.clock()
        today = now.astimezone(zone).date()
        start, end = (datetime.combine(day, time(), zone) for day in (today, today + timedelta(days=1)))
        events = await self.show_calendar(viewer, start, end)
        if not events:
            return []
        groups, _ = await self.schedule_queries.groups(viewer, limit=_MOST_GROUPS, offset=0)
        names = {group.id: group.name for group in groups}
        return [self._shown(event, names, user_id, now) for event in events]

    def _shown(self, event: Lesson | Occurrence, names: dict[int, str], user_id: UUID, now: datetime) -> TodayLesson:
        lesson = event if isinstance(event, Lesson) else None
        about = event.rule if isinstance(event, Occurrence) else event
        start, end = (event.start, event.end) if isinstance(event, Occurrence) else (event.start_time, event.end_time)
        status = lesson.status if lesson else LessonStatus.PLANNED
        is_own = about.teacher_id == user_id
        return TodayLesson(
            lesson_id=lesson.id if lesson else None,
            rule_id=None if lesson else about.id,
            day=event.date if isinstance(event, Occurrence) else None,
            group_id=about.group_id,
            group_name=names.get(about.group_id, ""),
            title=about.title,
            start=start,
            end=end,
            state=state_of(status, start, end, now, self.early),
            is_own=is_own,
            room=(lesson.zoom_start_url if is_own else lesson.zoom_join_url) if lesson else None,
        )
