"""The newest grades of a student, on SQL."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.gradebook import control_point_grades, control_points
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.schedule import study_groups
from atg_adapters.sql.types import Hundredths, UtcDateTime
from atg_core.gradebook.model import ColumnKind
from atg_core.gradebook.newest_grades import NewestGrade
from atg_core.homework.model import SubmissionStatus
from atg_core.late_work import LATE_COLUMNS, LateRule, late_grade

_student: sa.BindParameter[UUID] = sa.bindparam("student", type_=sa.Uuid)
_most = sa.bindparam("most", type_=sa.Integer)
_submissions, _grades, _points = homework_submissions.c, control_point_grades.c, control_points.c
_number = Hundredths(precision=9, scale=2)
_NO_MOMENT, _NO_NUMBER = sa.cast(sa.null(), UtcDateTime), sa.cast(sa.null(), _number)
_graded = (
    sa.select(
        sa.literal(ColumnKind.HOMEWORK.value).label("kind"),
        homework.c.id.label("subject_id"),
        homework.c.title,
        homework.c.group_id,
        study_groups.c.name.label("group_name"),
        sa.type_coerce(_submissions.grade, _number).label("grade"),
        sa.type_coerce(_submissions.max_grade, _number).label("max_grade"),
        _submissions.updated_at.label("at"),
        _submissions.submitted_at,
        homework.c.due_at,
        *(sa.type_coerce(homework.c[name], _number).label(name) for name in LATE_COLUMNS[:2]),
        homework.c.late_zero_after_days,
    )
    .select_from(homework_submissions.join(homework).join(study_groups))
    .where(_submissions.student_id == _student, _submissions.status == SubmissionStatus.GRADED)
)
_given = (
    sa.select(
        sa.literal(ColumnKind.CONTROL_POINT.value),
        _points.id,
        _points.title,
        _points.group_id,
        study_groups.c.name,
        sa.type_coerce(_grades.grade, _number),
        sa.type_coerce(_points.max_grade, _number),
        _grades.updated_at,
        _NO_MOMENT,
        _NO_MOMENT,
        _NO_NUMBER,
        _NO_NUMBER,
        sa.cast(sa.null(), sa.Integer),
    )
    .select_from(control_point_grades.join(control_points).join(study_groups))
    .where(_grades.student_id == _student, _grades.grade.is_not(None))
)
_all = sa.union_all(_graded, _given).subquery()
_NEWEST = sa.select(_all).order_by(_all.c.at.desc(), _all.c.kind, _all.c.subject_id.desc()).limit(_most)


class SqlNewestGradeQueries:
    """`NewestGradeQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def newest(self, student_id: UUID, *, limit: int) -> list[NewestGrade]:
        rows = await self.database.rows(_NEWEST, {"student": student_id, "most": limit})
        return [_newest(row) for row in rows]


def _newest(row: Row) -> NewestGrade:
    grade = convert(row, NewestGrade, from_attributes=True)
    if row.submitted_at is None:
        return grade
    rule = LateRule.of(row.late_percent_per_day, row.late_floor_percent, row.late_zero_after_days)
    return replace(grade, grade=late_grade(grade.grade, row.submitted_at, row.due_at, rule).grade)
