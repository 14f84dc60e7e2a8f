"""Overlapping lessons: the check of PostgreSQL's exclusion constraints as a query, for SQLite."""

import sqlalchemy as sa

from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_core.schedule.model import LessonStatus

_lesson, _other = scheduled_lessons.c, scheduled_lessons.alias().c
OVERLAP = (
    sa.select(_lesson.id)
    .where(
        _lesson.id.in_(sa.bindparam("lessons", expanding=True)),
        *(~each.allow_overlap & (each.status != LessonStatus.CANCELLED) for each in (_lesson, _other)),
        (_other.teacher_id == _lesson.teacher_id) | (_other.group_id == _lesson.group_id),
        (_other.start_time < _lesson.end_time) & (_other.end_time > _lesson.start_time),
        _other.id != _lesson.id,
    )
    .limit(1)
)
"""One of `lessons` that overlaps another lesson of its teacher or group, neither with `allow_overlap`."""
