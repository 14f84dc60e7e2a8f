"""Totals of learners: one statement that recalculates them and writes those that differ."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import (
    certificates,
    user_courses,
    user_stats,
    user_test_results,
    user_topic_progress,
)
from atg_adapters.sql.types import UtcDateTime

type OfScope = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]

SUMS = (
    "active_courses",
    "completed_courses",
    "total_progress",
    "total_hours_studied",
    "certificates_count",
    "topics_completed",
    "tests_taken",
    "tests_passed",
    "best_scores",
)


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def refresh_of(of_scope: OfScope) -> Any:
    """The statement for the users that `of_scope` selects; its parameter `now` becomes `last_updated`."""
    percent = user_courses.c.progress_percent
    enrolled = (
        sa.select(
            user_courses.c.user_id,
            _sum(percent < 100).label("active_courses"),
            _sum(percent == 100).label("completed_courses"),
            sa.func.sum(percent).label("total_progress"),
            sa.func.round(sa.func.sum(user_courses.c.hours_studied), 2).label("total_hours_studied"),
        )
        .where(user_courses.c.cancelled_at.is_(None), of_scope(user_courses.c.user_id))
        .group_by(user_courses.c.user_id)
        .subquery("enrolled")
    )
    certified = (
        sa.select(certificates.c.user_id, sa.func.count().label("certificates_count"))
        .where(certificates.c.revoked_at.is_(None), of_scope(certificates.c.user_id))
        .group_by(certificates.c.user_id)
        .subquery("certified")
    )
    completed_topics = (
        sa.select(user_topic_progress.c.user_id, sa.func.count().label("topics_completed"))
        .where(user_topic_progress.c.completed, of_scope(user_topic_progress.c.user_id))
        .group_by(user_topic_progress.c.user_id)
        .subquery("completed_topics")
    )
    results = user_test_results.c
    best = (
        sa.select(
            results.user_id,
            sa.func.max(results.score_percent).label("score"),
            sa.func.max(sa.cast(results.passed, sa.Integer)).label("passed"),
        )
        .where(of_scope(results.user_id))
        .group_by(results.user_id, results.lesson_test_id, results.final_test_id)
        .subquery("best")
    )
    tested = (
        sa.select(
            best.c.user_id,
            sa.func.count().label("tests_taken"),
            sa.func.sum(best.c.passed).label("tests_passed"),
            sa.func.sum(best.c.score).label("best_scores"),
        )
        .group_by(best.c.user_id)
        .subquery("tested")
    )
    parts = (enrolled, certified, completed_topics, tested)
    column_of = {column.name: column for part in parts for column in part.c}
    sums = sa.select(
        users.c.id,
        *(sa.func.coalesce(column_of[name], 0) for name in SUMS),
        sa.bindparam("now", type_=UtcDateTime),
    ).select_from(users)
    for part in parts:
        sums = sums.outerjoin(part, part.c.user_id == users.c.id)
    sums = sums.where(of_scope(users.c.id)).order_by(users.c.id)
    new = insert(user_stats).from_select(["user_id", *SUMS, "last_updated"], sums)
    return new.on_conflict_do_update(
        index_elements=["user_id"],
        set_={name: new.excluded[name] for name in (*SUMS, "last_updated")},
        where=sa.or_(*(user_stats.c[name] != new.excluded[name] for name in SUMS)),
    )
