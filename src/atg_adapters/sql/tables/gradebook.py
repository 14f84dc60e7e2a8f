"""Attendance, control points, and their grades with each change of them (spec: homework-gradebook, Gradebook)."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import held, instant, metadata, reference, serial, timestamps
from atg_adapters.sql.types import Hundredths, one_of
from atg_core.gradebook.model import AttendanceStatus, ControlPointKind

_USERS, _POINTS = "users", "control_points"


def _number(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, Hundredths(precision=7, scale=2), **options)


attendance = sa.Table(
    "attendance",
    metadata,
    serial(),
    held("lesson_id", "scheduled_lessons", index=False),
    held("student_id", _USERS),
    sa.Column("status", sa.String(7), nullable=False),
    *timestamps(),
    one_of("status", AttendanceStatus),
    sa.UniqueConstraint("lesson_id", "student_id"),
)

# On SQLite, too, no number is ever given again: `control_point_grade_changes` know it longer than the table does.
control_points = sa.Table(
    _POINTS,
    metadata,
    serial(),
    reference("group_id", "study_groups", index=False),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("kind", sa.String(7), nullable=False),
    sa.Column("date", sa.Date, nullable=False),
    _number("max_grade", nullable=False),
    _number("weight", nullable=False),
    *timestamps(),
    one_of("kind", ControlPointKind),
    sa.CheckConstraint("max_grade > 0", name="max_grade"),
    sa.CheckConstraint("weight >= 0", name="weight"),
    sa.Index(None, "group_id", "title"),
    sqlite_autoincrement=True,
)

# Triggers, which the revision makes, write each change of a grade into `control_point_grade_changes`, as made by
# `graded_by` at `updated_at` for `reason`, which is then forgotten here; they take none that does not raise `revision`.
# A later revision that makes this table anew on SQLite has to make the triggers anew, too.
control_point_grades = sa.Table(
    "control_point_grades",
    metadata,
    serial(),
    reference("control_point_id", _POINTS, index=False),
    held("student_id", _USERS),
    _number("grade"),
    sa.Column("comment", sa.Text),
    held("graded_by", _USERS, index=False),
    sa.Column("reason", sa.Text),
    sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0")),
    *timestamps(),
    sa.CheckConstraint("grade >= 0", name="grade"),
    sa.UniqueConstraint("control_point_id", "student_id"),
)

control_point_grade_changes = sa.Table(
    "control_point_grade_changes",
    metadata,
    serial(),
    held("group_id", "study_groups", index=False),
    sa.Column("control_point_id", sa.Integer, nullable=False),
    sa.Column("title", sa.String(255), nullable=False),
    held("student_id", _USERS, index=False),
    held("actor_id", _USERS, index=False),
    instant("at", nullable=False),
    _number("old_grade"),
    _number("new_grade"),
    sa.Column("reason", sa.Text),
    sa.Index(None, "group_id", "id"),
)
