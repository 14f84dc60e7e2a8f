"""Learning paths and the learners who have them, on SQL."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.learning.assignments import SqlAssignments
from atg_adapters.sql.learning.obligations import SqlObligations
from atg_adapters.sql.learning.path_learners import ON_PATHS, learners_of
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.learning import (
    learning_path_courses,
    learning_paths,
    obligations,
    standing_assignments,
    user_learning_paths,
)
from atg_core.learning.path_assignments import LearningPathAssigned, PathAssignment, PathCodeTaken
from atg_core.learning.paths import LearnerOnPath, LearningPath, LearningPathNotFound, PathCourse

_path: sa.BindParameter[UUID] = sa.bindparam("path")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_OWN = [field.name for field in fields(LearningPath) if field.name != "courses"]
_OF_COURSE = [field.name for field in fields(PathCourse) if field.name != "title"]

_columns = [learning_paths.c[name] for name in _OWN]
_PATH = sa.select(*_columns).where(learning_paths.c.id == _path)
_LOCK = {changing: _PATH.with_for_update(read=not changing) for changing in (False, True)}
_COURSES = (
    sa.select(learning_path_courses.c.learning_path_id, *(learning_path_courses.c[name] for name in _OF_COURSE))
    .add_columns(courses.c.title)
    .join(courses)
    .where(learning_path_courses.c.learning_path_id.in_(_ids), courses.c.is_active)
    .order_by(learning_path_courses.c.learning_path_id, learning_path_courses.c.order_index, learning_path_courses.c.id)
)
_TITLES = (
    sa.select(courses.c.id, courses.c.title)
    .where(courses.c.id.in_(_ids), courses.c.is_active)
    .order_by(courses.c.id)
    .with_for_update(read=True)
)
_new_path = insert(learning_paths)
_SAVE = _new_path.on_conflict_do_update(
    index_elements=["id"], set_={name: _new_path.excluded[name] for name in _OWN if name not in {"id", "created_at"}}
)
_FORGET_COURSES = sa.delete(learning_path_courses).where(learning_path_courses.c.learning_path_id == _path)
_DELETE = sa.delete(learning_paths).where(learning_paths.c.id == _path)
_DEACTIVATE = sa.update(learning_paths).where(learning_paths.c.id == _path).values(is_active=False)
_has_path = sa.and_(user_learning_paths.c.learning_path_id == _path, user_learning_paths.c.cancelled_at.is_(None))
_COUNT = sa.select(sa.func.count()).where(_has_path, user_learning_paths.c.user_id.in_(_ids))
_LEARNERS = sa.select(user_learning_paths.c.user_id).where(_has_path).order_by(user_learning_paths.c.user_id)
_new = insert(user_learning_paths)
_stored = user_learning_paths.c
_ASSIGN = _new.on_conflict_do_update(
    index_elements=["user_id", "learning_path_id"],
    set_={
        "assigned_at": sa.case((_stored.cancelled_at.is_(None), _stored.assigned_at), else_=_new.excluded.assigned_at),
        "cancelled_at": None,
    },
)
_LEAVE = (
    sa.update(user_learning_paths)
    .where(_has_path, user_learning_paths.c.user_id == _user)
    .values(cancelled_at=sa.bindparam("now"))
)
_is_given = (
    (standing_assignments.c.id == obligations.c.assignment_id)
    & (obligations.c.user_id == _user)
    & obligations.c.ended_at.is_(None)
)
_is_taken = sa.exists().where(
    user_learning_paths.c.learning_path_id == learning_paths.c.id,
    user_learning_paths.c.user_id == _user,
    user_learning_paths.c.cancelled_at.is_(None),
)
_is_mine = _is_taken | sa.exists().where(standing_assignments.c.learning_path_id == learning_paths.c.id, _is_given)
_GIVEN = (
    sa.select(standing_assignments.c.id)
    .where(
        standing_assignments.c.learning_path_id == _path, sa.exists().where(_is_given).correlate(standing_assignments)
    )
    .limit(1)
)
_ASSIGNMENTS = sa.select(standing_assignments.c.id).where(
    standing_assignments.c.learning_path_id == _path, standing_assignments.c.ended_at.is_(None)
)


class SqlLearningPaths(SqlObligations, SqlAssignments):
    """`LearningPathStore` within the transaction of `connection`."""

    async def lock_path(self, path_id: UUID, *, changing: bool = False) -> LearningPath:
        row = (await self.connection.execute(_LOCK[changing], {"path": path_id})).first()
        if row is None:
            raise LearningPathNotFound
        return _paths([row], await self.connection.execute(_COURSES, {"ids": [path_id]}))[0]

    async def course_titles(self, ids: Collection[UUID]) -> dict[UUID, str]:
        return {row.id: row.title for row in await self.connection.execute(_TITLES, {"ids": list(ids)})}

    async def save_path(self, path: LearningPath) -> None:
        values = asdict(path)
        items = values.pop("courses")
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(_SAVE, values)
        except IntegrityError as error:
            raise PathCodeTaken from error
        await self.connection.execute(_FORGET_COURSES, {"path": path.id})
        rows = [
            {"learning_path_id": path.id, "order_index": number, **{name: item[name] for name in _OF_COURSE}}
            for number, item in enumerate(items, start=1)
        ]
        if rows:
            await self.connection.execute(sa.insert(learning_path_courses), rows)

    async def remove_path(self, path_id: UUID) -> None:
        try:
            async with self.connection.begin_nested():
                await self.connection.execute(_DELETE, {"path": path_id})
        except IntegrityError:  # somebody has it
            await self.connection.execute(_DEACTIVATE, {"path": path_id})

    async def assign_path(self, assignments: Sequence[PathAssignment]) -> int:
        path, users = assignments[0].learning_path_id, [each.user_id for each in assignments]
        before: int = (await self.connection.execute(_COUNT, {"path": path, "ids": users})).scalar_one()
        await self.connection.execute(_ASSIGN, [asdict(each) for each in assignments])
        return len(assignments) - before

    async def leave_path(self, user_id: UUID, path_id: UUID, now: datetime) -> None:
        if (await self.connection.execute(_GIVEN, {"user": user_id, "path": path_id})).first():
            raise LearningPathAssigned
        await self.connection.execute(_LEAVE, {"user": user_id, "path": path_id, "now": now})

    async def assignments_of_path(self, path_id: UUID) -> list[UUID]:
        return await self.connection.scalars(_ASSIGNMENTS, {"path": path_id})

    async def learners_of_path(self, path_id: UUID) -> list[UUID]:
        return list((await self.connection.execute(_LEARNERS, {"path": path_id})).scalars())


class SqlLearningPathQueries:
    """`LearningPathQueries`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def paths(
        self, user_id: UUID, *, mine: bool, inactive: bool, limit: int, offset: int
    ) -> tuple[list[tuple[LearningPath, LearnerOnPath | None]], int]:
        matching: list[sa.ColumnElement[bool]] = [_is_mine] if mine else []
        matching += [] if inactive else [learning_paths.c.is_active]
        page = sa.select(*_columns).where(*matching).order_by(learning_paths.c.title, learning_paths.c.id)
        count = sa.select(sa.func.count()).select_from(learning_paths).where(*matching)
        total, rows = await self.database.results(
            (count, {"user": user_id}), (page.limit(limit).offset(offset), {"user": user_id})
        )
        return await self._with_learner(user_id, rows.all()), total.scalar_one()

    async def path(self, user_id: UUID, path_id: UUID) -> tuple[LearningPath, LearnerOnPath | None]:
        row = await self.database.row(_PATH, {"path": path_id})
        if row is None:
            raise LearningPathNotFound
        return (await self._with_learner(user_id, [row]))[0]

    async def _with_learner(
        self, user_id: UUID, rows: Sequence[Row]
    ) -> list[tuple[LearningPath, LearnerOnPath | None]]:
        ids = [row.id for row in rows]
        if not ids:
            return []
        items, learner = await self.database.results(
            (_COURSES, {"ids": ids}), (ON_PATHS, {"users": [user_id], "paths": ids})
        )
        paths = _paths(rows, items)
        mine = {each.path.id: each for each in learners_of(learner, {path.id: path for path in paths})}
        return [(path, mine.get(path.id)) for path in paths]


def _paths(rows: Iterable[Row], items: Iterable[Row]) -> list[LearningPath]:
    of_path = {path: list(group) for path, group in groupby(items, key=lambda row: row.learning_path_id)}
    return [
        convert({**fields_of(row), "courses": [fields_of(item) for item in of_path.get(row.id, ())]}, LearningPath)
        for row in rows
    ]
