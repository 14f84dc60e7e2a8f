"""Control points, their grades and their history, on SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.gradebook.attendance import MEMBERS, by_student_name, seen_by
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.gradebook import (
    control_point_changes,
    control_point_grade_changes,
    control_point_grades,
    control_points,
)
from atg_adapters.sql.tables.homework import homework, late_rule_changes
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import study_groups
from atg_core.gradebook.model import ControlPoint, ControlPointChange, Grade, GradeChange, LateRuleChange, Viewer
from atg_core.gradebook.ports import ControlPointNotFound, GradesOf, GroupNotFound, StudentGrade
from atg_core.late_work import changed_rules

_id: sa.BindParameter[Any] = sa.bindparam("key")
_viewer: sa.BindParameter[UUID] = sa.bindparam("viewer", type_=sa.Uuid)
_points, _grades, _changes = control_points.c, control_point_grades.c, control_point_grade_changes.c

# Not deleted before the end of the transaction.
_LOCK_GROUP = (
    sa.select(study_groups.c.teacher_id)
    .where(study_groups.c.id == _id)
    .with_for_update(read=True, key_share=True, of=study_groups)
)
_point = sa.select(control_points, study_groups.c.teacher_id).join(study_groups).where(_points.id == _id)
# Graders wait for each other, imports do not wait for graders: an import may hold some of the grades already, and they
# would deadlock. A change of the control point waits for imports, too.
_LOCK_FOR_GRADING = _point.with_for_update(key_share=True, of=control_points)
_LOCK_FOR_CHANGE = _point.with_for_update(of=control_points)
_ADD = sa.insert(control_points).returning(control_points)
_revised = sa.update(control_points).values(revision=_points.revision + 1)
_CHANGE = _revised.where(_points.id == _id).returning(control_points)
_DELETE = sa.delete(control_points).where(_points.id == _id)
_GRADES = sa.select(_grades.student_id, _grades.grade, _grades.comment, _grades.is_excused).where(
    _grades.control_point_id == _id
)
_upsert = insert(control_point_grades)
_SAVE_GRADES = _upsert.on_conflict_do_update(
    index_elements=["control_point_id", "student_id"],
    set_={
        name: _upsert.excluded[name] for name in ("grade", "comment", "is_excused", "graded_by", "reason", "updated_at")
    }
    | {"revision": _grades.revision + 1},
)

_TAUGHT = sa.or_(sa.bindparam("is_admin", type_=sa.Boolean), study_groups.c.teacher_id == _viewer)
_SEEN_GROUP = sa.select(study_groups.c.id).where(study_groups.c.id == _id, _TAUGHT)
_POINTS_OF_GROUP = sa.select(control_points).where(_points.group_id == _id).order_by(_points.date, _points.id)
_SEEN_POINT = sa.select(_points.id).join(study_groups).where(_points.id == _id, _TAUGHT)
_GRADES_BY_STUDENT = (
    sa.select(control_point_grades, display_name(users).label("student_name"))
    .join(users, users.c.id == _grades.student_id)
    .where(_grades.control_point_id == _id, sa.or_(_grades.grade.is_not(None), _grades.is_excused))
)
_actors = users.alias()
_of_point: sa.BindParameter[Any] = sa.bindparam("of_point", type_=sa.Integer)
_of_student: sa.BindParameter[Any] = sa.bindparam("of_student", type_=sa.Uuid)
_GRADE_CHANGES = (
    sa.select(
        control_point_grade_changes,
        display_name(users).label("student_name"),
        display_name(_actors).label("actor_name"),
    )
    .join(users, users.c.id == _changes.student_id)
    .join(_actors, _actors.c.id == _changes.actor_id)
    .where(
        _changes.group_id == _id,
        sa.or_(_of_point.is_(None), _changes.control_point_id == _of_point),
        sa.or_(_of_student.is_(None), _changes.student_id == _of_student),
    )
    .order_by(_changes.id.desc())
)
_point_changes = control_point_changes.c
_POINT_CHANGES = (
    sa.select(control_point_changes, display_name(users).label("actor_name"))
    .join(users, users.c.id == _point_changes.actor_id)
    .order_by(_point_changes.id.desc())
)
_CHANGES_OF_POINT = _POINT_CHANGES.where(_point_changes.control_point_id == _id)
_of_homework: sa.BindParameter[Any] = sa.bindparam("of_homework", type_=sa.Integer)
_LATE_RULE_CHANGES = (
    sa.select(late_rule_changes, homework.c.title, display_name(users).label("actor_name"))
    .join(homework, homework.c.id == late_rule_changes.c.homework_id)
    .join(users, users.c.id == late_rule_changes.c.actor_id)
    .where(homework.c.group_id == _id, sa.or_(_of_homework.is_(None), homework.c.id == _of_homework))
    .order_by(late_rule_changes.c.id.desc())
)
_CHANGES_IN_GROUP = _POINT_CHANGES.where(_point_changes.group_id == _id)


class SqlControlPoints:
    """`ControlPointStore` within the transaction of `connection`; triggers write the history."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def _first(self, statement: sa.Executable, **values: Any) -> Any:
        return (await self.connection.execute(statement, values)).first()

    async def require_group(self, group_id: int, owner: UUID | None) -> None:
        row = await self._first(_LOCK_GROUP, key=group_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise GroupNotFound

    async def add(self, values: Mapping[str, Any], now: datetime) -> ControlPoint:
        row = await self._first(_ADD.values({**values, "created_at": now, "updated_at": now}))
        return convert(row, ControlPoint, from_attributes=True)

    async def lock_for_grading(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return await self._locked(_LOCK_FOR_GRADING, control_point_id, owner)

    async def lock_for_change(self, control_point_id: int, owner: UUID | None) -> ControlPoint:
        return await self._locked(_LOCK_FOR_CHANGE, control_point_id, owner)

    async def _locked(self, statement: sa.Executable, control_point_id: int, owner: UUID | None) -> ControlPoint:
        row = await self._first(statement, key=control_point_id)
        if row is None or owner not in {None, row.teacher_id}:
            raise ControlPointNotFound
        return convert(row, ControlPoint, from_attributes=True)

    async def change(
        self, control_point_id: int, values: Mapping[str, Any], now: datetime, *, actor_id: UUID, reason: str | None
    ) -> ControlPoint:
        changed = {**values, "updated_at": now, "changed_by": actor_id, "reason": reason}
        row = await self._first(_CHANGE.values(changed), key=control_point_id)
        return convert(row, ControlPoint, from_attributes=True)

    async def delete(self, control_point_id: int) -> None:
        await self.connection.execute(_DELETE, {"key": control_point_id})

    async def grades(self, control_point_id: int) -> dict[UUID, StudentGrade]:
        rows = await self.connection.execute(_GRADES, {"key": control_point_id})
        return {
            row.student_id: StudentGrade(
                student_id=row.student_id, grade=row.grade, comment=row.comment, excused=row.is_excused
            )
            for row in rows
        }

    async def members(self, group_id: int, student_ids: Collection[UUID]) -> set[UUID]:
        values = {"of_group": group_id, "some": list(student_ids)}
        return set((await self.connection.execute(MEMBERS, values)).scalars())

    async def save_grades(
        self, control_point_id: int, grades: Sequence[StudentGrade], actor_id: UUID, now: datetime
    ) -> None:
        rows = [
            {
                "control_point_id": control_point_id,
                "student_id": each.student_id,
                "grade": each.grade,
                "comment": each.comment,
                "is_excused": each.excused,
                "graded_by": actor_id,
                "reason": each.reason,
                "created_at": now,
                "updated_at": now,
            }
            for each in sorted(grades, key=lambda each: each.student_id)
        ]
        if rows:
            await self.connection.execute(_SAVE_GRADES, rows)


class SqlControlPointQueries:
    """`ControlPointQueries` on any connection."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def control_points(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPoint], int]:
        rows, total = await self._page_of_group(_POINTS_OF_GROUP, viewer, group_id, limit, offset)
        return [convert(row, ControlPoint, from_attributes=True) for row in rows], total

    async def grades(self, viewer: Viewer, control_point_id: int) -> list[Grade]:
        await self._require_point(viewer, control_point_id)
        rows = await self.database.rows(_GRADES_BY_STUDENT, {"key": control_point_id})
        return sorted((convert(row, Grade, from_attributes=True) for row in rows), key=by_student_name)

    async def grade_changes(
        self, viewer: Viewer, group_id: int, of: GradesOf, *, limit: int, offset: int
    ) -> tuple[list[GradeChange], int]:
        which = {"of_point": of.control_point_id, "of_student": of.student_id}
        rows, total = await self._page_of_group(_GRADE_CHANGES, viewer, group_id, limit, offset, **which)
        return [convert(row, GradeChange, from_attributes=True) for row in rows], total

    async def changes_of(
        self, viewer: Viewer, control_point_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        await self._require_point(viewer, control_point_id)
        rows, total = await self._page(_CHANGES_OF_POINT, control_point_id, limit, offset)
        return [convert(row, ControlPointChange, from_attributes=True) for row in rows], total

    async def changes_in(
        self, viewer: Viewer, group_id: int, *, limit: int, offset: int
    ) -> tuple[list[ControlPointChange], int]:
        rows, total = await self._page_of_group(_CHANGES_IN_GROUP, viewer, group_id, limit, offset)
        return [convert(row, ControlPointChange, from_attributes=True) for row in rows], total

    async def late_rule_changes(
        self, viewer: Viewer, group_id: int, homework_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[LateRuleChange], int]:
        which = {"of_homework": homework_id}
        rows, total = await self._page_of_group(_LATE_RULE_CHANGES, viewer, group_id, limit, offset, **which)
        found = [fields_of(row) for row in rows]
        return [convert({**row, **changed_rules(row)}, LateRuleChange) for row in found], total

    async def _require_point(self, viewer: Viewer, control_point_id: int) -> None:
        """Raises ControlPointNotFound."""
        if await self.database.row(_SEEN_POINT, seen_by(viewer, control_point_id)) is None:
            raise ControlPointNotFound

    async def _page_of_group(
        self, select: sa.Select[Any], viewer: Viewer, group_id: int, limit: int, offset: int, **which: Any
    ) -> tuple[Sequence[Row], int]:
        """Raises GroupNotFound."""
        if await self.database.row(_SEEN_GROUP, seen_by(viewer, group_id)) is None:
            raise GroupNotFound
        return await self._page(select, group_id, limit, offset, **which)

    async def _page(
        self, select: sa.Select[Any], key: int, limit: int, offset: int, **which: Any
    ) -> tuple[Sequence[Row], int]:
        values = {"key": key, **which}
        async with self.database.reader() as connection:
            counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
            total: int = (await connection.execute(counting, values)).scalar_one()
            return (await connection.execute(select.limit(limit).offset(offset), values)).all(), total
