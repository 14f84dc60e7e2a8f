"""Homework with its questions, and the submissions of students (spec: homework-gradebook, Homework).

The migration creates triggers: questions and choices are frozen once there is a submission, and a grade changes only
with an entry in `answer_grade_changes`. A later migration that rebuilds such a table on SQLite must recreate them.
"""

from typing import Any

import sqlalchemy as sa

import atg_adapters.sql.tables.schedule  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.late_rule import changed_late_rule, late_rule
from atg_adapters.sql.tables.metadata import held, instant, metadata, order_index, reference, serial, timestamps, uuid
from atg_adapters.sql.types import JSON, Hundredths, one_of
from atg_core.homework.model import QuestionType, SubmissionStatus

_USERS, _HOMEWORK, _QUESTIONS, _SUBMISSIONS = "users", "homework", "homework_questions", "homework_submissions"
_ANSWERS = "homework_answers"
_DRAFT = sa.text("status = 'draft'")


def _points(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Wide enough for the points of all questions together."""
    return sa.Column(name, Hundredths(precision=9, scale=2), nullable=nullable)


homework = sa.Table(
    _HOMEWORK,
    metadata,
    serial(),
    reference("group_id", "study_groups", index=False),
    sa.Column("lesson_id", sa.ForeignKey("scheduled_lessons.id", ondelete="SET NULL"), index=True),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    instant("due_at"),
    sa.Column("max_attempts", sa.Integer),
    sa.Column("allow_late", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("published_at"),
    *timestamps(),
    *late_rule(),
    sa.CheckConstraint("max_attempts > 0", name="max_attempts"),
    sa.Index(None, "group_id", "title"),
)

# By another rule what late work is graded with changes, with no other grade.
late_rule_changes = sa.Table(
    "late_rule_changes",
    metadata,
    serial(),
    reference("homework_id", _HOMEWORK),
    held("actor_id", _USERS, index=False),
    instant("at", nullable=False),
    *changed_late_rule(),
)

# Whose grade does not count, whatever they hand in.
homework_exemptions = sa.Table(
    "homework_exemptions",
    metadata,
    sa.Column("homework_id", sa.ForeignKey(f"{_HOMEWORK}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("student_id", sa.ForeignKey(f"{_USERS}.id", ondelete="RESTRICT"), primary_key=True, index=True),
    held("given_by", _USERS, index=False),
    instant("created_at", nullable=False),
)

homework_questions = sa.Table(
    _QUESTIONS,
    metadata,
    serial(),
    reference("homework_id", _HOMEWORK, index=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("question_type", sa.String(13), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    _points("points"),
    sa.Column("allow_files", sa.Boolean, nullable=False, server_default=sa.false()),
    one_of("question_type", QuestionType),
    sa.CheckConstraint("points > 0", name="points"),
    sa.UniqueConstraint("homework_id", "position"),
)

homework_choices = sa.Table(
    "homework_choices",
    metadata,
    serial(),
    reference("question_id", _QUESTIONS),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("is_correct", sa.Boolean, nullable=False, server_default=sa.false()),
    order_index(),
)

homework_submissions = sa.Table(
    _SUBMISSIONS,
    metadata,
    serial(),
    held("homework_id", _HOMEWORK, index=False),
    held("student_id", _USERS),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("status", sa.String(9), nullable=False, server_default=SubmissionStatus.DRAFT),
    instant("submitted_at"),
    _points("grade", nullable=True),
    _points("max_grade"),
    *timestamps(),
    one_of("status", SubmissionStatus),
    sa.CheckConstraint("(status = 'draft') = (submitted_at IS NULL)", name="submitted"),
    sa.CheckConstraint("(status = 'graded') = (grade IS NOT NULL)", name="graded"),
    sa.CheckConstraint("grade BETWEEN 0 AND max_grade", name="grade"),
    sa.UniqueConstraint("homework_id", "student_id", "attempt"),
    # The queue of what waits, in its order.
    sa.Index(None, "status", "submitted_at", "id"),
    sa.Index(
        "uq_homework_submissions_draft",
        "homework_id",
        "student_id",
        unique=True,
        postgresql_where=_DRAFT,
        sqlite_where=_DRAFT,
    ),
)

homework_answers = sa.Table(
    _ANSWERS,
    metadata,
    serial(),
    reference("submission_id", _SUBMISSIONS, index=False),
    held("question_id", _QUESTIONS),
    sa.Column("text", sa.Text),
    sa.Column("choice_ids", JSON, nullable=False),
    _points("grade", nullable=True),
    sa.Column("comment", sa.Text),
    sa.CheckConstraint("grade >= 0", name="grade"),
    sa.UniqueConstraint("submission_id", "question_id"),
)

homework_files = sa.Table(
    "homework_files",
    metadata,
    uuid(),
    reference("submission_id", _SUBMISSIONS, index=False),
    held("question_id", _QUESTIONS),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("media_type", sa.String(255), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("object_key", sa.String(1024), nullable=False, unique=True),
    instant("created_at", nullable=False),
    sa.UniqueConstraint("submission_id", "question_id", "digest"),
)

answer_grade_changes = sa.Table(
    "answer_grade_changes",
    metadata,
    serial(),
    held("answer_id", _ANSWERS),
    held("actor_id", _USERS, index=False),
    instant("at", nullable=False),
    _points("old_grade", nullable=True),
    _points("new_grade"),
    sa.Column("reason", sa.Text),
)
