"""The progress of enrollments, counted by the database."""

from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.tables.catalog import course_programs, courses, lessons, topics
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.learning import (
    certificates,
    user_courses,
    user_stats,
    user_test_results,
    user_topic_progress,
)
from atg_adapters.sql.tables.tests import final_tests
from atg_core.learning.model import Enrollment, EnrollmentProgress, EnrollmentStatus, Scope

type Condition = sa.ColumnElement[bool]

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_users: sa.BindParameter[list[UUID]] = sa.bindparam("users", expanding=True)
_station: sa.BindParameter[int] = sa.bindparam("station")
_active_topics = topics.join(lessons).join(course_programs)
_topic_is_active = sa.and_(topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
_final_is_active = sa.and_(final_tests.c.is_active, course_programs.c.is_active)
# One without questions is not asked for; who passed it elsewhere has still reached something then.
_final_is_required = final_tests.c.questions_count > 0


def learners_in(scope: Scope, column: sa.ColumnElement[Any]) -> Condition:
    """The condition that a column is a learner of the scope; its parameters are `user`, `users` and `station`."""
    if found := of_users(scope, column):
        return found[0]
    if scope.station_id is not None:
        enrolled = sa.select(user_courses.c.user_id).join(courses).where(courses.c.station_id == _station)
        return column.in_(enrolled)
    facts = (user_courses, user_topic_progress, user_test_results, user_stats)
    return column.in_(sa.union(*(sa.select(table.c.user_id) for table in facts)))


def of_users(scope: Scope, column: sa.ColumnElement[Any]) -> list[Condition]:
    """The condition that a column is one of the users of the scope; empty if it has none."""
    if scope.user_id is not None:
        return [column == _user]
    return [] if scope.user_ids is None else [column.in_(_users)]


@cache
def enrollment_progress(scope: Scope) -> sa.Select[Any]:
    """The enrollments of a scope with their progress; each part is grouped before it is joined."""
    station = course_programs.c.station_id
    here: list[Condition] = [station == _station] if scope.station_id is not None else []
    available = (
        sa.select(station, sa.func.count().label("topics"))
        .select_from(_active_topics)
        .where(_topic_is_active, *here)
        .group_by(station)
        .subquery("available")
    )
    completed_topics = (
        sa.select(
            user_topic_progress.c.user_id,
            station,
            sa.func.count().label("topics"),
            sa.func.max(user_topic_progress.c.completed_at).label("at"),
        )
        .select_from(user_topic_progress.join(_active_topics, topics.c.id == user_topic_progress.c.topic_id))
        .where(
            user_topic_progress.c.completed, _topic_is_active, *here, *of_users(scope, user_topic_progress.c.user_id)
        )
        .group_by(user_topic_progress.c.user_id, station)
        .subquery("completed_topics")
    )
    finals = (
        sa.select(station, sa.func.count().label("tests"))
        .select_from(final_tests.join(course_programs))
        .where(_final_is_active, _final_is_required, *here)
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
            *of_users(scope, user_test_results.c.user_id),
        )
        .group_by(user_test_results.c.user_id, user_test_results.c.final_test_id)
        .subquery("passes")
    )
    passed = (
        sa.select(
            passes.c.user_id,
            station,
            sa.func.count().filter(_final_is_required).label("tests"),
            sa.func.max(passes.c.at).label("at"),
        )
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

    learner_name = sa.select(display_name(users)).where(users.c.id == user_courses.c.user_id).scalar_subquery()
    has_certificate = (certificates.c.user_id == user_courses.c.user_id) & (certificates.c.course_id == courses.c.id)
    select = (
        sa.select(
            user_courses,
            courses.c.title.label("course_title"),
            learner_name.label("learner_name"),
            count(available.c.topics).label("topics"),
            count(completed_topics.c.topics).label("topics_counted"),
            count(finals.c.tests).label("final_tests"),
            count(passed.c.tests).label("final_tests_passed"),
            completed_topics.c.at.label("topics_at"),
            passed.c.at.label("tests_at"),
            certificates.c.id.is_not(None).label("has_certificate"),
        )
        .select_from(user_courses)
        .join(courses)
        .outerjoin(available, of_station(available))
        .outerjoin(completed_topics, of_learner(completed_topics))
        .outerjoin(finals, of_station(finals))
        .outerjoin(passed, of_learner(passed))
        .outerjoin(certificates, has_certificate)
        .where(user_courses.c.cancelled_at.is_(None), *of_users(scope, user_courses.c.user_id))
        .order_by(user_courses.c.started_at.nulls_last(), user_courses.c.id)
    )
    if scope.station_id is not None:
        select = select.where(courses.c.station_id == _station)
    return select


@cache
def outdated(scope: Scope) -> sa.Select[Any]:
    each = enrollment_progress(scope).subquery("each")
    percent = sa.case((each.c.topics == 0, 0), else_=each.c.topics_counted * 100 // sa.func.nullif(each.c.topics, 0))
    completed = each.c.status == EnrollmentStatus.COMPLETED
    complete = (percent == 100) & (each.c.final_tests_passed == each.c.final_tests)
    return sa.select(each).where(
        (each.c.progress_percent != percent)
        | (each.c.topics_completed != each.c.topics_counted)
        | (complete & ~completed)
        | (completed & ~each.c.has_certificate)
    )


def progress_of(row: sa.Row[Any]) -> EnrollmentProgress:
    moments = [moment for moment in (row.topics_at, row.tests_at) if moment]
    return EnrollmentProgress(
        enrollment=convert(row, Enrollment, from_attributes=True),
        course_title=row.course_title,
        learner_name=row.learner_name,
        topics=row.topics,
        topics_completed=row.topics_counted,
        final_tests=row.final_tests,
        final_tests_passed=row.final_tests_passed,
        reached_at=max(moments, default=None),
        has_certificate=row.has_certificate,
    )
