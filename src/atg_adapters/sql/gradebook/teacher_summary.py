"""The teacher summary on SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.conferencing import lesson_recordings
from atg_adapters.sql.tables.gradebook import attendance
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.gradebook.ports import TeachingTotals, UngradedHomework
from atg_core.homework.model import SubmissionStatus
from atg_core.schedule.model import LessonStatus

_teacher: sa.BindParameter[Any] = sa.bindparam("teacher", type_=sa.Uuid)
_now = sa.bindparam("now", type_=UtcDateTime)
_lessons, _groups, _submissions = scheduled_lessons.c, study_groups.c, homework_submissions.c

_is_marked = sa.exists().where(attendance.c.lesson_id == _lessons.id)
_is_recorded = sa.exists().where(lesson_recordings.c.lesson_id == _lessons.id)
_was_held = sa.or_(
    _lessons.status == LessonStatus.ENDED,
    sa.and_(_lessons.status != LessonStatus.CANCELLED, _lessons.end_time <= _now, _is_marked),
)
_seconds = sa.extract("epoch", _lessons.end_time) - sa.extract("epoch", _lessons.start_time)
_HELD = (
    sa.select(
        _seconds.label("seconds"),
        sa.case((_is_recorded, 1), else_=0).label("recorded"),
    )
    .where(_lessons.teacher_id == _teacher, _was_held)
    .subquery()
)
_LESSONS = sa.select(
    sa.func.count().label("lessons_held"),
    sa.cast(sa.func.coalesce(sa.func.sum(_HELD.c.seconds), 0), sa.BigInteger).label("seconds"),
    sa.cast(sa.func.coalesce(sa.func.sum(_HELD.c.recorded), 0), sa.Integer).label("recorded"),
).select_from(_HELD)
_STUDENTS = (
    sa.select(
        sa.func.count(sa.distinct(_groups.id)).label("groups"),
        sa.func.count(sa.distinct(group_students.c.student_id)).label("students"),
    )
    .select_from(study_groups.outerjoin(group_students))
    .where(_groups.teacher_id == _teacher)
)
_since = sa.func.min(_submissions.submitted_at)
_UNGRADED = (
    sa.select(
        homework.c.id.label("homework_id"),
        homework.c.title,
        homework.c.group_id,
        _groups.name.label("group_name"),
        sa.func.count().label("submissions"),
        _since.label("since"),
    )
    .select_from(homework_submissions.join(homework).join(study_groups))
    .where(_groups.teacher_id == _teacher, _submissions.status == SubmissionStatus.SUBMITTED)
    .group_by(homework.c.id, _groups.id)
    .order_by(_since, homework.c.id)
)


class SqlTeacherSummaryQueries:
    """`TeacherSummaryQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def totals(self, teacher_id: UUID, now: datetime) -> TeachingTotals:
        async with self.database.reader() as connection:
            lessons = (await connection.execute(_LESSONS, {"teacher": teacher_id, "now": now})).one()
            people = (await connection.execute(_STUDENTS, {"teacher": teacher_id})).one()
        return TeachingTotals(
            lessons_held=lessons.lessons_held,
            seconds=lessons.seconds,
            recorded=lessons.recorded,
            groups=people.groups,
            students=people.students,
        )

    async def ungraded(self, teacher_id: UUID) -> list[UngradedHomework]:
        rows = await self.database.rows(_UNGRADED, {"teacher": teacher_id})
        return [convert(row, UngradedHomework, from_attributes=True) for row in rows]
