"""JSON of attendance."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from atg_core.gradebook.model import AttendanceStatus
from atg_core.gradebook.ports import AttendanceInput
from atg_entrypoints.http.wire import Instant


class AttendanceMark(Struct, frozen=True, kw_only=True):
    """`status`: null removes the mark. `was`: the status before, null for none; refused if it is another by now."""

    student_id: UUID
    status: AttendanceStatus | None
    was: AttendanceStatus | None | UnsetType = UNSET

    def to_input(self) -> AttendanceInput:
        if self.was is UNSET:
            return AttendanceInput(student_id=self.student_id, status=self.status)
        return AttendanceInput(student_id=self.student_id, status=self.status, is_conditional=True, was=self.was)


class AttendanceRow(Struct, frozen=True, kw_only=True):
    lesson_id: int
    student_id: UUID
    student_name: str
    status: AttendanceStatus
    updated_at: Instant


class AttendanceChangeRow(Struct, frozen=True, kw_only=True):
    """`old_status`: null for the first mark; `new_status`: null for a removed one."""

    id: int
    lesson_id: int
    student_id: UUID
    student_name: str
    actor_id: UUID
    actor_name: str
    at: Instant
    old_status: AttendanceStatus | None
    new_status: AttendanceStatus | None
