"""Learners on learning paths, with their enrollments in the courses, on SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.learning import (
    learning_path_courses,
    learning_paths,
    obligations,
    standing_assignments,
    user_courses,
    user_learning_paths,
)
from atg_core.learning.paths import DueFrom, EnrolledIn, LearnerOnPath, LearningPath, PathCourse

_users: sa.BindParameter[Any] = sa.bindparam("users", expanding=True)
_paths: sa.BindParameter[Any] = sa.bindparam("paths", expanding=True)


def _with_courses(taken: sa.FromClause) -> sa.Select[Any]:
    """For each user and path, `taken`, the courses with the enrollments in them."""
    of_path = learning_path_courses.c.learning_path_id == taken.c.learning_path_id
    in_course = (user_courses.c.user_id == taken.c.user_id) & (
        user_courses.c.course_id == learning_path_courses.c.course_id
    )
    return (
        sa.select(
            taken.c.user_id,
            taken.c.learning_path_id,
            taken.c.assigned_at,
            learning_path_courses.c.course_id,
            user_courses.c.id.label("enrollment_id"),
            user_courses.c.completed_at,
            user_courses.c.own_due_at,
            user_courses.c.cancelled_at.is_not(None).label("is_cancelled"),
        )
        .select_from(taken)
        .outerjoin(learning_path_courses, of_path)
        .outerjoin(user_courses, in_course)
        .order_by(taken.c.user_id, taken.c.learning_path_id)
    )


_has_taken = user_learning_paths.c.cancelled_at.is_(None)
_given = standing_assignments.c
_BOTH = sa.union_all(
    sa.select(
        user_learning_paths.c.user_id, user_learning_paths.c.learning_path_id, user_learning_paths.c.assigned_at
    ).where(_has_taken, user_learning_paths.c.user_id.in_(_users), user_learning_paths.c.learning_path_id.in_(_paths)),
    sa.select(obligations.c.user_id, _given.learning_path_id, obligations.c.since)
    .join(standing_assignments)
    .where(obligations.c.ended_at.is_(None), obligations.c.user_id.in_(_users), _given.learning_path_id.in_(_paths)),
).subquery()
_EARLIEST = (
    sa.select(_BOTH.c.user_id, _BOTH.c.learning_path_id, sa.func.min(_BOTH.c.assigned_at).label("assigned_at"))
    .group_by(_BOTH.c.user_id, _BOTH.c.learning_path_id)
    .subquery()
)
ON_PATHS = _with_courses(_EARLIEST)
"""For the parameters `users` and `paths`, also by standing assignments; `learners_of` takes its rows."""
_is_active = user_learning_paths.c.learning_path_id.in_(
    sa.select(learning_paths.c.id).where(learning_paths.c.is_active)
)
OF_ALL = _with_courses(user_learning_paths).where(_has_taken, _is_active)
OF_USERS = OF_ALL.where(user_learning_paths.c.user_id.in_(_users))
"""Those of active paths, of all learners or for the parameter `users`."""
ACTIVE_PATHS = (
    sa.select(
        *learning_paths.c,
        learning_path_courses.c.course_id,
        courses.c.title.label("course_title"),
        learning_path_courses.c.due_days.label("course_due_days"),
        learning_path_courses.c.due_from,
    )
    .select_from(learning_paths)
    .join(learning_path_courses)
    .join(courses)
    .where(learning_paths.c.is_active, courses.c.is_active)
    .order_by(learning_paths.c.id, learning_path_courses.c.order_index, learning_path_courses.c.id)
)
ACTIVE_PATHS_OF_USERS = ACTIVE_PATHS.where(
    learning_paths.c.id.in_(
        sa.select(user_learning_paths.c.learning_path_id).where(user_learning_paths.c.user_id.in_(_users))
    )
)
"""With their active courses; `paths_of` takes their rows."""


def paths_of(rows: Iterable[Row]) -> dict[UUID, LearningPath]:
    return {path: _path(list(group)) for path, group in groupby(rows, key=lambda row: row.id)}


def _path(rows: list[Row]) -> LearningPath:
    items = [
        PathCourse(
            course_id=row.course_id,
            title=row.course_title,
            due_days=row.course_due_days,
            due_from=DueFrom(row.due_from),
        )
        for row in rows
    ]
    return replace(convert(rows[0], LearningPath, from_attributes=True), courses=tuple(items))


def learners_of(rows: Iterable[Row], paths: Mapping[UUID, LearningPath]) -> list[LearnerOnPath]:
    """Those of the paths that are given."""
    of_learner = groupby(rows, key=lambda row: (row.user_id, row.learning_path_id))
    return [_learner(list(group), paths[path]) for (_, path), group in of_learner if path in paths]


def _learner(rows: list[Row], path: LearningPath) -> LearnerOnPath:
    return LearnerOnPath(
        path=path,
        user_id=rows[0].user_id,
        assigned_at=rows[0].assigned_at,
        enrolled={
            row.course_id: EnrolledIn(
                completed_at=row.completed_at, due_at=row.own_due_at, is_cancelled=bool(row.is_cancelled)
            )
            for row in rows
            if row.enrollment_id
        },
    )
