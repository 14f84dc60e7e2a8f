"""Enrollments, progress, results and certificates (spec: catalog-learning)."""

import sqlalchemy as sa

from atg_adapters.sql.tables.metadata import (
    instant,
    metadata,
    reference,
    timestamps,
    uuid,
)
from atg_adapters.sql.tables.tests import of_one_test
from atg_adapters.sql.types import one_of
from atg_core.learning.model import EnrollmentStatus

user_courses = sa.Table(
    "user_courses",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    reference("course_id", "courses"),
    sa.Column("progress_percent", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column(
        "status",
        sa.String(20),
        nullable=False,
        server_default=EnrollmentStatus.NOT_STARTED,
    ),
    instant("started_at"),
    instant("completed_at"),
    sa.Column("hours_studied", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0")),
    instant("last_activity"),
    instant("due_at"),
    instant("cancelled_at"),
    sa.UniqueConstraint("user_id", "course_id"),
    sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
    one_of("status", EnrollmentStatus),
)

user_topic_progress = sa.Table(
    "user_topic_progress",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    reference("topic_id", "topics"),
    sa.Column("completed", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("completed_at"),
    instant("last_activity"),
    sa.Column("position_seconds", sa.Integer, nullable=False, server_default=sa.text("0")),
    *timestamps(),
    sa.UniqueConstraint("user_id", "topic_id"),
)

user_test_results = sa.Table(
    "user_test_results",
    metadata,
    uuid(),
    reference("user_id", "users"),
    reference("lesson_test_id", "lesson_tests", nullable=True),
    reference("final_test_id", "final_tests", nullable=True),
    sa.Column("score_percent", sa.Integer, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("correct_answers", sa.Integer),
    sa.Column("total_questions", sa.Integer),
    sa.Column("time_spent", sa.Integer),
    *timestamps(),
    of_one_test(),
    sa.CheckConstraint("score_percent BETWEEN 0 AND 100", name="score_percent"),
)

certificates = sa.Table(
    "certificates",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    reference("course_id", "courses"),
    sa.Column("title", sa.String(500), nullable=False),
    instant("issued_at", nullable=False),
    sa.Column("pdf_url", sa.String(1024)),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("verification_code", sa.String(64), nullable=False, unique=True),
    sa.UniqueConstraint("user_id", "course_id"),
)
