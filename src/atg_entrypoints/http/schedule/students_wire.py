"""The JSON of a search over students."""

from msgspec import Struct

from atg_entrypoints.http.schedule.groups_wire import StudentRow


class StudentGroupRow(Struct, frozen=True, kw_only=True):
    id: int
    name: str


class TaughtStudentRow(StudentRow, frozen=True, kw_only=True):
    """`groups`: those of the student that the caller teaches; for administrators all."""

    groups: list[StudentGroupRow]
