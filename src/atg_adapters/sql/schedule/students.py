"""A search over the students that one teaches, on SQL."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.folding import escaped, search
from atg_adapters.sql.lists import is_among
from atg_adapters.sql.tables.identity import display_name, users
from atg_adapters.sql.tables.schedule import group_students, study_groups
from atg_core.schedule.model import Viewer
from atg_core.schedule.students import StudentGroup, TaughtStudent

_in_group, _groups = group_students.c, study_groups.c
_is_own = _groups.teacher_id == sa.bindparam("viewer", type_=sa.Uuid)
_TAUGHT = sa.select(_in_group.student_id).join(study_groups)
_STUDENTS = (
    sa.select(users.c.id, users.c.username, users.c.full_name, users.c.email)
    .where(users.c.is_active)
    .order_by(display_name(users), users.c.username)
)
_GROUPS_OF = (
    sa.select(_in_group.student_id, _groups.id, _groups.name)
    .join(study_groups)
    .where(is_among(_in_group.student_id, "students"))
    .order_by(_groups.id)
)
_OWN_GROUPS_OF = _GROUPS_OF.where(_is_own)


class SqlStudentQueries:
    """`StudentQueries`. A teacher's students are found by the indexes of groups, and searched one by one."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def students(
        self, viewer: Viewer, words: str | None = None, not_in: int | None = None, *, limit: int, offset: int
    ) -> tuple[list[TaughtStudent], int]:
        taught = _TAUGHT if viewer.is_admin else _TAUGHT.where(_is_own)
        select = _STUDENTS.where(users.c.id.in_(taught))
        if given := escaped(words or ""):
            select = select.where(search(users.c.full_name, users.c.username, users.c.email, words=given))
        if not_in is not None:
            select = select.where(users.c.id.not_in(taught.where(_groups.id == not_in)))
        counting = sa.select(sa.func.count()).select_from(select.order_by(None).subquery())
        seen: dict[str, Any] = {} if viewer.is_admin else {"viewer": viewer.id}
        async with self.database.reader() as connection:
            total: int = (await connection.execute(counting, seen)).scalar_one()
            rows = (await connection.execute(select.limit(limit).offset(offset), seen)).all()
            asked = {**seen, "students": [row.id for row in rows]}
            found = await connection.execute(_GROUPS_OF if viewer.is_admin else _OWN_GROUPS_OF, asked)
            groups: defaultdict[UUID, list[StudentGroup]] = defaultdict(list)
            for row in found:
                groups[row.student_id].append(StudentGroup(id=row.id, name=row.name))
        return [convert({**fields_of(row), "groups": tuple(groups[row.id])}, TaughtStudent) for row in rows], total
