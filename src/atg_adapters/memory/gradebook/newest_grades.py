"""The newest grades of a student, in memory."""

from decimal import Decimal
from uuid import UUID

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.gradebook.model import ColumnKind
from atg_core.gradebook.newest_grades import NewestGrade
from atg_core.homework.model import SubmissionStatus
from atg_core.late_work import late_grade, rule_of


class MemoryNewestGradeQueries:
    """`NewestGradeQueries` over the tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def newest(self, student_id: UUID, *, limit: int) -> list[NewestGrade]:
        tables, rows = self.database.tables, self.database.rows
        found = [
            self._grade(ColumnKind.HOMEWORK, tables["homework"][row["homework_id"]], row, row["max_grade"])
            for row in rows("homework_submissions", student_id=student_id, status=SubmissionStatus.GRADED)
        ]
        for row in rows("control_point_grades", student_id=student_id):
            point = tables["control_points"][row["control_point_id"]]
            if row["grade"] is not None:
                found.append(self._grade(ColumnKind.CONTROL_POINT, point, row, point["max_grade"]))
        found.sort(key=lambda grade: grade.subject_id, reverse=True)
        found.sort(key=lambda grade: grade.kind)
        found.sort(key=lambda grade: grade.at, reverse=True)
        return found[:limit]

    def _grade(self, kind: ColumnKind, subject: Row, row: Row, max_grade: Decimal) -> NewestGrade:
        return NewestGrade(
            kind=kind,
            subject_id=subject["id"],
            title=subject["title"],
            group_id=subject["group_id"],
            group_name=self.database.tables["study_groups"][subject["group_id"]]["name"],
            grade=_final(subject, row),
            max_grade=max_grade,
            at=row["updated_at"],
        )


def _final(subject: Row, row: Row) -> Decimal:
    grade: Decimal = row["grade"]
    if row.get("submitted_at") is None:
        return grade
    return late_grade(grade, row["submitted_at"], subject["due_at"], rule_of(subject)).grade
