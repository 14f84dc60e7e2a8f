"""The JSON of reports for who runs trainings."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.obligations import days_late
from atg_core.learning.training_reports import LateEnrollment, MatrixCell, MatrixCourse, MatrixPerson
from atg_entrypoints.http.wire import Instant, to_wire


class PersonFields(Struct, frozen=True, kw_only=True):
    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    position: str | None


class LateRow(PersonFields, frozen=True, kw_only=True):
    """`days_late`: days since the due date, each begun one counted."""

    course_id: UUID
    course: str
    status: EnrollmentStatus
    progress_percent: int
    due_at: Instant
    days_late: int

    @classmethod
    def of(cls, late: LateEnrollment, now: datetime) -> "LateRow":
        fields = {name: getattr(late, name) for name in cls.__struct_fields__ if name != "days_late"}
        return to_wire({**fields, "days_late": days_late(late.due_at, now, completed=False)}, cls)


class MatrixCellRow(Struct, frozen=True, kw_only=True):
    """`days_late`: 0 for who is not late."""

    course_id: UUID
    status: EnrollmentStatus
    progress_percent: int
    due_at: Instant | None
    days_late: int
    completed_at: Instant | None
    valid_until: Instant | None

    @classmethod
    def of(cls, course_id: UUID, cell: MatrixCell, now: datetime) -> "MatrixCellRow":
        fields = {
            name: getattr(cell, name)
            for name in ("status", "progress_percent", "due_at", "completed_at", "valid_until")
        }
        return to_wire({**fields, "course_id": course_id, "days_late": late_by(cell, now)}, cls)


class MatrixRow(PersonFields, frozen=True, kw_only=True):
    """`cells`: of the courses in which the person is enrolled, in the order of `courses`."""

    cells: list[MatrixCellRow]

    @classmethod
    def of(cls, person: MatrixPerson, courses: list[MatrixCourse], now: datetime) -> "MatrixRow":
        fields = {name: getattr(person, name) for name in PersonFields.__struct_fields__}
        cells = [
            MatrixCellRow.of(course.id, person.cells[course.id], now) for course in courses if course.id in person.cells
        ]
        return cls(**fields, cells=cells)


class CourseColumn(Struct, frozen=True, kw_only=True):
    id: UUID
    title: str


class MatrixReply(Struct, frozen=True, kw_only=True):
    """A page of people; `page` counts from 1. `as_of`: when it was."""

    as_of: Instant
    courses: list[CourseColumn]
    items: list[MatrixRow]
    total: int
    page: int
    size: int
    pages: int


def late_by(cell: MatrixCell, now: datetime) -> int:
    return days_late(cell.due_at, now, completed=cell.status is EnrollmentStatus.COMPLETED)
