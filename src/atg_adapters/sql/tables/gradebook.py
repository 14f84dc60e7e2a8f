"""Attendance, control points, their grades and the grade history (spec: homework-gradebook, Gradebook)."""

from typing import Any

import sqlalchemy as sa

import atg_adapters.sql.tables.schedule  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import held, instant, metadata, reference, serial, timestamps
from atg_adapters.sql.types import Hundredths, one_of
from atg_core.gradebook.model import AttendanceStatus, ControlPointKind, GradedField

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

attendance_changes = sa.Table(
    "attendance_changes",
    metadata,
    serial(),
    reference("lesson_id", "scheduled_lessons", index=False),
    held("student_id", _USERS, index=False),
    held("actor_id", _USERS, index=False),
    instant("at", nullable=False),
    sa.Column("old_status", sa.String(7)),
    sa.Column("new_status", sa.String(7)),
    sa.Index(None, "lesson_id", "student_id", "id"),
)

# Ids are never reused, on SQLite neither: histories outlive the control point.
# Triggers, created by a migration, write each change of the weight or scale of what was graded into
# `control_point_changes`, by `changed_by` or else the teacher of the group, and clear `changed_by` and `reason` here;
# they refuse one that does not raise `revision`. As below: who rebuilds the table must recreate them.
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
    sa.Column("changed_by", sa.Uuid),
    sa.Column("reason", sa.Text),
    sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0")),
    one_of("kind", ControlPointKind),
    sa.CheckConstraint("max_grade > 0", name="max_grade"),
    sa.CheckConstraint("weight >= 0", name="weight"),
    sa.Index(None, "group_id", "title"),
)

# Triggers, created by the migration, write each change of a grade into `control_point_grade_changes`, with `graded_by`,
# `updated_at` and `reason`, and clear `reason` here; they refuse an update that does not raise `revision`.
# A later migration that rebuilds this table on SQLite must recreate the triggers.
control_point_grades = sa.Table(
    "control_point_grades",
    metadata,
    serial(),
    reference("control_point_id", _POINTS, index=False),
    held("student_id", _USERS),
    _number("grade"),
    # A grade that is given counts also for who was excused before.
    sa.Column("is_excused", sa.Boolean, nullable=False, server_default=sa.false()),
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
    sa.Column("old_excused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("new_excused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "group_id", "id"),
)

control_point_changes = sa.Table(
    "control_point_changes",
    metadata,
    serial(),
    held("group_id", "study_groups", index=False),
    sa.Column("control_point_id", sa.Integer, nullable=False, index=True),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("field", sa.String(9), nullable=False),
    held("actor_id", _USERS, index=False),
    instant("at", nullable=False),
    _number("old_value", nullable=False),
    _number("new_value", nullable=False),
    sa.Column("reason", sa.Text),
    one_of("field", GradedField),
    sa.Index(None, "group_id", "id"),
)
