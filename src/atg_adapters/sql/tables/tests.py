"""Lesson tests and final tests with their questions, and banks of questions (spec: catalog-learning)."""

import sqlalchemy as sa

import atg_adapters.sql.tables.catalog  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.folding import folded
from atg_adapters.sql.tables.metadata import (
    held,
    is_active,
    metadata,
    order_index,
    reference,
    serial,
    timestamps,
)


def _tests(name: str, parent: str, target: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        serial(),
        sa.Column(
            parent,
            sa.ForeignKey(f"{target}.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("code", sa.String(50), unique=True),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("questions_count", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("passing_score", sa.Integer, nullable=False, server_default=sa.text("70")),
        sa.Column("max_attempts", sa.Integer),
        sa.Column(
            "time_limit_minutes",
            sa.Integer,
            nullable=False,
            server_default=sa.text("30"),
        ),
        sa.Column("time_limit_enforced", sa.Boolean, nullable=False, server_default=sa.false()),
        # Whether a page that grades itself is told the right answers before the end.
        sa.Column("shows_right_answers", sa.Boolean, nullable=False, server_default=sa.false()),
        # Whether each attempt has the options in an order of its own.
        sa.Column("shuffle_options", sa.Boolean, nullable=False, server_default=sa.false()),
        is_active(),
        *timestamps(),
        sa.CheckConstraint("passing_score BETWEEN 0 AND 100", name="passing_score"),
    )


lesson_tests = _tests("lesson_tests", "lesson_id", "lessons")
final_tests = _tests("final_tests", "course_program_id", "course_programs")


def of_one_test() -> sa.CheckConstraint:
    """A row belongs to a lesson test or to a final test, never to both or none."""
    return sa.CheckConstraint("(lesson_test_id IS NULL) <> (final_test_id IS NULL)", name="one_test")


question_banks = sa.Table(
    "question_banks",
    metadata,
    serial(),
    sa.Column("code", sa.String(50), unique=True),
    sa.Column("title", sa.String(500), nullable=False),
    folded("title"),
    sa.Column("description", sa.Text),
    *timestamps(),
)

_ONE_OWNER = " + ".join(
    f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in ("lesson_test_id", "final_test_id", "bank_id")
)
test_questions = sa.Table(
    "test_questions",
    metadata,
    serial(),
    reference("lesson_test_id", "lesson_tests", index=False, nullable=True),
    reference("final_test_id", "final_tests", index=False, nullable=True),
    reference("bank_id", "question_banks", index=False, nullable=True),
    sa.Column("position", sa.Integer, nullable=False),
    # Of a bank: what draws choose by, beside tags.
    sa.Column("category", sa.String(255)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("question_type", sa.String(20), nullable=False, server_default="single"),
    sa.Column("points", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("image", sa.String(1024)),
    # Shown after the end, or with the right answers.
    sa.Column("explanation", sa.Text),
    # Of a bank: a retired question is not drawn any more.
    is_active(),
    sa.CheckConstraint(f"{_ONE_OWNER} = 1", name="one_owner"),
    sa.CheckConstraint("question_type IN ('single', 'multiple')", name="question_type"),
    sa.UniqueConstraint("lesson_test_id", "position"),
    sa.UniqueConstraint("final_test_id", "position"),
    sa.UniqueConstraint("bank_id", "position"),
)

test_options = sa.Table(
    "test_options",
    metadata,
    serial(),
    reference("question_id", "test_questions"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("is_correct", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("order_index", sa.Integer, nullable=False, server_default=sa.text("0")),
)

question_tags = sa.Table(
    "question_tags",
    metadata,
    serial(),
    reference("question_id", "test_questions", index=False),
    # Folded, so that tags that differ in case are one.
    sa.Column("tag", sa.String(50), nullable=False),
    order_index(),
    sa.UniqueConstraint("question_id", "tag"),
)

test_draws = sa.Table(
    "test_draws",
    metadata,
    serial(),
    reference("lesson_test_id", "lesson_tests", nullable=True),
    reference("final_test_id", "final_tests", nullable=True),
    held("bank_id", "question_banks"),
    sa.Column("category", sa.String(255)),
    sa.Column("questions_count", sa.Integer, nullable=False),
    order_index(),
    of_one_test(),
    sa.CheckConstraint("questions_count > 0", name="questions_count"),
)

test_draw_tags = sa.Table(
    "test_draw_tags",
    metadata,
    serial(),
    reference("draw_id", "test_draws", index=False),
    sa.Column("tag", sa.String(50), nullable=False),
    order_index(),
    sa.UniqueConstraint("draw_id", "tag"),
)
