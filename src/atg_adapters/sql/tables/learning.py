"""Enrollments, progress, results and certificates (spec: catalog-learning)."""

import sqlalchemy as sa

from atg_adapters.sql.tables.identity import user_profiles
from atg_adapters.sql.tables.metadata import (
    held,
    instant,
    is_active,
    metadata,
    order_index,
    reference,
    serial,
    timestamps,
    uuid,
    written,
)
from atg_adapters.sql.tables.tests import of_one_test
from atg_adapters.sql.types import JSON, one_of
from atg_core.learning.audiences import MOST_DAYS, AudienceKind
from atg_core.learning.materials import MaterialType
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.paths import DueFrom, Opening

course_prerequisites = sa.Table(
    "course_prerequisites",
    metadata,
    serial(),
    reference("course_id", "courses", index=False),
    reference("required_course_id", "courses", nullable=True),
    reference("required_final_test_id", "final_tests", nullable=True),
    instant("created_at", nullable=False),
    sa.UniqueConstraint("course_id", "required_course_id"),
    sa.UniqueConstraint("course_id", "required_final_test_id"),
    sa.CheckConstraint("(required_course_id IS NULL) <> (required_final_test_id IS NULL)", name="one_requirement"),
    sa.CheckConstraint("required_course_id <> course_id", name="another_course"),
)

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
    # The earliest of the enrollment's own due date and those of its live obligations.
    instant("due_at"),
    sa.Column("round", sa.Integer, nullable=False, server_default=sa.text("1")),
    # The end of what was won last, and when the next round opens.
    instant("valid_until"),
    instant("renews_at"),
    # Only later facts count for this round.
    instant("tests_since"),
    instant("topics_since"),
    sa.Column("external_certificate_id", sa.ForeignKey("external_certificates.id"), index=True),
    instant("own_due_at"),
    sa.Column("by_assignment", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("cancelled_at"),
    written(),
    written("updated_at"),
    sa.UniqueConstraint("user_id", "course_id"),
    # All that counting the learners of a course needs, so that their rows are not read.
    sa.Index("ix_user_courses_learners", "course_id", "cancelled_at", "user_id", "status", "due_at"),
    sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
    sa.CheckConstraint("round >= 1", name="round"),
    one_of("status", EnrollmentStatus),
)
_renews = user_courses.c.renews_at.is_not(None)
sa.Index("ix_user_courses_renews_at", user_courses.c.renews_at, postgresql_where=_renews, sqlite_where=_renews)

_open = sa.and_(
    user_courses.c.status != EnrollmentStatus.COMPLETED.value,
    user_courses.c.cancelled_at.is_(None),
    user_courses.c.due_at.is_not(None),
)
# The due dates that are ahead or have passed: what is late, and whom to remind.
sa.Index(
    "ix_user_courses_due", user_courses.c.due_at, user_courses.c.user_id, postgresql_where=_open, sqlite_where=_open
)

learning_paths = sa.Table(
    "learning_paths",
    metadata,
    uuid(),
    sa.Column("code", sa.String(50), unique=True),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("opening", sa.String(20), nullable=False, server_default=Opening.IN_ORDER),
    sa.Column("due_days", sa.Integer),
    is_active(),
    *timestamps(),
    one_of("opening", Opening),
    sa.CheckConstraint("due_days >= 0", name="due_days"),
)

learning_path_courses = sa.Table(
    "learning_path_courses",
    metadata,
    serial(),
    reference("learning_path_id", "learning_paths", index=False),
    reference("course_id", "courses"),
    order_index(),
    sa.Column("due_days", sa.Integer),
    sa.Column("due_from", sa.String(20), nullable=False, server_default=DueFrom.ASSIGNMENT),
    sa.UniqueConstraint("learning_path_id", "course_id"),
    one_of("due_from", DueFrom),
    sa.CheckConstraint("due_days >= 0", name="due_days"),
)

user_learning_paths = sa.Table(
    "user_learning_paths",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("learning_path_id", "learning_paths"),
    instant("assigned_at", nullable=False),
    instant("cancelled_at"),
    sa.UniqueConstraint("user_id", "learning_path_id"),
)

user_topic_progress = sa.Table(
    "user_topic_progress",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    held("topic_id", "topics"),
    sa.Column("completed", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("completed_at"),
    instant("renewed_at"),
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
    # As they were drawn for it, with their options in its order and the right ones; NULL in a test that draws nothing.
    sa.Column("questions", JSON),
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

# What was chosen of each question: a row for each option, or one without. Facts of their moment, so that the question
# and its options may be gone.
test_answers = sa.Table(
    "test_answers",
    metadata,
    serial(),
    reference("result_id", "user_test_results", index=False),
    sa.Column("question_id", sa.Integer, nullable=False, index=True),
    sa.Column("option_id", sa.Integer),
    sa.Column("is_correct", sa.Boolean, nullable=False),
    sa.UniqueConstraint("result_id", "question_id", "option_id"),
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
    sa.Column("round", sa.Integer, nullable=False, server_default=sa.text("1")),
    instant("valid_until"),
    written(),
    sa.UniqueConstraint("user_id", "course_id", "round"),
)
_ends = certificates.c.valid_until.is_not(None)
sa.Index("ix_certificates_valid_until", certificates.c.valid_until, postgresql_where=_ends, sqlite_where=_ends)

# Won elsewhere: `course_id` is the course of ours that is completed by it.
external_certificates = sa.Table(
    "external_certificates",
    metadata,
    uuid(),
    reference("user_id", "users"),
    held("course_id", "courses", nullable=True),
    sa.Column("title", sa.String(500), nullable=False),
    sa.Column("issuer", sa.String(255), nullable=False),
    sa.Column("number", sa.String(100), nullable=False),
    instant("issued_at", nullable=False),
    instant("valid_until"),
    *timestamps(),
    sa.UniqueConstraint("issuer", "number"),
    sa.CheckConstraint("valid_until > issued_at", name="valid_until"),
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

standing_assignments = sa.Table(
    "standing_assignments",
    metadata,
    uuid(),
    # By which an import knows it; the id of one that was made otherwise.
    sa.Column("code", sa.String(50), nullable=False, unique=True),
    reference("course_id", "courses", nullable=True),
    held("learning_path_id", "learning_paths", nullable=True),
    sa.Column("audience", sa.String(20), nullable=False),
    sa.Column("department", sa.String(255)),
    # Not SET NULL: without its station it would be for more people.
    reference("station_id", "stations", nullable=True),
    sa.Column("position", sa.String(255)),
    instant("due_at"),
    sa.Column("due_days", sa.Integer),
    *timestamps(),
    sa.Column("created_by", sa.ForeignKey("users.id", ondelete="SET NULL")),
    instant("ended_at"),
    one_of("audience", AudienceKind),
    sa.CheckConstraint(
        "(audience = 'group') = (department IS NOT NULL OR station_id IS NOT NULL OR position IS NOT NULL)",
        name="narrowed",
    ),
    sa.CheckConstraint(f"due_days BETWEEN 1 AND {MOST_DAYS}", name="due_days"),
    sa.CheckConstraint("(course_id IS NULL) <> (learning_path_id IS NULL)", name="course_or_path"),
    # A path says itself when its courses are due.
    sa.CheckConstraint("learning_path_id IS NULL OR (due_at IS NULL AND due_days IS NULL)", name="due_by_path"),
)

standing_assignment_users = sa.Table(
    "standing_assignment_users",
    metadata,
    sa.Column("assignment_id", sa.ForeignKey("standing_assignments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    order_index(),
)

# Who leads a department or a station.
managers = sa.Table(
    "managers",
    metadata,
    uuid(),
    reference("user_id", "users", index=False),
    sa.Column("department", sa.String(255), index=True),
    reference("station_id", "stations", nullable=True),
    sa.UniqueConstraint("user_id", "department"),
    sa.UniqueConstraint("user_id", "station_id"),
    sa.CheckConstraint("(department IS NULL) != (station_id IS NULL)", name="one_of_both"),
)
LEADS = (managers.c.department == user_profiles.c.department) | (managers.c.station_id == user_profiles.c.station_id)
"""Whether this row of a manager is about the person of this profile."""

# One for each person and assignment: who comes under it again begins anew. `ended_at` is null while it is live.
obligations = sa.Table(
    "obligations",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("course_id", sa.ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("assignment_id", sa.ForeignKey("standing_assignments.id", ondelete="CASCADE"), primary_key=True),
    instant("since", nullable=False),
    instant("due_at"),
    instant("ended_at"),
    # With the user: statistics know nothing of a new assignment, so that its index alone would be read for each person.
    sa.Index(None, "course_id", "user_id"),
    sa.Index(None, "assignment_id", "user_id"),
)
