"""Enrollments, progress, results and certificates (spec: catalog-learning)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.identity  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.tables.metadata import (
    held,
    instant,
    metadata,
    reference,
    timestamps,
    uuid,
    written,
)
from atg_adapters.sql.tables.tests import of_one_test
from atg_adapters.sql.types import JSON, one_of
from atg_core.learning.materials import MaterialType
from atg_core.learning.model import EnrollmentStatus

user_courses = sa.Table(
    "user_courses",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("course_id", "courses", index=False),
    sa.Column("progress_percent", sa.Integer, nullable=False, server_default=sa.text("0")),
    # Those that the percent counts.
    sa.Column("topics_completed", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column(
        "status",
        sa.String(20),
        nullable=False,
        server_default=EnrollmentStatus.NOT_STARTED,
    ),
    instant("started_at"),
    instant("completed_at"),
    sa.Column("hours_studied", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0")),
    # What is left of the seconds studied below a hundredth of an hour.
    sa.Column("seconds_over", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    instant("last_activity"),
    instant("due_at"),
    instant("cancelled_at"),
    written(),
    written("updated_at"),
    sa.UniqueConstraint("user_id", "course_id"),
    # All that counting the learners of a course needs, so that their rows are not read.
    sa.Index("ix_user_courses_learners", "course_id", "cancelled_at", "user_id", "status", "due_at"),
    sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
    one_of("status", EnrollmentStatus),
)

user_topic_progress = sa.Table(
    "user_topic_progress",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("topic_id", "topics"),
    sa.Column("completed", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("completed_at"),
    instant("last_activity"),
    sa.Column("position_seconds", sa.Integer, nullable=False, server_default=sa.text("0")),
    *timestamps(),
    sa.UniqueConstraint("user_id", "topic_id"),
)


user_material_progress = sa.Table(
    "user_material_progress",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    reference("topic_file_id", "topic_files"),
    sa.Column("material_type", sa.String(20), nullable=False),
    sa.Column("position_seconds", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("duration_seconds", sa.Integer),
    sa.Column("progress_percent", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("is_completed", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("completed_at"),
    instant("last_viewed_at", nullable=False),
    sa.UniqueConstraint("user_id", "topic_file_id"),
    sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
    one_of("material_type", MaterialType),
)


def _one_of_each_attempt() -> tuple[sa.Constraint, ...]:
    return (
        of_one_test(),
        sa.UniqueConstraint("user_id", "lesson_test_id", "attempt"),
        sa.UniqueConstraint("user_id", "final_test_id", "attempt"),
    )


test_attempts = sa.Table(
    "test_attempts",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("lesson_test_id", "lesson_tests", nullable=True),
    held("final_test_id", "final_tests", nullable=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    instant("started_at", nullable=False),
    instant("expires_at"),
    sa.Column("draft", JSON, nullable=False, server_default="[]"),
    *_one_of_each_attempt(),
)

user_test_results = sa.Table(
    "user_test_results",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("lesson_test_id", "lesson_tests", nullable=True),
    held("final_test_id", "final_tests", nullable=True),
    sa.Column("score_percent", sa.Integer, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("correct_answers", sa.Integer),
    sa.Column("total_questions", sa.Integer),
    sa.Column("time_spent", sa.Integer),
    sa.Column("answers", JSON),
    *timestamps(),
    *_one_of_each_attempt(),
    sa.CheckConstraint("score_percent BETWEEN 0 AND 100", name="score_percent"),
)

certificates = sa.Table(
    "certificates",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("course_id", "courses"),
    # Of the moment of issue.
    sa.Column("full_name", sa.String(255), nullable=False),
    sa.Column("title", sa.String(500), nullable=False),
    instant("issued_at", nullable=False),
    sa.Column("pdf_url", sa.String(1024)),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("verification_code", sa.String(64), nullable=False, unique=True),
    instant("revoked_at"),
    written(),
    sa.UniqueConstraint("user_id", "course_id"),
)

certificate_numbers = sa.Table(
    "certificate_numbers",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)

user_stats = sa.Table(
    "user_stats",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    *(
        sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
        for name in ("active_courses", "completed_courses", "total_progress")
    ),
    sa.Column("total_hours_studied", sa.Numeric(12, 2), nullable=False, server_default=sa.text("0")),
    *(
        sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
        for name in ("certificates_count", "topics_completed", "tests_taken", "tests_passed", "best_scores")
    ),
    sa.Column("achievements", JSON, nullable=False, server_default="[]"),
    instant("last_updated"),
    # Of the latest message about progress: time studied is believed since then.
    instant("last_progress_at"),
    # The latest consecutive days with a completed topic, in the time zone of the settings.
    sa.Column("streak_first_day", sa.Date),
    sa.Column("streak_last_day", sa.Date),
)
