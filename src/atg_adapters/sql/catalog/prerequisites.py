"""Prerequisites of courses, on SQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.catalog import course_programs, courses, shows
from atg_adapters.sql.tables.learning import course_prerequisites
from atg_adapters.sql.tables.tests import final_tests
from atg_core.catalog.ports import CourseNotFound
from atg_core.catalog.prerequisites import Prerequisite, Required, Requirements

_course: sa.BindParameter[UUID] = sa.bindparam("course")
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Readers go on; who would change prerequisites meanwhile waits, so that no cycle arises from two changes at once.
_LOCK = sa.text("LOCK TABLE course_prerequisites IN SHARE ROW EXCLUSIVE MODE")
_COURSE = sa.select(courses.c.id).where(courses.c.id == _course)
_ALL = sa.select(course_prerequisites).order_by(course_prerequisites.c.id)
_TITLES = sa.select(courses.c.id, courses.c.title).where(courses.c.id.in_(_ids))
_SHOWING = (
    sa.select(final_tests.c.id, courses.c.id.label("course_id"))
    .select_from(final_tests.join(course_programs))
    .outerjoin(courses, shows(courses, course_programs) & courses.c.is_active)
)
_REQUIRED = _SHOWING.where(final_tests.c.id.in_(sa.select(course_prerequisites.c.required_final_test_id)))
_NAMED = _SHOWING.where(final_tests.c.id.in_(_ids))
_of_course = course_prerequisites.c.course_id == _course
_DELETE = sa.delete(course_prerequisites).where(course_prerequisites.c.id.in_(_ids))
_required_course = courses.alias("required_course")
PREREQUISITES = (
    sa.select(
        course_prerequisites.c.required_course_id.label("course_id"),
        course_prerequisites.c.required_final_test_id.label("final_test_id"),
        sa.func.coalesce(_required_course.c.title, final_tests.c.title).label("title"),
    )
    .select_from(course_prerequisites)
    .outerjoin(_required_course, _required_course.c.id == course_prerequisites.c.required_course_id)
    .outerjoin(final_tests, final_tests.c.id == course_prerequisites.c.required_final_test_id)
    .where(course_prerequisites.c.course_id == sa.bindparam("course_id"))
    .order_by(course_prerequisites.c.id)
)
"""For the parameter `course_id`."""


class SqlPrerequisites:
    """`PrerequisiteStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def lock(self, course_id: UUID) -> None:
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(_LOCK)
        if (await self.connection.execute(_COURSE, {"course": course_id})).first() is None:
            raise CourseNotFound

    async def requirements(self) -> Requirements:
        required: defaultdict[UUID, tuple[set[UUID], set[int]]] = defaultdict(lambda: (set(), set()))
        for row in await self.connection.execute(_ALL):
            of_courses, of_tests = required[row.course_id]
            if row.required_course_id is None:
                of_tests.add(row.required_final_test_id)
            else:
                of_courses.add(row.required_course_id)
        return Requirements(
            of={
                course: Required(courses=frozenset(of_courses), final_tests=frozenset(of_tests))
                for course, (of_courses, of_tests) in required.items()
            },
            shown_by=await self._showing(_REQUIRED, {}),
        )

    async def titles(self, course_ids: Collection[UUID]) -> dict[UUID, str]:
        rows = await self.connection.execute(_TITLES, {"ids": list(course_ids)})
        return {row.id: row.title for row in rows}

    async def final_tests(self, ids: Collection[int]) -> dict[int, Collection[UUID]]:
        return await self._showing(_NAMED, {"ids": list(ids)})

    async def _showing(self, statement: sa.Select[Any], values: Mapping[str, Any]) -> dict[int, Collection[UUID]]:
        showing: defaultdict[int, set[UUID]] = defaultdict(set)
        for row in await self.connection.execute(statement, values):
            showing[row.id] |= {row.course_id} if row.course_id else set()
        return dict(showing)

    async def replace(self, course_id: UUID, required: Required, now: datetime) -> None:
        stored = (await self.connection.execute(_ALL.where(_of_course), {"course": course_id})).all()
        wanted = {*required.courses, *required.final_tests}
        known = {row.required_course_id or row.required_final_test_id: row.id for row in stored}
        if gone := [known[name] for name in known.keys() - wanted]:
            await self.connection.execute(_DELETE, {"ids": gone})
        new: list[dict[str, Any]] = [
            {"course_id": course_id, "required_course_id": each, "required_final_test_id": None, "created_at": now}
            for each in sorted(required.courses - known.keys())
        ]
        new += [
            {"course_id": course_id, "required_course_id": None, "required_final_test_id": each, "created_at": now}
            for each in sorted(required.final_tests - known.keys())
        ]
        if new:
            await self.connection.execute(sa.insert(course_prerequisites), new)

    async def prerequisites(self, course_id: UUID) -> list[Prerequisite]:
        rows = await self.connection.execute(PREREQUISITES, {"course_id": course_id})
        return [convert(row, Prerequisite, from_attributes=True) for row in rows]
