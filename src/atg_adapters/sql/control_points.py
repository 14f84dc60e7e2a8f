"""Control points and their grades on SQL: writing them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.register import MEMBERS
from atg_adapters.sql.tables.gradebook import control_point_grades, control_points
from atg_adapters.sql.tables.schedule import study_groups
from atg_core.gradebook.model import ControlPoint
from atg_core.gradebook.ports import ControlPointNotFound, Given, GroupNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_points, _grades = control_points.c, control_point_grades.c

# Neither is deleted before the end.
_HOLD_GROUP = (
    sa.select(study_groups.c.teacher_id)
    .where(study_groups.c.id == _id)
    .with_for_update(read=True, key_share=True, of=study_groups)
)
_point = sa.select(control_points, study_groups.c.teacher_id).join(study_groups).where(_points.id == _id)
# Whoever grades waits for others who do, but an import does not: it may have some of the grades already, and then each
# would wait for the other. Who changes the point waits for an import, too.
_TO_GRADE = _point.with_for_update(key_share=True, of=control_points)
_TO_CHANGE = _point.with_for_update(of=control_points)
_ADD = sa.insert(control_points).returning(control_points)
_CHANGE = sa.update(control_points).where(_points.id == _id).returning(control_points)
_DELETE = sa.delete(control_points).where(_points.id == _id)
_GRADES = sa.select(_grades.student_id, _grades.grade, _grades.comment).where(_grades.control_point_id == _id)
_put = insert(control_point_grades)
_PUT = _put.on_conflict_do_update(
    index_elements=["control_point_id", "student_id"],
    set_={name: _put.excluded[name] for name in ("grade", "comment", "graded_by", "reason", "updated_at")}
    | {"revision": _grades.revision + 1},
)


class SqlControlPoints:
    """`ControlPoints` within the transaction of `connection`; triggers write down what changes."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = await self._first(_HOLD_GROUP, key=group_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise GroupNotFound

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        row = await self._first(_ADD.values({**values, "created_at": now, "updated_at": now}))
        return convert(row, ControlPoint, from_attributes=True)

    async def point_to_grade(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return await self._held(_TO_GRADE, control_point_id, owner)

    async def point_to_change(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return await self._held(_TO_CHANGE, control_point_id, owner)

    async def _held(self, statement: sa.Executable, control_point_id: int, owner: UUID | None) -> ControlPoint:
        row = await self._first(statement, key=control_point_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise ControlPointNotFound
        return convert(row, ControlPoint, from_attributes=True)

    async def change(self, control_point_id: int, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        row = await self._first(_CHANGE.values({**values, "updated_at": now}), key=control_point_id)
        return convert(row, ControlPoint, from_attributes=True)

    async def delete(self, control_point_id: int) -> None:
        await self.connection.execute(_DELETE, {"key": control_point_id})

    async def grades(self, control_point_id: int) -> dict[UUID, Given]:
        rows = await self.connection.execute(_GRADES, {"key": control_point_id})
        return {row.student_id: Given(student_id=row.student_id, grade=row.grade, comment=row.comment) for row in rows}

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        values = {"of_group": group_id, "some": list(student_ids)}
        return set((await self.connection.execute(MEMBERS, values)).scalars())

    async def put(self, control_point_id: int, given: Sequence[Given], actor_id: UUID, now: datetime) -> None:
        rows = [
            {
                "control_point_id": control_point_id,
                "student_id": each.student_id,
                "grade": each.grade,
                "comment": each.comment,
                "graded_by": actor_id,
                "reason": each.reason,
                "created_at": now,
                "updated_at": now,
            }
            for each in sorted(given, key=lambda each: each.student_id)
        ]
        if rows:
            await self.connection.execute(_PUT, rows)
