"""JSON of attendance."""

from uuid import UUID

from msgspec import Struct

from atg_core.gradebook.model import AttendanceStatus
from atg_core.gradebook.ports import AttendanceInput
from atg_entrypoints.http.wire import Instant


class AttendanceMark(Struct, frozen=True, kw_only=True):
    """`status`: null removes the mark."""

    student_id: UUID
    status: AttendanceStatus | None

    def to_input(self) -> AttendanceInput:
        return AttendanceInput(student_id=self.student_id, status=self.status)


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
