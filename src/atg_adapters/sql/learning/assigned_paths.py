"""Learning paths that standing assignments give, on SQL."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.learning.obligation_statements import assigned, comes_under, with_what_decides
from atg_adapters.sql.learning.path_learners import ACTIVE_PATHS
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import (
    learning_path_courses,
    learning_paths,
    obligations,
    standing_assignments,
    user_courses,
)
from atg_core.learning.assigned_paths import AssignedPath
from atg_core.learning.paths import LearningPath

PATHS = ACTIVE_PATHS.where(
    learning_paths.c.id.in_(sa.select(assigned.learning_path_id).where(assigned.ended_at.is_(None)))
)
"""Those that are assigned; `paths_of` takes their rows."""

_obliged = obligations.alias("obliged")
_live = (obligations.c.user_id == users.c.id) & (obligations.c.assignment_id == assigned.id)
_since = (
    sa.select(sa.func.min(_obliged.c.since))
    .where(_obliged.c.user_id == users.c.id, _obliged.c.assignment_id == assigned.id, _obliged.c.ended_at.is_(None))
    .scalar_subquery()
)
_course = learning_path_courses.c.course_id
ASSIGNED = (
    sa.select(
        users.c.id.label("user_id"),
        assigned.id.label("assignment_id"),
        assigned.learning_path_id,
        _course,
        _since.label("since"),
        user_courses.c.completed_at,
        obligations.c.course_id.label("obliged_id"),
        obligations.c.due_at,
    )
    .select_from(
        with_what_decides(users.join(standing_assignments, sa.true()))
        .join(learning_path_courses, learning_path_courses.c.learning_path_id == assigned.learning_path_id)
        .outerjoin(obligations, _live & (obligations.c.course_id == _course) & obligations.c.ended_at.is_(None))
        .outerjoin(user_courses, (user_courses.c.user_id == users.c.id) & (user_courses.c.course_id == _course))
    )
    .where(is_among(users.c.id, "users"), comes_under)
    .order_by(users.c.id, assigned.id)
)
"""A row for each user, assignment and course of its path; `assigned_paths_of` takes them."""

_begun = insert(obligations)
OBLIGE = _begun.on_conflict_do_update(
    index_elements=["user_id", "course_id", "assignment_id"],
    set_={**{name: _begun.excluded[name] for name in ("since", "due_at")}, "ended_at": None},
)


def assigned_paths_of(rows: Iterable[Row], paths: Mapping[UUID, LearningPath]) -> list[AssignedPath]:
    """Those of the paths that are given."""
    of_person = groupby(rows, key=lambda row: (row.user_id, row.assignment_id))
    found = [list(group) for _, group in of_person]
    return [_assigned(group, paths[group[0].learning_path_id]) for group in found if group[0].learning_path_id in paths]


def _assigned(rows: list[Row], path: LearningPath) -> AssignedPath:
    return AssignedPath(
        assignment_id=rows[0].assignment_id,
        user_id=rows[0].user_id,
        path=path,
        since=rows[0].since,
        completed={row.course_id: row.completed_at for row in rows if row.completed_at},
        due={row.course_id: row.due_at for row in rows if row.obliged_id},
    )
