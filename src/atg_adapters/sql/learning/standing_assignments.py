"""Standing assignments, on SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.learning.managers import is_managed_by
from atg_adapters.sql.learning.paths import SqlLearningPaths
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import courses, stations
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import (
    learning_paths,
    managers,
    obligations,
    standing_assignment_users,
    standing_assignments,
    user_courses,
)
from atg_adapters.sql.types import UtcDateTime
from atg_core.learning.audiences import Assigned, Audience, AudienceKind, DueRule
from atg_core.learning.model import EnrollmentStatus
from atg_core.learning.standing_assignments import (
    Assignment,
    AssignmentNotFound,
    AssignmentQuery,
    AssignmentSummary,
    ObligedPerson,
    UnknownAudienceStation,
)

_table, _id = standing_assignments.c, sa.bindparam("assignment", type_=sa.Uuid())
_now = sa.bindparam("now", type_=UtcDateTime)
# A completion that opens a course refers to the assignment while it holds its learner, who is locked here later.
_HELD = (
    sa.select(standing_assignments).where(_table.id == _id, _table.ended_at.is_(None)).with_for_update(key_share=True)
)
_NAMED = sa.select(standing_assignment_users.c.user_id).where(standing_assignment_users.c.assignment_id == _id)
_manager = sa.bindparam("manager", type_=sa.Uuid())
_LEADS = sa.select(
    sa.exists().where(
        managers.c.user_id == _manager,
        (managers.c.department == sa.bindparam("department", type_=sa.String))
        | (managers.c.station_id == sa.bindparam("station", type_=sa.Integer)),
    )
)
_MANAGED = (
    sa.select(sa.func.count())
    .select_from(user_profiles)
    .where(is_among(user_profiles.c.id, "users"), is_managed_by(_manager))
)
_SAVE = (
    sa.update(standing_assignments)
    .where(_table.id == _id)
    .values({name: sa.bindparam(name) for name in ("due_at", "due_days", "ended_at")})
)
_live = (obligations.c.assignment_id == _id) & obligations.c.ended_at.is_(None)
_COURSES = sa.select(obligations.c.course_id).where(_live).distinct()
_BEGINNINGS = sa.select(obligations.c.since).where(_live).distinct()
_POSTPONE = (
    sa.update(obligations)
    .where(_live, obligations.c.since == sa.bindparam("began", type_=UtcDateTime))
    .values(due_at=sa.bindparam("due_at", type_=UtcDateTime))
)


class SqlStandingAssignments(SqlLearningPaths):
    """`StandingAssignmentStore` within the transaction of `connection`."""

    async def add_assignment(self, assignment: Assignment) -> None:
        audience, rule = assignment.audience, assignment.rule
        values = {
            "id": assignment.id,
            "code": str(assignment.id),
            **asdict(assignment.what),
            "audience": audience.kind,
            **{name: getattr(audience, name) for name in ("department", "station_id", "position")},
            **{name: getattr(rule, name) for name in ("due_at", "due_days")},
            "created_at": assignment.created_at,
            "updated_at": assignment.created_at,
            "created_by": assignment.created_by,
        }
        try:
            await self.connection.execute(sa.insert(standing_assignments), values)
        except IntegrityError as error:  # what is assigned is locked, and the other reference is that to its station
            raise UnknownAudienceStation from error
        named = [{"assignment_id": assignment.id, "user_id": user_id} for user_id in sorted(audience.user_ids)]
        await self.connection.execute(sa.insert(standing_assignment_users), named)

    async def assignment(self, assignment_id: UUID) -> Assignment:
        row = (await self.connection.execute(_HELD, {"assignment": assignment_id})).first()
        if row is None:
            raise AssignmentNotFound
        named = await self.connection.scalars(_NAMED, {"assignment": assignment_id})
        return _assignment(row, frozenset(named))

    async def manages(self, manager: UUID, audience: Audience) -> bool:
        if audience.kind is AudienceKind.GROUP:
            values = {"manager": manager, "department": audience.department, "station": audience.station_id}
            return bool(await self.connection.scalar(_LEADS, values))
        named = {"manager": manager, "users": audience.user_ids}
        managed: int = await self.connection.scalar(_MANAGED, named)
        return audience.kind is AudienceKind.USERS and managed == len(audience.user_ids)

    async def save_assignment(self, assignment: Assignment) -> None:
        rule = assignment.rule
        values = {"due_at": rule.due_at, "due_days": rule.due_days, "ended_at": assignment.ended_at}
        await self.connection.execute(_SAVE, {"assignment": assignment.id, **values})

    async def obliged_courses(self, assignment_id: UUID) -> list[UUID]:
        return await self.connection.scalars(_COURSES, {"assignment": assignment_id})

    async def beginnings(self, assignment_id: UUID) -> list[datetime]:
        return await self.connection.scalars(_BEGINNINGS, {"assignment": assignment_id})

    async def postpone(self, assignment_id: UUID, since: datetime, due_at: datetime | None) -> None:
        values = {"assignment": assignment_id, "began": since, "due_at": due_at}
        await self.connection.execute(_POSTPONE, values)


def _assignment(row: Row, user_ids: frozenset[UUID]) -> Assignment:
    fields = fields_of(row)
    audience = Audience(
        kind=AudienceKind(fields["audience"]),
        user_ids=user_ids,
        **{name: fields[name] for name in ("department", "station_id", "position")},
    )
    rule = DueRule(due_at=fields["due_at"], due_days=fields["due_days"])
    what = Assigned(course_id=fields["course_id"], learning_path_id=fields["learning_path_id"])
    own = {name: fields[name] for name in ("id", "created_at", "created_by", "ended_at")}
    return Assignment(**own, what=what, audience=audience, rule=rule)


_their_enrollment = (user_courses.c.user_id == obligations.c.user_id) & (
    user_courses.c.course_id == obligations.c.course_id
)
_of_person = (
    users.c.username,
    users.c.full_name,
    user_profiles.c.employee_id,
    user_profiles.c.department,
    stations.c.name.label("station"),
)
_name = sa.func.coalesce(users.c.full_name, users.c.username)
_PEOPLE = (
    sa.select(
        obligations.c.user_id,
        *_of_person,
        obligations.c.course_id,
        courses.c.title.label("course"),
        obligations.c.since,
        obligations.c.due_at,
        user_courses.c.status,
        user_courses.c.progress_percent,
        user_courses.c.completed_at,
    )
    .select_from(
        obligations.join(users)
        .join(courses, courses.c.id == obligations.c.course_id)
        .join(user_courses, _their_enrollment)
        .outerjoin(user_profiles, user_profiles.c.id == users.c.id)
        .outerjoin(stations, stations.c.id == user_profiles.c.station_id)
    )
    .where(_live)
    .order_by(_name, users.c.id, courses.c.title, courses.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
_NUMBER = (
    sa.select(sa.func.count(obligations.c.user_id).label("total"))
    .select_from(
        standing_assignments.outerjoin(
            obligations, (obligations.c.assignment_id == _table.id) & obligations.c.ended_at.is_(None)
        )
    )
    .where(_table.id == _id)
    .group_by(_table.id)
)


def _summaries(page: sa.Select[Any]) -> sa.Select[Any]:
    """Each of the page with how many people it holds for, and how many of them are late by it."""
    shown = page.subquery("page")
    is_late = (user_courses.c.status != EnrollmentStatus.COMPLETED.value) & (obligations.c.due_at < _now)
    people = (
        sa.select(
            obligations.c.assignment_id,
            sa.func.count(obligations.c.user_id.distinct()).label("people"),
            sa.func.count(sa.case((is_late, obligations.c.user_id)).distinct()).label("late"),
        )
        .select_from(obligations.join(user_courses, _their_enrollment))
        .where(obligations.c.assignment_id.in_(sa.select(shown.c.id)), obligations.c.ended_at.is_(None))
        .group_by(obligations.c.assignment_id)
        .subquery("people")
    )
    return (
        sa.select(
            shown,
            courses.c.title.label("course"),
            learning_paths.c.title.label("learning_path"),
            stations.c.name.label("station"),
            *(sa.func.coalesce(people.c[name], 0).label(name) for name in ("people", "late")),
        )
        .select_from(shown)
        .outerjoin(courses, courses.c.id == shown.c.course_id)
        .outerjoin(learning_paths, learning_paths.c.id == shown.c.learning_path_id)
        .outerjoin(stations, stations.c.id == shown.c.station_id)
        .outerjoin(people, people.c.assignment_id == shown.c.id)
        .order_by(shown.c.created_at.desc(), shown.c.id)
    )


def _is_of(manager: UUID) -> sa.ColumnElement[bool]:
    """As `AssignmentQuery.managed_by` says."""
    is_led = sa.exists().where(
        managers.c.user_id == manager,
        (managers.c.department == _table.department) | (managers.c.station_id == _table.station_id),
    )
    named = standing_assignment_users.join(user_profiles, user_profiles.c.id == standing_assignment_users.c.user_id)
    is_of_another = (
        sa.select(sa.literal(1))
        .select_from(named)
        .where(standing_assignment_users.c.assignment_id == _table.id, ~is_managed_by(manager))
        .correlate(standing_assignments)
        .exists()
    )
    is_own = (_table.audience == AudienceKind.USERS.value) & (_table.created_by == manager) & ~is_of_another
    return is_own | is_led.correlate(standing_assignments)


class SqlStandingAssignmentQueries:
    """`StandingAssignmentQueries`: plain reads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def assignments(
        self, query: AssignmentQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[AssignmentSummary], int]:
        matching = _matching(query)
        count = sa.select(sa.func.count()).select_from(standing_assignments).where(*matching)
        page = sa.select(standing_assignments).where(*matching).order_by(_table.created_at.desc(), _table.id)
        counted, rows = await self.database.results(
            (count, {}), (_summaries(page.limit(limit).offset(offset)), {"now": now})
        )
        return [convert(row, AssignmentSummary, from_attributes=True) for row in rows], counted.scalar_one()

    async def find_assignment(
        self, assignment_id: UUID, now: datetime, *, managed_by: UUID | None = None
    ) -> AssignmentSummary:
        matching = [_table.id == assignment_id, *([_is_of(managed_by)] if managed_by else [])]
        found = _summaries(sa.select(standing_assignments).where(*matching))
        row = await self.database.row(found, {"now": now})
        if row is None:
            raise AssignmentNotFound
        return convert(row, AssignmentSummary, from_attributes=True)

    async def obliged_people(self, assignment_id: UUID, *, limit: int, offset: int) -> tuple[list[ObligedPerson], int]:
        values = {"assignment": assignment_id}
        counted, rows = await self.database.results(
            (_NUMBER, values), (_PEOPLE, {**values, "limit": limit, "offset": offset})
        )
        total = counted.first()
        if total is None:
            raise AssignmentNotFound
        return [convert(row, ObligedPerson, from_attributes=True) for row in rows], total.total


def _matching(query: AssignmentQuery) -> Sequence[sa.ColumnElement[bool]]:
    asked = {name: getattr(query, name) for name in ("course_id", "learning_path_id", "department", "station_id")}
    given = [_table[name] == value for name, value in asked.items() if value is not None]
    given += [_is_of(query.managed_by)] if query.managed_by else []
    return [_table.ended_at.is_not(None) if query.ended else _table.ended_at.is_(None), *given]
