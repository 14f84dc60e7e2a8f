"""What follows from facts, on SQL: standings counted by the database, certificate numbers, totals."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, topics
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import (
    certificate_numbers,
    certificates,
    user_courses,
    user_stats,
    user_test_results,
    user_topic_progress,
)
from atg_adapters.sql.tables.tests import final_tests
from atg_adapters.sql.totals import refresh_of
from atg_core.learning.model import Certificate, Enrollment, EnrollmentStatus, Scope, Standing
from atg_core.learning.ports import LearnerNotFound

type Condition = sa.ColumnElement[bool]

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_users: sa.BindParameter[list[UUID]] = sa.bindparam("users", expanding=True)
_station: sa.BindParameter[int] = sa.bindparam("station")
_active_topics = topics.join(lessons).join(course_programs)
_topic_is_active = sa.and_(topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
_final_is_active = sa.and_(final_tests.c.is_active, course_programs.c.is_active)


def learners_in(scope: Scope, column: sa.ColumnElement[Any]) -> Condition:
    """That a column names a learner of the scope, whose values are the parameters `user`, `users` and `station`."""
    if named := _named(scope, column):
        return named[0]
    if scope.station_id is not None:
        enrolled = sa.select(user_courses.c.user_id).join(courses).where(courses.c.station_id == _station)
        return column.in_(enrolled)
    facts = (user_courses, user_topic_progress, user_test_results, user_stats)
    return column.in_(sa.union(*(sa.select(table.c.user_id) for table in facts)))


def _named(scope: Scope, column: sa.ColumnElement[Any]) -> list[Condition]:
    """That a column names one of the users that the scope names; nothing where it names none."""
    if scope.user_id is not None:
        return [column == _user]
    return [] if scope.user_ids is None else [column.in_(_users)]


def parameters(scope: Scope) -> dict[str, Any]:
    given = {"user": scope.user_id, "users": scope.user_ids, "station": scope.station_id}
    return {name: value for name, value in given.items() if value is not None}


def _standings(scope: Scope) -> sa.Select[Any]:
    """Every enrollment of a scope with what counts for it, grouped before it is joined."""
    station = course_programs.c.station_id
    here: list[Condition] = [station == _station] if scope.station_id is not None else []
    taught = (
        sa.select(station, sa.func.count().label("topics"))
        .select_from(_active_topics)
        .where(_topic_is_active, *here)
        .group_by(station)
        .subquery("taught")
    )
    learnt = (
        sa.select(
            user_topic_progress.c.user_id,
            station,
            sa.func.count().label("topics"),
            sa.func.max(user_topic_progress.c.completed_at).label("at"),
        )
        .select_from(user_topic_progress.join(_active_topics, topics.c.id == user_topic_progress.c.topic_id))
        .where(user_topic_progress.c.completed, _topic_is_active, *here, *_named(scope, user_topic_progress.c.user_id))
        .group_by(user_topic_progress.c.user_id, station)
        .subquery("learnt")
    )
    finals = (
        sa.select(station, sa.func.count().label("tests"))
        .select_from(final_tests.join(course_programs))
        .where(_final_is_active, *here)
        .group_by(station)
        .subquery("finals")
    )
    passes = (
        sa.select(
            user_test_results.c.user_id,
            user_test_results.c.final_test_id,
            sa.func.min(user_test_results.c.created_at).label("at"),
        )
        .where(
            user_test_results.c.passed,
            user_test_results.c.final_test_id.is_not(None),
            *_named(scope, user_test_results.c.user_id),
        )
        .group_by(user_test_results.c.user_id, user_test_results.c.final_test_id)
        .subquery("passes")
    )
    passed = (
        sa.select(passes.c.user_id, station, sa.func.count().label("tests"), sa.func.max(passes.c.at).label("at"))
        .select_from(passes.join(final_tests, final_tests.c.id == passes.c.final_test_id).join(course_programs))
        .where(_final_is_active, *here)
        .group_by(passes.c.user_id, station)
        .subquery("passed")
    )

    def of_station(counted: sa.Subquery) -> Condition:
        return counted.c.station_id == courses.c.station_id

    def of_learner(counted: sa.Subquery) -> Condition:
        return (counted.c.user_id == user_courses.c.user_id) & of_station(counted)

    def count(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(column, 0)

    certified = (certificates.c.user_id == user_courses.c.user_id) & (certificates.c.course_id == courses.c.id)
    select = (
        sa.select(
            user_courses,
            courses.c.title.label("course_title"),
            count(taught.c.topics).label("topics"),
            count(learnt.c.topics).label("topics_completed"),
            count(finals.c.tests).label("final_tests"),
            count(passed.c.tests).label("final_tests_passed"),
            learnt.c.at.label("learnt_at"),
            passed.c.at.label("passed_at"),
            certificates.c.id.is_not(None).label("certified"),
        )
        .select_from(user_courses)
        .join(courses)
        .outerjoin(taught, of_station(taught))
        .outerjoin(learnt, of_learner(learnt))
        .outerjoin(finals, of_station(finals))
        .outerjoin(passed, of_learner(passed))
        .outerjoin(certificates, certified)
        .where(user_courses.c.cancelled_at.is_(None), *_named(scope, user_courses.c.user_id))
        .order_by(user_courses.c.started_at.nulls_last(), user_courses.c.id)
    )
    if scope.station_id is not None:
        select = select.where(courses.c.station_id == _station)
    return select


def _unsettled(scope: Scope) -> sa.Select[Any]:
    each = _standings(scope).subquery("each")
    percent = sa.case((each.c.topics == 0, 0), else_=each.c.topics_completed * 100 // sa.func.nullif(each.c.topics, 0))
    completed = each.c.status == EnrollmentStatus.COMPLETED
    complete = (percent == 100) & (each.c.final_tests_passed == each.c.final_tests)
    return sa.select(each).where(
        (each.c.progress_percent != percent) | (complete & ~completed) | (completed & ~each.c.certified)
    )


_NOBODY = UUID(int=0)
_ONE_USER, _SOME_USERS, _ONE_STATION, _BOTH, _ALL = _KINDS = (
    Scope(user_id=_NOBODY),
    Scope(user_ids=()),
    Scope(station_id=0),
    Scope(user_id=_NOBODY, station_id=0),
    Scope(),
)


def _kind(scope: Scope) -> Scope:
    """The scope that stands for all that are bounded alike."""
    if scope.user_ids is not None:
        return _SOME_USERS
    if scope.user_id is not None:
        return _ONE_USER if scope.station_id is None else _BOTH
    return _ALL if scope.station_id is None else _ONE_STATION


_STANDINGS = {kind: _standings(kind) for kind in _KINDS}
_UNSETTLED = {kind: _unsettled(kind) for kind in _KINDS}
_LEARNERS = {kind: sa.select(users.c.id).where(learners_in(kind, users.c.id)).order_by(users.c.id) for kind in _KINDS}


def _lock(learners: sa.Select[Any]) -> Any:
    """Locks the learners' totals, which are made for whom there are none."""
    new = insert(user_stats).from_select(["user_id"], learners)
    same = new.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": new.excluded.user_id})
    return same.returning(user_stats.c.user_id)


_LOCK = {kind: _lock(learners) for kind, learners in _LEARNERS.items()}
_LOCK_ALL = sa.text("LOCK TABLE user_stats IN SHARE ROW EXCLUSIVE MODE")
_REFRESH = {kind: refresh_of(partial(learners_in, kind)) for kind in _KINDS}

_number = insert(certificate_numbers).values(year=sa.bindparam("in_year"), last=sa.bindparam("count"))
_NEXT_NUMBERS = _number.on_conflict_do_update(
    index_elements=["year"], set_={"last": certificate_numbers.c.last + _number.excluded.last}
).returning(certificate_numbers.c.last)
_SAVE = (
    sa.update(user_courses)
    .where(user_courses.c.id == sa.bindparam("id_"))
    .values({name: sa.bindparam(name) for name in Enrollment.__dataclass_fields__ if name != "id"})
)


class SqlStandings:
    """`Standings` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def lock_learners(self, scope: Scope) -> None:
        if scope == Scope() and self.connection.dialect.name == "postgresql":
            await self.connection.execute(_LOCK_ALL)
            return
        locked = await self.connection.execute(_LOCK[_kind(scope)], parameters(scope))
        if scope.user_id is not None and locked.first() is None:
            raise LearnerNotFound

    async def standings(self, scope: Scope) -> list[Standing]:
        rows = await self.connection.execute(_STANDINGS[_kind(scope)], parameters(scope))
        return [_standing(row) for row in rows]

    async def unsettled(self, scope: Scope) -> list[Standing]:
        rows = await self.connection.execute(_UNSETTLED[_kind(scope)], parameters(scope))
        return [_standing(row) for row in rows]

    async def save(self, enrollments: Sequence[Enrollment]) -> None:
        rows = [asdict(enrollment) for enrollment in enrollments]
        if rows:
            await self.connection.execute(_SAVE, [{"id_": row.pop("id"), **row} for row in rows])

    async def next_numbers(self, year: int, count: int) -> int:
        last: int = (await self.connection.execute(_NEXT_NUMBERS, {"in_year": year, "count": count})).scalar_one()
        return last - count + 1

    async def issue(self, issued: Sequence[Certificate]) -> None:
        await self.connection.execute(sa.insert(certificates), [asdict(each) for each in issued])

    async def refresh_totals(self, scope: Scope, now: datetime) -> None:
        await self.connection.execute(_REFRESH[_kind(scope)], {**parameters(scope), "now": now})


def _standing(row: sa.Row[Any]) -> Standing:
    moments = [moment for moment in (row.learnt_at, row.passed_at) if moment]
    return Standing(
        enrollment=convert(row, Enrollment, from_attributes=True),
        course_title=row.course_title,
        topics=row.topics,
        topics_completed=row.topics_completed,
        final_tests=row.final_tests,
        final_tests_passed=row.final_tests_passed,
        reached_at=max(moments, default=None),
        certified=row.certified,
    )
