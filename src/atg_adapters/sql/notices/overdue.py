"""What is overdue of the people whom managers lead, on SQL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from atg_adapters.sql.notices.telling import digits
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import display_name, user_profiles, users
from atg_adapters.sql.tables.learning import LEADS, managers, user_courses
from atg_adapters.sql.tables.notices import notices
from atg_adapters.sql.types import JSON, UtcDateTime
from atg_core.learning.model import EnrollmentStatus
from atg_core.notifier import NoticeKind


class _JsonObject(FunctionElement[Any]):
    """Of a name and its value."""

    type = JSON
    inherit_cache = True


@compiles(_JsonObject, "postgresql")
def _as_jsonb(element: _JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_build_object({compiler.process(element.clauses, **options)})"


@compiles(_JsonObject)
def _as_json(element: _JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{value}'", sa.Text)


_now = sa.bindparam("now", type_=UtcDateTime)
_learners, _manager = user_courses.c, users.alias("manager")
_SUBJECT = _text("learner:") + digits(_learners.course_id) + _text(":") + digits(_learners.user_id)
_OVERDUE = sa.and_(
    *(_learners.cancelled_at.is_(None), _learners.status != EnrollmentStatus.COMPLETED, _learners.due_at <= _now),
    *(users.c.is_active, _manager.c.is_active, _manager.c.id != users.c.id),
)
_LED = (
    user_courses.join(users, users.c.id == _learners.user_id)
    .join(user_profiles, user_profiles.c.id == users.c.id)
    .join(managers, LEADS)
    .join(_manager, _manager.c.id == managers.c.user_id)
)

OVERDUE_OF_TEAM = (
    sa.select(_SUBJECT.label("subject"))
    .select_from(_LED)
    .where(_OVERDUE, _manager.c.id == sa.bindparam("user", type_=sa.Uuid))
)
_told = notices.alias("told")
_was_told = sa.exists().where(
    *(_told.c.user_id == _manager.c.id, _told.c.kind == _text(NoticeKind.TEAM_OVERDUE)),
    *(_told.c.subject == _SUBJECT, _told.c.occasion == _learners.due_at),
)
TELL_MANAGERS = (
    insert(notices)
    .from_select(
        ["user_id", "kind", "subject", "occasion", "title", "details", "created_at", "deliver_at"],
        # One who leads both the department and the station of a person is told once.
        sa.select(
            *(_manager.c.id, _text(NoticeKind.TEAM_OVERDUE).label("kind"), _SUBJECT.label("subject")),
            *(_learners.due_at, courses.c.title, _JsonObject(_text("person"), display_name(users)).label("details")),
            *(_now.label("created_at"), _now.label("deliver_at")),
        )
        .distinct()
        .select_from(_LED.join(courses, courses.c.id == _learners.course_id))
        .where(_OVERDUE, _learners.course_id == sa.bindparam("course", type_=sa.Uuid), ~_was_told)
        .order_by(_manager.c.id, sa.literal_column("subject")),
        include_defaults=False,
    )
    .on_conflict_do_nothing()
)
