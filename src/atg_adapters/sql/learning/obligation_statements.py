"""Statements that settle obligations: they compare what is stored with what the standing assignments say.

Each is about the users of its parameter `users`; `SETTLING_COURSE` has those that are about some `courses`.
"""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import (
    learning_path_courses,
    obligations,
    standing_assignment_users,
    standing_assignments,
    user_courses,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.identity.model import SELF_ASSIGNED_ROLES
from atg_core.learning.audiences import AudienceKind
from atg_core.learning.model import EnrollmentStatus


class _RandomUuid(FunctionElement[UUID]):
    type = sa.Uuid()
    inherit_cache = True


@compiles(_RandomUuid, "postgresql")
def _gen_random_uuid(_element: _RandomUuid, _compiler: SQLCompiler, **_: Any) -> str:
    return "gen_random_uuid()"


@compiles(_RandomUuid)
def _of_random_bytes(_element: _RandomUuid, _compiler: SQLCompiler, **_: Any) -> str:
    """As SQLAlchemy stores a UUID on SQLite, with the version and variant of a random one (RFC 9562, 5.4)."""
    return (
        "(lower(hex(randomblob(6))) || '4' || substr(lower(hex(randomblob(2))), 2)"
        " || '8' || substr(lower(hex(randomblob(8))), 2))"
    )


_now = sa.bindparam("now", type_=UtcDateTime)
_assignment: sa.BindParameter[UUID] = sa.bindparam("assignment")
_named, _profile = standing_assignment_users.c, user_profiles.c
assigned = standing_assignments.c

_is_employee = sa.and_(*(users.c.role != role.value for role in sorted(SELF_ASSIGNED_ROLES)))


def _is_or_null(asked: sa.Column[Any], has: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return asked.is_(None) | (asked == has)


_is_in_audience = sa.case(
    (assigned.audience == AudienceKind.USERS.value, _named.user_id.is_not(None)),
    else_=sa.and_(
        _is_employee,
        _is_or_null(assigned.department, _profile.department),
        _is_or_null(assigned.station_id, _profile.station_id),
        _is_or_null(assigned.position, _profile.position),
    ),
)
comes_under = sa.and_(assigned.ended_at.is_(None), users.c.is_active, sa.func.coalesce(_is_in_audience, sa.false()))
_is_named = (_named.assignment_id == assigned.id) & (_named.user_id == users.c.id)


def with_what_decides(path: sa.FromClause) -> sa.FromClause:
    """For `comes_under`: with the profiles of the users, and whether they are named."""
    return path.outerjoin(user_profiles, _profile.id == users.c.id).outerjoin(standing_assignment_users, _is_named)


_everybody_with_each = with_what_decides(users.join(standing_assignments, sa.true()).join(courses))
"""Each assignment of a course: one of a path has none."""
_live = obligations.c.ended_at.is_(None)
_mine = is_among(users.c.id, "users")

_is_obliged = sa.exists().where(
    obligations.c.user_id == users.c.id,
    obligations.c.course_id == assigned.course_id,
    obligations.c.assignment_id == assigned.id,
    _live,
)
# A course that is not active asks nothing of who comes now.
_lacks = sa.and_(comes_under, courses.c.is_active, ~_is_obliged)

_begun = insert(obligations).from_select(
    ["user_id", "course_id", "assignment_id", "since", "due_at", "ended_at"],
    sa.select(
        users.c.id,
        assigned.course_id,
        assigned.id,
        _now,
        sa.bindparam("due_at", type_=UtcDateTime),
        sa.cast(sa.null(), UtcDateTime),
    )
    .select_from(_everybody_with_each)
    .where(_mine, _lacks, assigned.id == _assignment),
)
BEGIN = _begun.on_conflict_do_update(
    index_elements=["user_id", "course_id", "assignment_id"],
    set_={name: _begun.excluded[name] for name in ("since", "due_at", "ended_at")},
)
"""Its parameters: `users`, `assignment`, `now` and `due_at`."""

_is_on_path = (
    sa.select(sa.literal(1))
    .where(
        learning_path_courses.c.learning_path_id == assigned.learning_path_id,
        learning_path_courses.c.course_id == obligations.c.course_id,
    )
    .correlate(standing_assignments, obligations)
    .exists()
)
# Asked of each obligation by its keys: as one join of all of them it would be planned for a few and be many.
_holds = (
    sa.select(sa.literal(1))
    .select_from(with_what_decides(users.join(standing_assignments, sa.true())))
    .where(
        assigned.id == obligations.c.assignment_id,
        users.c.id == obligations.c.user_id,
        assigned.learning_path_id.is_(None) | _is_on_path,
        comes_under,
    )
    .correlate(obligations)
    .exists()
)
_is_over = sa.and_(is_among(obligations.c.user_id, "users"), _live, ~_holds)
_asked = (obligations.c.user_id == user_courses.c.user_id) & (obligations.c.course_id == user_courses.c.course_id)
_is_asked = sa.exists().where(_asked, _live).correlate(user_courses)
_obligations_due = (
    sa.select(sa.func.min(obligations.c.due_at)).where(_asked, _live).correlate(user_courses).scalar_subquery()
)
_enrolled = is_among(user_courses.c.user_id, "users") & user_courses.c.cancelled_at.is_(None)


def _earlier(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The earlier of two moments that may be null."""
    return sa.case((one.is_(None), other), (one < other, one), (other.is_(None), one), else_=other)


# In a later round what was won before is to be renewed in time, whatever the assignment said once.
_due = sa.case(
    (user_courses.c.round > 1, _earlier(user_courses.c.own_due_at, user_courses.c.valid_until)),
    else_=_earlier(user_courses.c.own_due_at, _obligations_due),
)
_has_another_due = _enrolled & user_courses.c.due_at.is_distinct_from(_due)
_is_asked_no_more = sa.and_(
    _enrolled, user_courses.c.by_assignment, user_courses.c.status == EnrollmentStatus.NOT_STARTED.value, ~_is_asked
)
_is_enrolled = sa.exists().where(_asked, user_courses.c.cancelled_at.is_(None)).correlate(obligations)
_not_enrolled = sa.and_(is_among(obligations.c.user_id, "users"), _live, ~_is_enrolled)


@dataclass(frozen=True, slots=True)
class Settling:
    """`missing`: assignments that hold for somebody without being a live obligation."""

    unsettled: Any
    missing: Any
    end: Any
    enroll: Any
    set_due: Any
    cancel: Any

    @classmethod
    def where(cls, *, all_courses: bool) -> Self:
        """Of all courses, or of those of the parameter `courses`.

        That is a list, although it has one: PostgreSQL would carry a single value over to the other tables, take each
        for a table of few rows, since it knows nothing of a new assignment, and read all of the course for each person.
        """

        def of(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
            return sa.true() if all_courses else is_among(column, "courses")

        lacks = sa.and_(_mine, _lacks, of(assigned.course_id))
        is_over = sa.and_(_is_over, of(obligations.c.course_id))
        not_enrolled = sa.and_(_not_enrolled, of(obligations.c.course_id))
        has_another_due = sa.and_(_has_another_due, of(user_courses.c.course_id))
        is_asked_no_more = sa.and_(_is_asked_no_more, of(user_courses.c.course_id))
        new = insert(user_courses).from_select(
            ["id", "user_id", "course_id", "by_assignment", "created_at"],
            sa.select(_RandomUuid(), obligations.c.user_id, obligations.c.course_id, sa.true(), _now)
            .where(not_enrolled)
            .group_by(obligations.c.user_id, obligations.c.course_id),
        )
        enroll = new.on_conflict_do_update(
            index_elements=["user_id", "course_id"],
            set_={"cancelled_at": None, "by_assignment": True, "own_due_at": None},
        )
        return cls(
            unsettled=sa.union(
                sa.select(users.c.id.label("id")).select_from(_everybody_with_each).where(lacks),
                sa.select(obligations.c.user_id).where(is_over),
                sa.select(obligations.c.user_id).where(not_enrolled),
                sa.select(user_courses.c.user_id).where(has_another_due),
                sa.select(user_courses.c.user_id).where(is_asked_no_more),
            ),
            missing=sa.select(assigned.id, assigned.due_at, assigned.due_days)
            .select_from(_everybody_with_each)
            .where(lacks)
            .distinct(),
            end=sa.update(obligations).where(is_over).values(ended_at=_now),
            enroll=enroll,
            set_due=sa.update(user_courses).where(has_another_due).values(due_at=_due),
            cancel=sa.update(user_courses).where(is_asked_no_more).values(cancelled_at=_now),
        )


SETTLING, SETTLING_COURSE = (Settling.where(all_courses=each) for each in (True, False))

_after: sa.BindParameter[UUID | None] = sa.bindparam("after", type_=sa.Uuid())
_page = sa.bindparam("limit", type_=sa.Integer)
PEOPLE = sa.select(users.c.id).where(users.c.id > _after).order_by(users.c.id).limit(_page)
_everybody = with_what_decides(users.join(standing_assignments, sa.true()))
_holds_for = sa.select(users.c.id).select_from(_everybody).where(assigned.id == _assignment, comes_under)
_held_for = sa.select(obligations.c.user_id).where(obligations.c.assignment_id == _assignment, _live)
PEOPLE_OF = (
    sa.select(users.c.id)
    .where(users.c.id.in_(sa.union(_holds_for, _held_for)), users.c.id > _after)
    .order_by(users.c.id)
    .limit(_page)
)
