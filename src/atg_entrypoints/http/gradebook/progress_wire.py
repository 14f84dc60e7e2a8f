"""JSON of progress series."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from atg_core.gradebook.progress import Progress
from atg_entrypoints.http.gradebook.journal_wire import Percent
from atg_entrypoints.http.wire import to_wire


class ProgressPointRow(Struct, frozen=True, kw_only=True):
    """Cumulative values at the end of a day. `group_average`: the mean of the students' averages."""

    date: date
    average: Percent
    group_average: Percent
    attendance_rate: Percent
    group_attendance_rate: Percent


class GroupProgress(Struct, frozen=True, kw_only=True):
    """`student_id`: the student of `average` and `attendance_rate`; null where the series is about the group alone."""

    group_id: int
    group_name: str
    student_id: UUID | None
    points: list[ProgressPointRow]

    @classmethod
    def of(cls, progress: Progress) -> "GroupProgress":
        return cls(
            group_id=progress.roster.group_id,
            group_name=progress.roster.name,
            student_id=progress.student.id if progress.student else None,
            points=to_wire(list(progress.points), list[ProgressPointRow]),
        )


class StudentProgress(Struct, frozen=True, kw_only=True):
    """In each of the student's groups that the caller may see. `name`: null where there is none."""

    student_id: UUID
    name: str | None
    groups: list[GroupProgress]

    @classmethod
    def of(cls, student_id: UUID, series: Sequence[Progress]) -> "StudentProgress":
        names = [progress.student.name for progress in series if progress.student]
        return cls(
            student_id=student_id,
            name=names[0] if names else None,
            groups=[GroupProgress.of(progress) for progress in series],
        )
