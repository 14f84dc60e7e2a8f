"""Groups: a teacher and who is taught (spec: schedule, Groups and lessons)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from atg_core.clock import Clock
from atg_core.opening import Open
from atg_core.schedule.model import Group, Viewer
from atg_core.schedule.ports import StudentNotInGroup, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class EditGroups:
    """Teachers have their own groups; administrators have all, and may make them for a teacher.

    Raises GroupNotFound where a group is another's.
    """

    open: Open[Timetable]
    clock: Clock

    async def add(self, viewer: Viewer, name: str, teacher_id: UUID | None = None) -> Group:
        """Raises TeacherUnknown, GroupNameTaken. For others than administrators the teacher is who asks."""
        async with self.open() as store:
            return await store.add_group(name, (viewer.is_admin and teacher_id) or viewer.id, self.clock())

    async def change(self, viewer: Viewer, group_id: int, values: Mapping[str, Any]) -> Group:
        """Raises TeacherUnknown, GroupNameTaken. Only administrators hand a group to another teacher."""
        allowed = {name: value for name, value in values.items() if viewer.is_admin or name != "teacher_id"}
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            return await store.change_group(group_id, allowed, self.clock())

    async def delete(self, viewer: Viewer, group_id: int) -> None:
        """Raises GroupWasTaught."""
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            await store.delete_group(group_id)

    async def add_students(self, viewer: Viewer, group_id: int, ids: Collection[UUID], emails: Collection[str]) -> None:
        """Raises StudentUnknown, and then nobody is added."""
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            students = await store.students_of(ids, {email.lower() for email in emails})
            await store.add_students(group_id, students)

    async def remove_student(self, viewer: Viewer, group_id: int, student_id: UUID) -> None:
        """Raises StudentNotInGroup."""
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            if not await store.remove_student(group_id, student_id):
                raise StudentNotInGroup
