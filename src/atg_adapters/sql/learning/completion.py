"""Completion, on SQL: certificates and their numbers, totals and streaks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from functools import cache, partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.learning import streaks
from atg_adapters.sql.learning.enrollment_progress import (
    enrollment_progress,
    learners_in,
    of_users,
    outdated,
    progress_of,
)
from atg_adapters.sql.learning.totals import refresh_of
from atg_adapters.sql.rows import numbered, numbered_binds, values_of
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import (
    certificate_numbers,
    certificates,
    user_courses,
    user_stats,
    user_topic_progress,
)
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, Scope
from atg_core.learning.ports import LearnerNotFound


def parameters(scope: Scope) -> dict[str, Any]:
    given = {"user": scope.user_id, "users": scope.user_ids, "station": scope.station_id}
    return {name: value for name, value in given.items() if value is not None}


_NOBODY = UUID(int=0)
_ONE_USER, _SOME_USERS, _ONE_STATION, _BOTH, _ALL = (
    Scope(user_id=_NOBODY),
    Scope(user_ids=()),
    Scope(station_id=0),
    Scope(user_id=_NOBODY, station_id=0),
    Scope(),
)


def _kind(scope: Scope) -> Scope:
    """The scope of the same shape, whose statements are made once."""
    if scope.user_ids is not None:
        return _SOME_USERS
    if scope.user_id is not None:
        return _ONE_USER if scope.station_id is None else _BOTH
    return _ALL if scope.station_id is None else _ONE_STATION


@cache
def _lock(kind: Scope) -> Any:
    """Locks the learners by their rows of totals, which are created where missing."""
    learners = sa.select(users.c.id).where(learners_in(kind, users.c.id)).order_by(users.c.id)
    new = insert(user_stats).from_select(["user_id"], learners)
    same = new.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": new.excluded.user_id})
    return same.returning(user_stats.c.user_id)


@cache
def _quarters(kind: Scope) -> sa.Select[Any]:
    return streaks.QUARTERS.where(*of_users(kind, user_topic_progress.c.user_id)).distinct()


@cache
def _stored_streaks(kind: Scope) -> sa.Select[Any]:
    return streaks.STORED.where(*of_users(kind, user_stats.c.user_id))


@cache
def _refresh(kind: Scope) -> Any:
    return refresh_of(partial(learners_in, kind))


# A learner who sends progress has the row locked, not changed: only this mode waits for that.
_LOCK_ALL = sa.text("LOCK TABLE user_stats IN EXCLUSIVE MODE")

_number = insert(certificate_numbers).values(year=sa.bindparam("in_year"), last=sa.bindparam("count"))
_NEXT_NUMBERS = _number.on_conflict_do_update(
    index_elements=["year"], set_={"last": certificate_numbers.c.last + _number.excluded.last}
).returning(certificate_numbers.c.last)
_COLUMNS = list(Enrollment.__dataclass_fields__)
_SAVED = [name for name in _COLUMNS if name not in {"id", "user_id", "course_id"}]
_SAVE = (
    sa.update(user_courses)
    .where(user_courses.c.id == sa.bindparam("id_"))
    .values({name: sa.bindparam(name) for name in _SAVED})
)


@cache
def _save_together(count: int) -> Any:
    """The rows are there: each conflicts with itself."""
    new = insert(user_courses).values(numbered_binds(user_courses, _COLUMNS, count))
    changed = {name: new.excluded[name] for name in (*_SAVED, "updated_at")}
    return new.on_conflict_do_update(index_elements=["id"], set_=changed)


def saving(enrollments: Sequence[Enrollment]) -> tuple[sa.Executable, dict[str, Any]]:
    """One statement that saves a few of them, with its values."""
    if len(enrollments) == 1:
        return _SAVE, _values_of(enrollments[0])
    return _save_together(len(enrollments)), numbered(_COLUMNS, map(values_of, enrollments))


def _values_of(enrollment: Enrollment) -> dict[str, Any]:
    return {"id_": enrollment.id, **{name: getattr(enrollment, name) for name in _SAVED}}


class SqlCompletion:
    """`CompletionStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock_learners(self, scope: Scope) -> None:
        if scope == Scope() and self.connection.dialect.name == "postgresql":
            await self.connection.execute(_LOCK_ALL)
            return
        locked = await self.connection.execute(_lock(_kind(scope)), parameters(scope))
        if scope.user_id is not None and locked.first() is None:
            raise LearnerNotFound

    async def enrollment_progress(self, scope: Scope) -> list[EnrollmentProgress]:
        rows = await self.connection.execute(enrollment_progress(_kind(scope)), parameters(scope))
        return [progress_of(row) for row in rows]

    async def outdated(self, scope: Scope) -> list[EnrollmentProgress]:
        rows = await self.connection.execute(outdated(_kind(scope)), parameters(scope))
        return [progress_of(row) for row in rows]

    async def save(self, enrollments: Sequence[Enrollment]) -> None:
        await self.connection.execute(_SAVE, [_values_of(each) for each in enrollments])

    async def next_numbers(self, year: int, count: int) -> int:
        last: int = (await self.connection.execute(_NEXT_NUMBERS, {"in_year": year, "count": count})).scalar_one()
        return last - count + 1

    async def issue(self, issued: Sequence[Certificate]) -> None:
        await self.connection.execute(sa.insert(certificates), [asdict(each) for each in issued])

    async def refresh_totals(self, scope: Scope, now: datetime) -> None:
        await self.connection.execute(_refresh(_kind(scope)), {**parameters(scope), "now": now})

    async def refresh_streaks(self, scope: Scope, timezone: tzinfo) -> None:
        kind, values = _kind(scope), parameters(scope)
        counted = streaks.streaks_of(await self.connection.execute(_quarters(kind), values), timezone)
        stored = await self.connection.execute(_stored_streaks(kind), values)
        changed = [
            {"user": row.user_id, **streaks.columns_of(counted.get(row.user_id))}
            for row in stored
            if streaks.streak_of(row) != counted.get(row.user_id)
        ]
        if changed:
            await self.connection.execute(streaks.UPDATE, changed)
