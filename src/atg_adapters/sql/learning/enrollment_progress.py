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
    external_certificates,
    user_courses,
    user_stats,
    user_test_results,
    user_topic_progress,
)
from atg_adapters.sql.tables.tests import final_tests
from atg_core.learning.model import Enrollment, EnrollmentProgress, EnrollmentStatus, Held, Scope

type Condition = sa.ColumnElement[bool]

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_users: sa.BindParameter[list[UUID]] = sa.bindparam("users", expanding=True)
_station: sa.BindParameter[int] = sa.bindparam("station")
_course: sa.BindParameter[UUID] = sa.bindparam("course")
_enrolled = user_courses.alias("enrolled")
_topic_is_active = sa.and_(topics.c.is_active, lessons.c.is_active, course_programs.c.is_active)
_final_is_active = sa.and_(final_tests.c.is_active, course_programs.c.is_active)
_last_completed_at = sa.func.coalesce(user_topic_progress.c.renewed_at, user_topic_progress.c.completed_at)
_held = external_certificates.alias("held")
_HELD_LONGEST = (
    sa.select(_held.c.id)
    .where(_held.c.user_id == user_courses.c.user_id, _held.c.course_id == user_courses.c.course_id)
    .order_by(_held.c.valid_until.desc().nulls_first(), _held.c.issued_at, _held.c.id)
    .limit(1)
    .correlate(user_courses)
    .scalar_subquery()
)
# One without questions is not asked for; who passed it elsewhere has still reached something then.
_final_is_required = final_tests.c.questions_count > 0


def learners_in(scope: Scope, column: sa.ColumnElement[Any]) -> Condition:
    """The condition that a column is a learner of the scope; its parameters are those of the scope."""
    if found := of_users(scope, column):
        return found[0]
    if here := _of_courses(scope):
        return column.in_(sa.select(user_courses.c.user_id).join(courses).where(*here))
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
    shown = _shown(scope)
    course = shown.c.course_id
    programs = course_programs.join(shown, shown.c.program_id == course_programs.c.id)
    active_topics = topics.join(lessons).join(programs, course_programs.c.id == lessons.c.course_program_id)
    available = (
        sa.select(course, sa.func.count().label("topics"))
        .select_from(active_topics)
        .where(_topic_is_active)
        .group_by(course)
        .subquery("available")
    )
    completed_topics = (
        sa.select(
            user_topic_progress.c.user_id,
            course,
            sa.func.count().label("topics"),
            sa.func.max(_last_completed_at).label("at"),
        )
        .select_from(user_topic_progress.join(active_topics, topics.c.id == user_topic_progress.c.topic_id))
        .join(_enrolled, _is_enrolled(user_topic_progress.c.user_id, course))
        .where(
            user_topic_progress.c.completed,
            _topic_is_active,
            _enrolled.c.topics_since.is_(None) | (_last_completed_at > _enrolled.c.topics_since),
            *of_users(scope, user_topic_progress.c.user_id),
        )
        .group_by(user_topic_progress.c.user_id, course)
        .subquery("completed_topics")
    )
    final = final_tests.join(programs, course_programs.c.id == final_tests.c.course_program_id)
    finals = (
        sa.select(course, sa.func.count().label("tests"))
        .select_from(final)
        .where(_final_is_active, _final_is_required)
        .group_by(course)
        .subquery("finals")
    )
    passes = (
        sa.select(
            user_test_results.c.user_id,
            course,
            final_tests.c.id.label("final_test_id"),
            _final_is_required.label("is_required"),
            sa.func.min(user_test_results.c.created_at).label("at"),
        )
        .select_from(user_test_results.join(final, final_tests.c.id == user_test_results.c.final_test_id))
        .join(_enrolled, _is_enrolled(user_test_results.c.user_id, course))
        .where(
            user_test_results.c.passed,
            _final_is_active,
            _enrolled.c.tests_since.is_(None) | (user_test_results.c.created_at > _enrolled.c.tests_since),
            *of_users(scope, user_test_results.c.user_id),
        )
        .group_by(user_test_results.c.user_id, course, final_tests.c.id)
        .subquery("passes")
    )
    passed = (
        sa.select(
            passes.c.user_id,
            passes.c.course_id,
            sa.func.count().filter(passes.c.is_required).label("tests"),
            sa.func.max(passes.c.at).label("at"),
        )
        .group_by(passes.c.user_id, passes.c.course_id)
        .subquery("passed")
    )

    def of_course(counted: sa.Subquery) -> Condition:
        return counted.c.course_id == courses.c.id

    def of_learner(counted: sa.Subquery) -> Condition:
        return (counted.c.user_id == user_courses.c.user_id) & of_course(counted)

    def count(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(column, 0)

    learner_name = sa.select(display_name(users)).where(users.c.id == user_courses.c.user_id).scalar_subquery()
    has_certificate = sa.and_(
        certificates.c.user_id == user_courses.c.user_id,
        certificates.c.course_id == courses.c.id,
        certificates.c.round == user_courses.c.round,
    )
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
            courses.c.valid_months,
            courses.c.renew_days,
            courses.c.renew_topics,
            external_certificates.c.id.label("held_id"),
            external_certificates.c.issued_at.label("held_issued_at"),
            external_certificates.c.valid_until.label("held_valid_until"),
        )
        .select_from(user_courses)
        .join(courses)
        .outerjoin(available, of_course(available))
        .outerjoin(completed_topics, of_learner(completed_topics))
        .outerjoin(finals, of_course(finals))
        .outerjoin(passed, of_learner(passed))
        .outerjoin(certificates, has_certificate)
        .outerjoin(external_certificates, external_certificates.c.id == _HELD_LONGEST)
        .where(user_courses.c.cancelled_at.is_(None), *of_users(scope, user_courses.c.user_id))
        .order_by(user_courses.c.started_at.nulls_last(), user_courses.c.id)
    )
    return select.where(*_of_courses(scope))


def _shown(scope: Scope) -> sa.CTE:
    """The programs that the courses of the scope show: those of their station, and their own."""
    here = _of_courses(scope)
    if learners := of_users(scope, _enrolled.c.user_id):
        here.append(courses.c.id.in_(sa.select(_enrolled.c.course_id).where(*learners)))
    program = course_programs.c.id.label("program_id")
    each = (
        sa.select(courses.c.id.label("course_id"), program).join_from(courses, course_programs, mine).where(*here)
        for mine in (course_programs.c.station_id == courses.c.station_id, course_programs.c.course_id == courses.c.id)
    )
    return sa.union_all(*each).cte("shown")


def _of_courses(scope: Scope) -> list[Condition]:
    """The condition on the courses of the scope; empty if it is about all."""
    if scope.course_id is not None:
        return [courses.c.id == _course]
    return [] if scope.station_id is None else [courses.c.station_id == _station]


def _is_enrolled(user: sa.ColumnElement[Any], course: sa.ColumnElement[Any]) -> Condition:
    return (_enrolled.c.user_id == user) & (_enrolled.c.course_id == course)


@cache
def outdated(scope: Scope) -> sa.Select[Any]:
    each = enrollment_progress(scope).subquery("each")
    percent = sa.case((each.c.topics == 0, 0), else_=each.c.topics_counted * 100 // sa.func.nullif(each.c.topics, 0))
    completed = each.c.status == EnrollmentStatus.COMPLETED
    by_another = each.c.external_certificate_id
    is_another_held = by_another.is_not(None) & (
        by_another.is_distinct_from(each.c.held_id) | each.c.valid_until.is_distinct_from(each.c.held_valid_until)
    )
    lasts_longer = sa.or_(
        each.c.round == 1, each.c.held_valid_until.is_(None), each.c.held_valid_until > each.c.valid_until
    )
    complete = (percent == 100) & (each.c.final_tests_passed == each.c.final_tests)
    return sa.select(each).where(
        (each.c.progress_percent != percent)
        | (each.c.topics_completed != each.c.topics_counted)
        | (complete & ~completed)
        | (completed & ~each.c.has_certificate & by_another.is_(None))
        | (completed & is_another_held)
        | (~completed & each.c.held_id.is_not(None) & lasts_longer)
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
        valid_months=row.valid_months,
        renew_days=row.renew_days,
        renew_topics=row.renew_topics,
        held=Held(id=row.held_id, issued_at=row.held_issued_at, valid_until=row.held_valid_until)
        if row.held_id
        else None,
    )
