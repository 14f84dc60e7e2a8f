"""Reports for who runs trainings, in memory: plain reads."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import is_managed_by
from atg_core.learning.model import EnrollmentStatus
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
from atg_core.text import holds


def name_of(person: Row) -> str:
    """As SQL sorts people: an empty full name is one."""
    name: str = person["username"] if person["full_name"] is None else person["full_name"]
    return name


def _last_if_none(name: str) -> Callable[[Row], tuple[bool, str]]:
    return lambda row: (row[name] is None, row[name] or "")


_ORDERS: dict[LateOrder, list[Callable[[Row], Any]]] = {
    LateOrder.DUE_AT: [],
    LateOrder.NAME: [name_of],
    LateOrder.DEPARTMENT: [_last_if_none("department"), name_of],
    LateOrder.STATION: [_last_if_none("station"), name_of],
    LateOrder.COURSE: [lambda row: row["course"]],
}


class MemoryTrainingReports:
    """`TrainingReports` on tables in memory."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.tables = database.tables

    async def late(
        self, query: LateQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[LateEnrollment], int]:
        found = self._late(query, now)
        return found[offset : offset + limit], len(found)

    def _late(self, query: LateQuery, now: datetime) -> list[LateEnrollment]:
        people = {person["user_id"]: person for person in self._people(query.people)}
        rows = [
            {**row, **people[row["user_id"]], "course": self.tables["courses"][row["course_id"]]["title"]}
            for row in self.database.rows("user_courses", cancelled_at=None)
            if row["user_id"] in people
            and query.course_id in {None, row["course_id"]}
            and (query.chosen is None or (row["user_id"], row["course_id"]) in query.chosen)
            and self._is_late(row, now)
        ]
        rows.sort(key=lambda row: (row["due_at"], row["user_id"], row["course_id"]))
        rows.sort(key=lambda row: [part(row) for part in _ORDERS[query.order]])
        return convert(rows, list[LateEnrollment])

    def _is_late(self, row: Row, now: datetime) -> bool:
        is_due = row["due_at"] is not None and row["due_at"] < now
        is_active = self.tables["courses"][row["course_id"]]["is_active"]
        return bool(is_due and is_active and row["status"] != EnrollmentStatus.COMPLETED)

    def _people(self, query: PeopleQuery) -> list[Row]:
        people = [self._person(row) for row in self.database.rows("users", is_active=True)]
        at_work = {name: getattr(query, name) for name in ("department", "station_id", "position")}
        given = {name: value for name, value in at_work.items() if value is not None}
        return [
            person
            for person in people
            if given.items() <= person.items()
            and (query.user_ids is None or person["user_id"] in query.user_ids)
            and (query.managed_by is None or is_managed_by(self.database, person, query.managed_by))
            and holds(query.q, *(person[name] for name in ("username", "full_name", "employee_id")))
        ]

    def _person(self, user: Row) -> Row:
        profile = self.tables["user_profiles"].get(user["id"], {})
        return {
            "user_id": user["id"],
            **{name: user[name] for name in ("username", "full_name")},
            **{name: profile.get(name) for name in ("employee_id", "department", "position", "station_id")},
            "station": self.tables["stations"].get(profile.get("station_id"), {}).get("name"),
        }

    async def courses(self, course_ids: Sequence[UUID] | None) -> list[MatrixCourse]:
        table = self.tables["courses"]
        if set(course_ids or ()) - set(table):
            raise CourseNotFound
        found = [row for row in table.values() if (row["is_active"] if course_ids is None else row["id"] in course_ids)]
        return convert(sorted(found, key=lambda row: (row["title"], row["id"])), list[MatrixCourse])

    async def matrix(
        self, query: PeopleQuery, course_ids: Sequence[UUID], *, limit: int, offset: int
    ) -> tuple[list[MatrixPerson], int]:
        people = sorted(self._people(query), key=lambda person: (name_of(person), person["user_id"]))
        shown = [
            {**person, "cells": self._cells(person["user_id"], course_ids)}
            for person in people[offset : offset + limit]
        ]
        return convert(shown, list[MatrixPerson]), len(people)

    def _cells(self, user_id: UUID, course_ids: Sequence[UUID]) -> dict[UUID, MatrixCell]:
        rows = self.database.rows("user_courses", user_id=user_id, cancelled_at=None)
        return {row["course_id"]: convert(row, MatrixCell) for row in rows if row["course_id"] in course_ids}
