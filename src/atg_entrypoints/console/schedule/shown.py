"""A lesson, or an occurrence of a rule that is none yet, as pages show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from atg_core.schedule.free_days import free_for
from atg_core.schedule.model import FreeDays, Lesson, LessonStatus, Occurrence, Viewer
from atg_core.schedule.ports import ScheduleQueries
from atg_core.words import phrase
from atg_entrypoints.console.sessions import PREFIX

_ALL_GROUPS = 10_000
STATUSES: Mapping[LessonStatus, str] = {
    LessonStatus.PLANNED: phrase("Planned"),
    LessonStatus.LIVE: phrase("Live now"),
    LessonStatus.ENDED: phrase("Ended"),
    LessonStatus.CANCELLED: phrase("Cancelled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLesson:
    """`start`, `end`: local times. `was`: what a change is sent with. `is_mine`: the viewer gives it; `may_change`:
    an administrator may as well. `free_day`: the name of the free days that it was planned for, or is left out for.
    `link`: the room of the teacher's own, seen by who may change it.
    """

    address: str
    title: str
    group_id: int
    teacher_id: UUID
    start: datetime
    end: datetime
    status: LessonStatus
    was: str
    lesson_id: int | None
    rule_id: int | None
    is_mine: bool
    may_change: bool
    start_url: str | None = None
    join_url: str | None = None
    is_exception: bool = False
    free_day: str | None = None
    link: str | None = None

    @property
    def label(self) -> str:
        return STATUSES[self.status]

    @property
    def is_live(self) -> bool:
        return self.status is LessonStatus.LIVE

    @property
    def ends_later(self) -> bool:
        """On another day than it begins."""
        return self.end.date() != self.start.date()

    def is_startable(self, now: datetime, early: timedelta) -> bool:
        """From shortly before its start until its end; one that ended early may be started again."""
        return self.status is not LessonStatus.CANCELLED and self.start - early <= now < self.end


def shown(
    event: Lesson | Occurrence, viewer: Viewer, zone: ZoneInfo, free_days: Sequence[FreeDays] = ()
) -> ShownLesson:
    if isinstance(event, Lesson):
        return _of_lesson(event, viewer, zone, free_for(event, free_days, zone))
    return of_occurrence(event, viewer, zone)


def _of_lesson(lesson: Lesson, viewer: Viewer, zone: ZoneInfo, free: FreeDays | None) -> ShownLesson:
    is_mine = lesson.teacher_id == viewer.id
    return ShownLesson(
        address=f"{PREFIX}/lessons/{lesson.id}",
        title=lesson.title,
        group_id=lesson.group_id,
        teacher_id=lesson.teacher_id,
        start=lesson.start_time.astimezone(zone),
        end=lesson.end_time.astimezone(zone),
        status=lesson.status,
        was=lesson.updated_at.isoformat(),
        lesson_id=lesson.id,
        rule_id=lesson.recurring_lesson_id,
        is_mine=is_mine,
        may_change=is_mine or viewer.is_admin,
        start_url=lesson.zoom_start_url if is_mine else None,
        join_url=lesson.zoom_join_url,
        free_day=free.name if free else None,
        link=lesson.link if is_mine or viewer.is_admin else None,
    )


def of_occurrence(
    occurrence: Occurrence, viewer: Viewer, zone: ZoneInfo, status: LessonStatus = LessonStatus.PLANNED
) -> ShownLesson:
    rule = occurrence.rule
    is_mine = rule.teacher_id == viewer.id
    return ShownLesson(
        address=day_address(rule.id, occurrence.date),
        title=rule.title,
        group_id=rule.group_id,
        teacher_id=rule.teacher_id,
        start=occurrence.start.astimezone(zone),
        end=occurrence.end.astimezone(zone),
        status=status,
        link=rule.link if is_mine or viewer.is_admin else None,
        free_day=free.name if (free := rule.free_on(occurrence.date)) else None,
        was=occurrence.start.isoformat() if status is LessonStatus.PLANNED else "",
        lesson_id=None,
        rule_id=rule.id,
        is_mine=is_mine,
        may_change=is_mine or viewer.is_admin,
        is_exception=any(each.date == occurrence.date for each in rule.exceptions),
    )


def day_address(rule_id: int, day: date) -> str:
    return f"{PREFIX}/rules/{rule_id}/days/{day.isoformat()}"


def by_day(lessons: Iterable[ShownLesson], first: date) -> list[tuple[date, list[ShownLesson]]]:
    """In the order of their starts; what has begun before the first day stands on that one."""
    return [(day, list(those)) for day, those in groupby(lessons, lambda each: max(each.start.date(), first))]


async def group_names(schedule_queries: ScheduleQueries, viewer: Viewer) -> dict[int, str]:
    """Of the groups that the viewer teaches or is in, by id."""
    groups, _ = await schedule_queries.groups(viewer, limit=_ALL_GROUPS, offset=0)
    return {group.id: group.name for group in groups}


async def own_groups(schedule_queries: ScheduleQueries, viewer: Viewer) -> dict[int, str]:
    """Of the groups for which the viewer may plan, by id."""
    groups, _ = await schedule_queries.groups(viewer, limit=_ALL_GROUPS, offset=0)
    return {group.id: group.name for group in groups if viewer.owner in {None, group.teacher_id}}
