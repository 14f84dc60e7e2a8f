"""Teachers mark who took part in a lesson (spec: homework-gradebook, attendance)."""

from collections.abc import Sequence
from dataclasses import dataclass

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.gradebook.model import Viewer
from atg_core.gradebook.ports import LessonCancelled, Mark, Register
from atg_core.opening import Open


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAttendance:
    """Any number of students in one call, all or none; who is not named keeps their mark.

    Who gives the lesson may, and who teaches the group. Raises LessonNotFound, LessonCancelled, Invalid.
    """

    open: Open[Register]
    clock: Clock

    async def __call__(self, viewer: Viewer, lesson_id: int, marks: Sequence[Mark]) -> None:
        async with self.open() as store:
            lesson = await store.lesson(lesson_id, viewer.owner)
            if lesson.is_cancelled:
                raise LessonCancelled
            known = await store.known(lesson, [mark.student_id for mark in marks])
            seen = set()
            for place, mark in enumerate(marks):
                if mark.student_id not in known:
                    raise Invalid("is not in the group", field=f"[{place}].student_id")
                if mark.student_id in seen:
                    raise Invalid("is named twice", field=f"[{place}].student_id")
                seen.add(mark.student_id)
            await store.mark(lesson_id, marks, self.clock())
