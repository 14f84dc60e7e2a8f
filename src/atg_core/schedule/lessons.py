"""Single lessons (spec: schedule, Groups and lessons)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.opening import Open
from atg_core.schedule.model import Lesson, LessonStatus, Viewer, require_span
from atg_core.schedule.ports import LessonLive, LessonStarted, Timetable

_PLANS = {"start_time", "end_time", "status", "group_id"}
_PLANNED = {LessonStatus.PLANNED, LessonStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditLessons:
    """Lessons of own groups; of administrators, of all.

    Raises LessonNotFound, GroupNotFound where they are another's.
    """

    open: Open[Timetable]
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
    ) -> Lesson:
        """Raises Invalid for a lesson without length, LessonOverlap."""
        require_span(start_time, end_time)
        async with self.open() as store:
            group = await store.group(group_id, viewer.owner)
            values = {
                "group_id": group.id,
                "teacher_id": group.teacher_id,
                "title": title,
                "start_time": start_time,
                "end_time": end_time,
            }
            return await store.add_lesson(values, allow_overlap=allow_overlap, now=self.clock())

    async def change(
        self, viewer: Viewer, lesson_id: int, values: Mapping[str, Any], *, allow_overlap: bool = False
    ) -> Lesson:
        """When and for whom a lesson is may change until it is started, and whether it is cancelled.

        Raises Invalid, LessonStarted, LessonOverlap.
        """
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, viewer.owner)
            changed = {name: value for name, value in values.items() if getattr(lesson, name) != value}
            if changed.keys() & _PLANS and lesson.status not in _PLANNED:
                raise LessonStarted
            if "status" in changed and changed["status"] not in _PLANNED:
                raise Invalid("a lesson is planned or cancelled here", field="status")
            require_span(changed.get("start_time", lesson.start_time), changed.get("end_time", lesson.end_time))
            if "group_id" in changed:
                changed["teacher_id"] = (await store.group(changed["group_id"], viewer.owner)).teacher_id
            if not changed:
                return lesson
            return await store.change_lesson(lesson_id, changed, allow_overlap=allow_overlap, now=self.clock())

    async def delete(self, viewer: Viewer, lesson_id: int) -> None:
        """Raises LessonLive, LessonHasRecords."""
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, viewer.owner)
            if lesson.status is LessonStatus.LIVE:
                raise LessonLive
            await store.delete_lesson(lesson_id)
