"""The learners of a course: pages of them, and how many of each department and station are done."""

from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.tables.catalog import courses, stations
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.reports import LearnerQuery, LearnerState

_course: sa.BindParameter[UUID] = sa.bindparam("course")
_now = sa.bindparam("now", type_=UtcDateTime)

_enrolled = sa.and_(user_courses.c.course_id == _course, user_courses.c.cancelled_at.is_(None))
_completed = user_courses.c.status == EnrollmentStatus.COMPLETED
_inactive = sa.select(users.c.id).where(~users.c.is_active)
_name = sa.func.coalesce(users.c.full_name, users.c.username)
_SHOWN = (
    user_courses.c.user_id,
    users.c.username,
    users.c.full_name,
    user_courses.c.status,
    user_courses.c.progress_percent,
    user_courses.c.hours_studied,
    user_courses.c.started_at,
    user_courses.c.completed_at,
    user_courses.c.due_at,
    user_courses.c.valid_until,
    user_courses.c.last_activity,
    _name.label("name"),
)


def learners(query: LearnerQuery) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """The statements that count the learners, a row if there is the course, and select a page of them, by name.

    Parameters: `course`, `limit`, `offset`; `status`, `words` and `now` as the query has them.
    """
    is_late = query.status is LearnerState.LATE
    return _learners(query.status is not None and not is_late, is_late, bool(escaped(query.q or "")))


@cache
def _learners(by_status: bool, are_late: bool, by_words: bool) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Each joins what its filters need; the rest is joined to the page alone."""
    matching: list[sa.ColumnElement[bool]] = [_enrolled]
    with_names: sa.FromClause = user_courses.join(users)
    counted: sa.FromClause = user_courses
    if by_status:
        matching.append(user_courses.c.status == sa.bindparam("status"))
    if are_late:
        matching += [~_completed, user_courses.c.due_at < _now, user_courses.c.user_id.not_in(_inactive)]
    if by_words:
        counted = with_names = with_names.outerjoin(user_profiles, user_profiles.c.id == users.c.id)
        matching.append(search(users.c.username, users.c.full_name, user_profiles.c.employee_id))
    total = sa.select(sa.func.count()).select_from(counted).where(*matching).scalar_subquery()
    page = (
        sa.select(*_SHOWN)
        .select_from(with_names)
        .where(*matching)
        .order_by(_name, users.c.id)
        .limit(sa.bindparam("limit"))
        .offset(sa.bindparam("offset"))
        .subquery("page")
    )
    shown = (
        sa.select(page, user_profiles.c.employee_id, user_profiles.c.department, stations.c.name.label("station"))
        .select_from(page)
        .outerjoin(user_profiles, user_profiles.c.id == page.c.user_id)
        .outerjoin(stations, stations.c.id == user_profiles.c.station_id)
        .order_by(page.c.name, page.c.user_id)
    )
    return sa.select(total.label("total")).select_from(courses).where(courses.c.id == _course), shown


def _number_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


# Until its end a certificate counts, though the course is due again already.
_complies = _completed | sa.func.coalesce(user_courses.c.valid_until > _now, sa.false())
_counted = (
    sa.select(
        user_profiles.c.department,
        user_profiles.c.station_id,
        sa.func.count().label("assigned"),
        _number_of(_complies).label("completed"),
        _number_of(~_complies & (user_courses.c.status == EnrollmentStatus.IN_PROGRESS)).label("in_progress"),
        _number_of(~_complies & (user_courses.c.status == EnrollmentStatus.NOT_STARTED)).label("not_started"),
        _number_of(~_complies & (user_courses.c.due_at < _now)).label("late"),
    )
    .select_from(user_courses.outerjoin(user_profiles, user_profiles.c.id == user_courses.c.user_id))
    .where(_enrolled, user_courses.c.user_id.not_in(_inactive))
    .group_by(user_profiles.c.department, user_profiles.c.station_id)
    .subquery("counted")
)
COMPLIANCE = (
    sa.select(_counted, stations.c.name.label("station"))
    .outerjoin(stations, stations.c.id == _counted.c.station_id)
    .order_by(_counted.c.department.nulls_last(), _counted.c.station_id.nulls_last())
)
"""Its parameters: `course` and `now`."""
