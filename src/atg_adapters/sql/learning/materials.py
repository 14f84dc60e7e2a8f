"""Positions in files of programs, on SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import course_programs, lessons, topic_files, topics
from atg_adapters.sql.tables.learning import user_material_progress, user_topic_progress
from atg_core.learning.materials import File, FilePosition, Viewing

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_program: sa.BindParameter[int] = sa.bindparam("program")
_key: sa.BindParameter[str] = sa.bindparam("key")
_keys: sa.BindParameter[list[str]] = sa.bindparam("keys", expanding=True)
_topics: sa.BindParameter[list[int]] = sa.bindparam("topics", expanding=True)

_of_program = topics.join(lessons).join(course_programs)
_topic_here = sa.and_(
    lessons.c.course_program_id == _program, topics.c.is_active, lessons.c.is_active, course_programs.c.is_active
)
_FILES = (
    sa.select(topic_files.c.id, topic_files.c.topic_id)
    .select_from(topic_files.join(_of_program))
    .where(_topic_here, topic_files.c.minio_object_name == _key, topic_files.c.is_active)
    .order_by(topic_files.c.id)
)
_my_progress = (user_topic_progress.c.topic_id == topics.c.id) & (user_topic_progress.c.user_id == _user)
_TOPICS = (
    sa.select(topics.c.id, sa.func.coalesce(user_topic_progress.c.completed, sa.false()).label("completed"))
    .select_from(_of_program.outerjoin(user_topic_progress, _my_progress))
    .where(_topic_here, sa.func.coalesce(topics.c.topic_key, topics.c.code) == _key)
    .order_by(lessons.c.order_index, lessons.c.id, topics.c.order_index, topics.c.id)
)
_is_completed = sa.exists().where(
    user_material_progress.c.topic_file_id == topic_files.c.id,
    user_material_progress.c.user_id == _user,
    user_material_progress.c.is_completed,
)
_is_left = sa.exists().where(topic_files.c.topic_id == topics.c.id, topic_files.c.is_active, ~_is_completed)
_COMPLETED_TOPICS = sa.select(topics.c.id).where(topics.c.id.in_(_topics), ~_is_left)

_new = insert(user_material_progress)
_stored, _told = user_material_progress.c, _new.excluded
_viewed: dict[str, Any] = {
    "material_type": _told.material_type,
    "is_completed": _stored.is_completed | _told.is_completed,
    "completed_at": sa.func.coalesce(_stored.completed_at, _told.completed_at),
    "last_viewed_at": _told.last_viewed_at,
}
_played: dict[str, Any] = {
    "position_seconds": _told.position_seconds,
    "duration_seconds": sa.func.coalesce(_told.duration_seconds, _stored.duration_seconds),
    "progress_percent": _told.progress_percent,
}
_VIEW, _PLAY = (
    _new.on_conflict_do_update(index_elements=["user_id", "topic_file_id"], set_=changed)
    for changed in (_viewed, _viewed | _played)
)

_positions = (
    sa.select(
        user_material_progress,
        topic_files.c.minio_object_name.label("material_key"),
        topic_files.c.topic_id,
        topics.c.lesson_id,
        lessons.c.course_program_id,
    )
    .select_from(user_material_progress.join(topic_files).join(topics).join(lessons))
    .where(user_material_progress.c.user_id == _user, topic_files.c.minio_object_name.in_(_keys))
    .order_by(user_material_progress.c.last_viewed_at.desc(), user_material_progress.c.id)
)
_POSITIONS = {False: _positions, True: _positions.where(lessons.c.course_program_id == _program)}


class SqlMaterials:
    """`MaterialStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def files(self, program_id: int, key: str) -> list[File]:
        rows = await self.connection.execute(_FILES, {"program": program_id, "key": key})
        return [convert(row, File, from_attributes=True) for row in rows]

    async def topics(self, user_id: UUID, program_id: int, key: str) -> list[tuple[int, bool]]:
        rows = await self.connection.execute(_TOPICS, {"user": user_id, "program": program_id, "key": key})
        return [(row.id, bool(row.completed)) for row in rows]

    async def view(self, user_id: UUID, ids: Sequence[tuple[UUID, int]], viewing: Viewing, now: datetime) -> None:
        values = {
            "user_id": user_id,
            "material_type": viewing.material_type,
            "position_seconds": viewing.position_seconds or 0,
            "duration_seconds": viewing.duration_seconds,
            "progress_percent": viewing.progress_percent,
            "is_completed": viewing.is_completed,
            "completed_at": now if viewing.is_completed else None,
            "last_viewed_at": now,
        }
        view = _VIEW if viewing.position_seconds is None else _PLAY
        await self.connection.execute(view, [{**values, "id": new_id, "topic_file_id": file} for new_id, file in ids])

    async def completed_topics(self, user_id: UUID, topic_ids: Collection[int]) -> set[int]:
        given: dict[str, Any] = {"user": user_id, "topics": list(topic_ids)}
        return {row.id for row in await self.connection.execute(_COMPLETED_TOPICS, given)}


class SqlMaterialQueries:
    """`MaterialQueries` on a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def positions(
        self, user_id: UUID, keys: Collection[str], program_id: int | None = None
    ) -> list[FilePosition]:
        given = {"user": user_id, "keys": list(keys)}
        if program_id is not None:
            given["program"] = program_id
        rows = await self.database.rows(_POSITIONS[program_id is not None], given)
        return [convert(row, FilePosition, from_attributes=True) for row in rows]
