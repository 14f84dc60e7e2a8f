"""Attendance at a lesson, as a form shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from atg_core.gradebook.model import Attendance, AttendanceStatus
from atg_core.words import phrase

MARKS: Mapping[str, tuple[str, str]] = {
    AttendanceStatus.PRESENT: (phrase("Present"), "✓"),
    AttendanceStatus.ABSENT: (phrase("Absent"), phrase("abs.")),
    AttendanceStatus.LATE: (phrase("Late"), phrase("lt.")),
    AttendanceStatus.EXCUSED: (phrase("Excused"), phrase("exc.")),
    "": (phrase("Not marked"), "—"),
}
"""What can be chosen: a name, and a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """`chosen` and `was` are empty without a mark. `there`: what somebody else has marked meanwhile."""

    student_id: UUID
    name: str
    chosen: str
    was: str
    there: str | None = None


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    rows: list[SheetRow]

    @classmethod
    def of(cls, names: Mapping[UUID, str], marked: Iterable[Attendance]) -> Self:
        """Everybody in the group, and who was marked before leaving it."""
        marks = {each.student_id: each for each in marked}
        everybody = {**names, **{key: each.student_name for key, each in marks.items() if key not in names}}
        rows = []
        for key, name in sorted(everybody.items(), key=lambda each: (each[1].casefold(), each[0])):
            status = marks[key].status.value if key in marks else ""
            rows.append(SheetRow(student_id=key, name=name, chosen=status, was=status))
        return cls(rows)

    @property
    def marked(self) -> int:
        return sum(bool(row.was) for row in self.rows)

    @property
    def choices(self) -> Mapping[str, tuple[str, str]]:
        return MARKS
