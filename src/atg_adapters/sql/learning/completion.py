"""Completion, on SQL: certificates and their numbers, totals and streaks."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from functools import cache, partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.learning import streaks
from atg_adapters.sql.learning.assigned_paths import ASSIGNED, OBLIGE, PATHS, assigned_paths_of
from atg_adapters.sql.learning.enrollment_progress import (
    enrollment_progress,
    learners_in,
    of_users,
    outdated,
    progress_of,
)
from atg_adapters.sql.learning.obligation_statements import SETTLING_COURSE
from atg_adapters.sql.learning.path_learners import (
    ACTIVE_PATHS,
    ACTIVE_PATHS_OF_USERS,
    OF_ALL,
    OF_USERS,
    learners_of,
    paths_of,
)
from atg_adapters.sql.learning.prerequisites import OF_COURSES, OF_PROGRAM, accesses_of
from atg_adapters.sql.learning.totals import refresh_of
from atg_adapters.sql.rows import numbered, numbered_binds, values_of
from atg_adapters.sql.tables.catalog import courses
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import (
    certificate_numbers,
    certificates,
    user_courses,
    user_stats,
    user_topic_progress,
)
from atg_core.learning.assigned_paths import AssignedPath, Obligation
from atg_core.learning.model import Certificate, Enrollment, EnrollmentProgress, Scope
from atg_core.learning.paths import LearnerOnPath
from atg_core.learning.ports import LearnerNotFound
from atg_core.learning.prerequisites import CourseAccess


def parameters(scope: Scope) -> dict[str, Any]:
    given = {"user": scope.user_id, "users": scope.user_ids, "station": scope.station_id, "course": scope.course_id}
    return {name: value for name, value in given.items() if value is not None}


_NOBODY = UUID(int=0)
_ALL, _SOME_USERS, _STATION, _COURSE = Scope(), Scope(user_ids=()), Scope(station_id=0), Scope(course_id=_NOBODY)
_USER, _USER_IN_STATION, _USER_IN_COURSE = (replace(kind, user_id=_NOBODY) for kind in (_ALL, _STATION, _COURSE))


def _kind(scope: Scope) -> Scope:
    """The scope of the same shape, whose statements are made once."""
    if scope.user_ids is not None:
        return _SOME_USERS
    if scope.course_id is not None:
        return _COURSE if scope.user_id is None else _USER_IN_COURSE
    if scope.station_id is not None:
        return _STATION if scope.user_id is None else _USER_IN_STATION
    return _ALL if scope.user_id is None else _USER


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

# The curriculum of a course does not change while somebody is enrolled in it. Learners are locked already, against the
# order of all others: an author who waits for one of them is a deadlock, which ends one of the two (503, try again).
_LOCK_COURSES = (
    sa.select(courses.c.id)
    .where(courses.c.id.in_(sa.bindparam("courses", expanding=True)))
    .order_by(courses.c.id)
    .with_for_update(read=True)
)
_opened = insert(user_courses)


def _due_after(before: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The earlier of two due dates; the later one alone where the learner had left the course."""
    due = _opened.excluded.due_at
    earlier = sa.case((before <= due, before), else_=sa.func.coalesce(due, before))
    return sa.case((user_courses.c.cancelled_at.is_(None), earlier), else_=due)


_OPEN = _opened.on_conflict_do_update(
    index_elements=["user_id", "course_id"],
    set_={
        "due_at": _due_after(user_courses.c.due_at),
        "own_due_at": _due_after(user_courses.c.own_due_at),
        "by_assignment": False,
        "cancelled_at": None,
    },
)
_number = insert(certificate_numbers).values(year=sa.bindparam("in_year"), last=sa.bindparam("count"))
_NEXT_NUMBERS = _number.on_conflict_do_update(
    index_elements=["year"], set_={"last": certificate_numbers.c.last + _number.excluded.last}
).returning(certificate_numbers.c.last)
_COLUMNS = list(Enrollment.__dataclass_fields__)
_SAVED = [name for name in _COLUMNS if name not in {"id", "user_id", "course_id", "created_at"}]
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

    async def learners_on_paths(self, user_ids: Collection[UUID] | None) -> list[LearnerOnPath]:
        given = {} if user_ids is None else {"users": list(user_ids)}
        of_users = (ACTIVE_PATHS, OF_ALL) if user_ids is None else (ACTIVE_PATHS_OF_USERS, OF_USERS)
        paths = paths_of(await self.connection.execute(of_users[0], given))
        return learners_of(await self.connection.execute(of_users[1], given), paths) if paths else []

    async def open_courses(self, enrollments: Sequence[Enrollment]) -> None:
        await self.connection.execute(_LOCK_COURSES, {"courses": list({each.course_id for each in enrollments})})
        await self.connection.execute(_OPEN, [asdict(each) for each in enrollments])

    async def assigned_paths(self, user_ids: Collection[UUID]) -> list[AssignedPath]:
        paths = paths_of(await self.connection.execute(PATHS))
        return assigned_paths_of(await self.connection.execute(ASSIGNED, {"users": user_ids}), paths) if paths else []

    async def oblige(self, obligations: Sequence[Obligation], now: datetime) -> None:
        whose, what = {each.user_id for each in obligations}, {each.course_id for each in obligations}
        await self.connection.execute(_LOCK_COURSES, {"courses": list(what)})
        await self.connection.execute(OBLIGE, [asdict(each) for each in obligations])
        for statement in (SETTLING_COURSE.enroll, SETTLING_COURSE.set_due):
            await self.connection.execute(statement, {"users": whose, "courses": what, "now": now})

    async def access(self, user_id: UUID, course_ids: Collection[UUID]) -> list[CourseAccess]:
        given = {"user": user_id, "courses": list(course_ids)}
        return accesses_of(await self.connection.execute(OF_COURSES, given))

    async def access_to_program(self, user_id: UUID, program_id: int) -> list[CourseAccess]:
        return accesses_of(await self.connection.execute(OF_PROGRAM, {"user": user_id, "program": program_id}))

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
