"""Marking attendance (spec: homework-gradebook, Gradebook)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import MOST_FAULTS, ChangedMeanwhile, Fault, Faults, Invalid
from atg_core.gradebook.model import AttendanceStatus, Viewer
from atg_core.gradebook.ports import AttendanceInput, AttendanceStore, LessonCancelled
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAttendance:
    """Saves the marks of any number of students of a lesson, all or none; the marks of the others stay.

    Allowed to the teacher of the lesson, the teacher of the group and administrators. Raises LessonNotFound,
    LessonCancelled, Invalid for students outside the group and for a student who is named twice, and ChangedMeanwhile
    where a mark is no more what it was to the caller.
    """

    open: UnitOfWork[AttendanceStore]
    clock: Clock

    async def __call__(self, viewer: Viewer, lesson_id: int, marks: Sequence[AttendanceInput]) -> None:
        async with self.open() as store:
            lesson = await store.lock_lesson(lesson_id, viewer.owner)
            if lesson.is_cancelled:
                raise LessonCancelled
            allowed = await store.markable(lesson, [mark.student_id for mark in marks])
            seen, faults = set(), Faults()
            for index, mark in enumerate(marks):
                with faults:
                    if mark.student_id not in allowed:
                        raise Invalid("is not in the group", field=f"[{index}].student_id", code="not_in_group")
                    if mark.student_id in seen:
                        raise Invalid("is named twice", field=f"[{index}].student_id", code="named_twice")
                    seen.add(mark.student_id)
            faults.raise_any()
            if conditional := [mark.student_id for mark in marks if mark.is_conditional]:
                _require_unchanged(marks, await store.marks(lesson_id, conditional))
            await store.save(lesson_id, marks, viewer.id, self.clock())


def _require_unchanged(marks: Sequence[AttendanceInput], present: Mapping[UUID, AttendanceStatus]) -> None:
    """Raises ChangedMeanwhile, which names each mark that was late."""
    late = [
        (index, mark.student_id, present.get(mark.student_id))
        for index, mark in enumerate(marks)
        if mark.is_conditional and present.get(mark.student_id) != mark.was
    ]
    if late:
        template = phrase("was changed meanwhile")
        faults = [Fault(f"[{index}].was", template, ChangedMeanwhile.code) for index, _, _ in late[:MOST_FAULTS]]
        raise ChangedMeanwhile([{"student_id": student, "value": value} for _, student, value in late], faults)
