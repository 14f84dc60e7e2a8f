"""Tables of the schedule: groups, lessons, recurring lessons with exceptions, calendar tokens (spec: schedule)."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint

import atg_adapters.sql.tables.identity  # noqa: F401 - columns have the types of the keys that they refer to
from atg_adapters.sql.folding import folded
from atg_adapters.sql.late_rule import late_rule
from atg_adapters.sql.tables.metadata import held, instant, metadata, order_index, reference, serial, timestamps, uuid
from atg_adapters.sql.types import one_of
from atg_core.schedule.invitations import InvitationStatus
from atg_core.schedule.model import ExceptionAction, LessonStatus, WeekType

_USERS, _GROUPS, _RULES = "users", "study_groups", "recurring_lessons"
_REVISION = sa.text("0")


def _no_overlap(column: str) -> ExcludeConstraint:
    """On PostgreSQL only: SQLite has one writer, which checks with a query."""
    excluded = ExcludeConstraint(
        (sa.column(column), "="),
        (sa.func.tstzrange(sa.column("start_time"), sa.column("end_time")), "&&"),
        where=sa.text("status <> 'cancelled' AND NOT allow_overlap"),
        name=f"ex_scheduled_lessons_{column}",
        using="gist",
    )
    return excluded.ddl_if(dialect="postgresql")


study_groups = sa.Table(
    _GROUPS,
    metadata,
    serial(),
    sa.Column("name", sa.String(255), nullable=False),
    held("teacher_id", _USERS, index=False),
    sa.Column("join_code", sa.String(8)),
    *timestamps(),
    *late_rule(),
    folded("name"),
    sa.UniqueConstraint("teacher_id", "name"),
    sa.Index(None, "join_code", unique=True),
)

group_students = sa.Table(
    "group_students",
    metadata,
    sa.Column("group_id", sa.ForeignKey(f"{_GROUPS}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("student_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE"), primary_key=True, index=True),
    order_index(),
)

# Kept when its group is deleted, so that the limits of its teacher still count it.
group_invitations = sa.Table(
    "group_invitations",
    metadata,
    uuid(),
    sa.Column("group_id", sa.ForeignKey(f"{_GROUPS}.id", ondelete="SET NULL")),
    reference("teacher_id", _USERS, index=False),
    sa.Column("email", sa.String(254), nullable=False, index=True),
    sa.Column("status", sa.String(9), nullable=False),
    instant("created_at", nullable=False),
    instant("mailed_at"),
    instant("expires_at", nullable=False),
    one_of("status", InvitationStatus),
    sa.UniqueConstraint("group_id", "email"),
    sa.Index(None, "teacher_id", "email"),
)

recurring_lessons = sa.Table(
    _RULES,
    metadata,
    serial(),
    reference("group_id", _GROUPS),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("day_of_week", sa.Integer, nullable=False),
    sa.Column("week_type", sa.String(5), nullable=False, server_default=WeekType.ALL),
    sa.Column("start_time", sa.Time, nullable=False),
    sa.Column("end_time", sa.Time, nullable=False),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("end_date", sa.Date, nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("week_anchor", sa.Date),
    sa.Column("on_free_days", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("link", sa.String(2048)),
    sa.Column("revision", sa.Integer, nullable=False, server_default=_REVISION),
    *timestamps(),
    one_of("week_type", WeekType),
    sa.CheckConstraint("day_of_week BETWEEN 0 AND 6", name="day_of_week"),
    # An end before the start is on the next day.
    sa.CheckConstraint("end_time <> start_time", name="times"),
    sa.CheckConstraint("end_date >= start_date", name="dates"),
)

recurring_lesson_exceptions = sa.Table(
    "recurring_lesson_exceptions",
    metadata,
    sa.Column("recurring_lesson_id", sa.ForeignKey(f"{_RULES}.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("date", sa.Date, primary_key=True),
    sa.Column("action", sa.String(6), nullable=False),
    instant("start_time"),
    instant("end_time"),
    one_of("action", ExceptionAction),
    sa.CheckConstraint("(action = 'move') = (start_time IS NOT NULL AND end_time > start_time)", name="moved"),
)

scheduled_lessons = sa.Table(
    "scheduled_lessons",
    metadata,
    serial(),
    reference("group_id", _GROUPS, index=False),
    held("teacher_id", _USERS, index=False),
    sa.Column("title", sa.String(255), nullable=False),
    instant("start_time", nullable=False),
    instant("end_time", nullable=False),
    sa.Column("status", sa.String(9), nullable=False, server_default=LessonStatus.PLANNED),
    sa.Column("allow_overlap", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("zoom_start_url", sa.Text),
    sa.Column("zoom_join_url", sa.Text),
    sa.Column("recurring_lesson_id", sa.ForeignKey(f"{_RULES}.id", ondelete="SET NULL")),
    sa.Column("occurrence_date", sa.Date),
    sa.Column("link", sa.String(2048)),
    sa.Column("revision", sa.Integer, nullable=False, server_default=_REVISION),
    *timestamps(),
    one_of("status", LessonStatus),
    sa.CheckConstraint("end_time > start_time", name="times"),
    # Also the index by which the lessons of a rule are found.
    sa.UniqueConstraint("recurring_lesson_id", "occurrence_date"),
    sa.Index(None, "group_id", "start_time"),
    sa.Index(None, "teacher_id", "start_time"),
    _no_overlap("teacher_id"),
    _no_overlap("group_id"),
)

# Those of the installation have no teacher.
_OF_TEACHER, _OF_ALL = sa.text("teacher_id IS NOT NULL"), sa.text("teacher_id IS NULL")
free_days = sa.Table(
    "free_days",
    metadata,
    serial(),
    sa.Column("teacher_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE")),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("end", sa.Date, nullable=False),
    *timestamps(),
    sa.CheckConstraint('"end" >= start', name="days"),
    sa.Index(
        "uq_free_days_of_teacher",
        *("teacher_id", "start", "end", "name"),
        unique=True,
        postgresql_where=_OF_TEACHER,
        sqlite_where=_OF_TEACHER,
    ),
    sa.Index(
        "uq_free_days_of_all",
        *("start", "end", "name"),
        unique=True,
        postgresql_where=_OF_ALL,
        sqlite_where=_OF_ALL,
    ),
)

calendar_tokens = sa.Table(
    "calendar_tokens",
    metadata,
    sa.Column("user_id", sa.ForeignKey(f"{_USERS}.id", ondelete="CASCADE"), primary_key=True),
    # SHA-256 of the token, which has 256 random bits: no slow hash is needed.
    sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
    instant("created_at", nullable=False),
)
