"""Groups: a teacher and the students (spec: schedule, Groups and lessons)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.schedule.model import Group, Viewer
from atg_core.schedule.ports import Groups, StudentNotInGroup
from atg_core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EditGroups:
    """A teacher edits their own groups; administrators all, also on behalf of a teacher.

    Raises GroupNotFound, also for another teacher's group.
    """

    open: UnitOfWork[Groups]
    clock: Clock

    async def add(self, viewer: Viewer, name: str, teacher_id: UUID | None = None) -> Group:
        """Raises TeacherUnknown, GroupNameTaken. `teacher_id` is ignored unless the viewer is an administrator."""
        async with self.open() as store:
            return await store.add_group(name, (viewer.is_admin and teacher_id) or viewer.id, self.clock())

    async def change(self, viewer: Viewer, group_id: int, values: Mapping[str, Any]) -> Group:
        """Raises TeacherUnknown, GroupNameTaken. Only administrators change the teacher.

        The other teacher takes over what belongs to the group: rules, planned lessons, homework and control points.
        Lessons that were held stay with who held them. Raises LessonOverlap if the other teacher is not free.
        """
        allowed = {name: value for name, value in values.items() if viewer.is_admin or name != "teacher_id"}
        async with self.open() as store:
            group = await store.group(group_id, viewer.owner)
            if allowed.get("teacher_id") == group.teacher_id:
                del allowed["teacher_id"]
            return await store.change_group(group_id, allowed, self.clock())

    async def delete(self, viewer: Viewer, group_id: int) -> None:
        """Raises GroupWasTaught."""
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            await store.delete_group(group_id)

    async def remove_student(self, viewer: Viewer, group_id: int, student_id: UUID) -> None:
        """Raises StudentNotInGroup."""
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            if not await store.remove_student(group_id, student_id):
                raise StudentNotInGroup
