"""Single lessons (spec: schedule, Groups and lessons)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from atg_core.clock import Clock, is_version, next_version
from atg_core.errors import ChangedMeanwhile, Invalid
from atg_core.events import Event, EventKind, EventPublisher
from atg_core.links import checked_link
from atg_core.notifier import NewNotice, NoticeKind, Notifier
from atg_core.schedule.model import Lesson, LessonStatus, Viewer, require_span
from atg_core.schedule.ports import LessonLive, Lessons, LessonStarted
from atg_core.unit_of_work import UnitOfWork

_FIXED_ONCE_STARTED = {"start_time", "end_time", "status", "group_id", "link"}
_NOT_STARTED = {LessonStatus.PLANNED, LessonStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLessons:
    """A teacher edits lessons of their own groups; administrators all.

    Raises LessonNotFound and GroupNotFound, also for those of another teacher.
    """

    open: UnitOfWork[Lessons]
    events: EventPublisher
    notifier: Notifier
    longest_lesson: timedelta
    clock: Clock

    async def add(
        self,
        viewer: Viewer,
        *,
        group_id: int,
        title: str,
        start_time: datetime,
        end_time: datetime,
        allow_overlap: bool = False,
        link: str | None = None,
    ) -> Lesson:
        """`link`: the teacher's own room. Raises Invalid for an end before the start, LessonOverlap."""
        link = checked_link(link)
        require_span(start_time, end_time, self.longest_lesson)
        async with self.open() as store:
            group = await store.group(group_id, viewer.owner)
            values = {
                "group_id": group.id,
                "teacher_id": group.teacher_id,
                "title": title,
                "start_time": start_time,
                "end_time": end_time,
                "link": link,
            }
            lesson = await store.add_lesson(values, allow_overlap=allow_overlap, now=self.clock())
            await self._tell(lesson)
            return lesson

    async def change(
        self,
        viewer: Viewer,
        lesson_id: int,
        values: Mapping[str, Any],
        *,
        allow_overlap: bool = False,
        was: datetime | None = None,
    ) -> Lesson:
        """Times, group, link and status may change only until the lesson is started.

        `was`: when the lesson was last changed, as far as the caller knows; None: however it is now. Raises Invalid,
        LessonStarted, LessonOverlap, ChangedMeanwhile with the lesson as it is.
        """
        if "link" in values:
            values = {**values, "link": checked_link(values["link"])}
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, viewer.owner)
            if was and not is_version(was, lesson.updated_at):
                raise ChangedMeanwhile(lesson)
            changed = {name: value for name, value in values.items() if getattr(lesson, name) != value}
            if changed.keys() & _FIXED_ONCE_STARTED and lesson.status not in _NOT_STARTED:
                raise LessonStarted
            if "status" in changed and changed["status"] not in _NOT_STARTED:
                raise Invalid(
                    "must be one of: {allowed}", field="status", code="one_of", allowed=["planned", "cancelled"]
                )
            if changed.keys() & {"start_time", "end_time"}:
                start, end = changed.get("start_time", lesson.start_time), changed.get("end_time", lesson.end_time)
                require_span(start, end, self.longest_lesson)
            if "group_id" in changed:
                changed["teacher_id"] = (await store.group(changed["group_id"], viewer.owner)).teacher_id
            if not changed:
                return lesson
            now = next_version(lesson.updated_at, self.clock())
            after = await store.change_lesson(lesson_id, changed, allow_overlap=allow_overlap, now=now)
            for each in [lesson, after] if "group_id" in changed else [after]:
                await self._tell(each)
            if told := _told_of_change(lesson, after, now):
                await self.notifier.tell(told)
            return after

    async def delete(self, viewer: Viewer, lesson_id: int) -> None:
        """Raises LessonLive, LessonHasRecords."""
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, viewer.owner)
            if lesson.status is LessonStatus.LIVE:
                raise LessonLive
            await store.delete_lesson(lesson_id)
            await self._tell(lesson)
            now = self.clock()
            if lesson.status is LessonStatus.PLANNED and lesson.start_time > now:
                await self.notifier.tell(_cancelled(lesson, now))

    async def _tell(self, lesson: Lesson) -> None:
        changed = Event(kind=EventKind.LESSON_CHANGED, subject_id=lesson.id)
        await self.events.publish(changed, user_ids=[lesson.teacher_id], group_id=lesson.group_id)


def _told_of_change(before: Lesson, after: Lesson, now: datetime) -> NewNotice | None:
    """What students hear of: where they would else come in vain, or not come."""
    if max(before.start_time, after.start_time) <= now:
        return None
    was_planned, is_planned = (each.status is LessonStatus.PLANNED for each in (before, after))
    if was_planned and (not is_planned or after.group_id != before.group_id):
        return _cancelled(before, now)
    start = {"start_at": after.start_time}
    if is_planned and not was_planned:
        return _notice(NoticeKind.LESSON_RESTORED, after, now, start)
    if is_planned and after.start_time != before.start_time:
        return _notice(NoticeKind.LESSON_MOVED, after, now, {**start, "before_at": before.start_time})
    return None


def _cancelled(lesson: Lesson, now: datetime) -> NewNotice:
    return _notice(NoticeKind.LESSON_CANCELLED, lesson, now, {"start_at": lesson.start_time})


def _notice(kind: NoticeKind, lesson: Lesson, now: datetime, details: Mapping[str, datetime]) -> NewNotice:
    return NewNotice(
        kind=kind,
        subject=f"lesson:{lesson.id}",
        occasion=now,
        title=lesson.title,
        details=details,
        group_id=lesson.group_id,
    )
