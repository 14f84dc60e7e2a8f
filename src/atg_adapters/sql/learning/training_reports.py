"""Reports for who runs trainings, on SQL: plain reads."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.learning.managers import is_managed_by
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.catalog import courses, stations
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.learning import user_courses
from atg_core.learning.ports import CourseNotFound
from atg_core.learning.training_reports import (
    LateEnrollment,
    LateOrder,
    LateQuery,
    MatrixCell,
    MatrixCourse,
    MatrixPerson,
    PeopleQuery,
)

_name = sa.func.coalesce(users.c.full_name, users.c.username)
_PERSON = (
    users.c.username,
    users.c.full_name,
    user_profiles.c.employee_id,
    user_profiles.c.department,
    user_profiles.c.position,
    stations.c.name.label("station"),
)
_people = users.outerjoin(user_profiles, user_profiles.c.id == users.c.id).outerjoin(
    stations, stations.c.id == user_profiles.c.station_id
)
_late = _people.join(user_courses, user_courses.c.user_id == users.c.id).join(
    courses, courses.c.id == user_courses.c.course_id
)
# As the index of what is open has it.
_is_open = sa.and_(
    user_courses.c.status != sa.literal_column("'completed'"),
    user_courses.c.cancelled_at.is_(None),
    user_courses.c.due_at.is_not(None),
)
_ORDERS: dict[LateOrder, tuple[sa.ColumnElement[Any], ...]] = {
    LateOrder.DUE_AT: (),
    LateOrder.NAME: (_name,),
    LateOrder.DEPARTMENT: (user_profiles.c.department.nulls_last(), _name),
    LateOrder.STATION: (stations.c.name.nulls_last(), _name),
    LateOrder.COURSE: (courses.c.title,),
}
_COURSES = sa.select(courses.c.id, courses.c.title)
_CELLS = sa.select(
    user_courses.c.user_id,
    user_courses.c.course_id,
    user_courses.c.status,
    user_courses.c.progress_percent,
    user_courses.c.due_at,
    user_courses.c.completed_at,
    user_courses.c.valid_until,
).where(
    is_among(user_courses.c.user_id, "users"),
    is_among(user_courses.c.course_id, "courses"),
    user_courses.c.cancelled_at.is_(None),
)


class SqlTrainingReports:
    """`TrainingReports` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def late(
        self, query: LateQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[LateEnrollment], int]:
        count = sa.select(sa.func.count()).select_from(_late).where(*_are_late(query, now))
        counted, rows = await self.database.results(
            (count, {}), (_select_late(query, now).limit(limit).offset(offset), {})
        )
        return [convert(row, LateEnrollment, from_attributes=True) for row in rows], counted.scalar_one()

    async def courses(self, course_ids: Sequence[UUID] | None) -> list[MatrixCourse]:
        wanted = courses.c.is_active if course_ids is None else courses.c.id.in_(course_ids)
        rows = await self.database.rows(_COURSES.where(wanted).order_by(courses.c.title, courses.c.id))
        if set(course_ids or ()) - {row.id for row in rows}:
            raise CourseNotFound
        return [convert(row, MatrixCourse, from_attributes=True) for row in rows]

    async def matrix(
        self, query: PeopleQuery, course_ids: Sequence[UUID], *, limit: int, offset: int
    ) -> tuple[list[MatrixPerson], int]:
        matching = _are(query)
        count = sa.select(sa.func.count()).select_from(_people).where(*matching)
        page = sa.select(users.c.id.label("user_id"), *_PERSON).select_from(_people).where(*matching)
        page = page.order_by(_name, users.c.id).limit(limit).offset(offset)
        async with self.database.reader() as connection:
            counted, people = await connection.results((count, {}), (page, {}))
            cells = await self._cells(connection, [row.user_id for row in people], course_ids)
        found = [convert({**fields_of(row), "cells": cells[row.user_id]}, MatrixPerson) for row in people]
        return found, counted.scalar_one()

    async def _cells(
        self, connection: Connection, user_ids: Sequence[UUID], course_ids: Sequence[UUID]
    ) -> defaultdict[UUID, dict[UUID, MatrixCell]]:
        cells: defaultdict[UUID, dict[UUID, MatrixCell]] = defaultdict(dict)
        for row in await connection.execute(_CELLS, {"users": user_ids, "courses": course_ids}):
            cells[row.user_id][row.course_id] = convert(row, MatrixCell, from_attributes=True)
        return cells


def _are(query: PeopleQuery) -> list[sa.ColumnElement[bool]]:
    matching: list[sa.ColumnElement[bool]] = [users.c.is_active]
    if words := escaped(query.q or ""):
        matching.append(search(users.c.username, users.c.full_name, user_profiles.c.employee_id, words=words))
    at_work = {name: getattr(query, name) for name in ("department", "station_id", "position")}
    matching += [user_profiles.c[name] == value for name, value in at_work.items() if value is not None]
    if query.user_ids is not None:
        matching.append(users.c.id.in_(query.user_ids))
    if query.managed_by is not None:
        matching.append(is_managed_by(query.managed_by))
    return matching


def _are_late(query: LateQuery, now: datetime) -> list[sa.ColumnElement[bool]]:
    matching = [*_are(query.people), courses.c.is_active, _is_open, user_courses.c.due_at < now]
    if query.course_id is not None:
        matching.append(user_courses.c.course_id == query.course_id)
    if query.chosen is not None:
        matching.append(sa.tuple_(user_courses.c.user_id, user_courses.c.course_id).in_(sorted(query.chosen)))
    return matching


def _select_late(query: LateQuery, now: datetime) -> sa.Select[Any]:
    return (
        sa.select(
            user_courses.c.user_id,
            *_PERSON,
            user_courses.c.course_id,
            courses.c.title.label("course"),
            user_courses.c.status,
            user_courses.c.progress_percent,
            user_courses.c.due_at,
        )
        .select_from(_late)
        .where(*_are_late(query, now))
        .order_by(*_ORDERS[query.order], user_courses.c.due_at, user_courses.c.user_id, user_courses.c.course_id)
    )
