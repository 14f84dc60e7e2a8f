"""Recordings of lessons on SQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.tables.conferencing import lesson_recordings
from atg_adapters.sql.tables.schedule import scheduled_lessons
from atg_core.conferencing.model import Recording
from atg_core.conferencing.ports import LessonNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_recorded = lesson_recordings.c
_LESSON = sa.select(scheduled_lessons.c.teacher_id).where(scheduled_lessons.c.id == _id).with_for_update(key_share=True)
_COPIED = sa.select(_recorded.storage_key).where(_recorded.storage_key.in_(sa.bindparam("keys", expanding=True)))


class SqlRecordings:
    """`Recordings` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def add_external(self, lesson_id: int, teacher_id: UUID | None, url: str, now: datetime) -> Recording:
        lesson = (await self.connection.execute(_LESSON, {"key": lesson_id})).first()
        if lesson is None or teacher_id not in {None, lesson.teacher_id}:
            raise LessonNotFound
        adding = sa.insert(lesson_recordings).values(lesson_id=lesson_id, url=url, created_at=now)
        row = (await self.connection.execute(adding.returning(lesson_recordings))).one()
        return convert(row, Recording, from_attributes=True)

    async def add_copy(self, lesson_id: int, storage_key: str, duration_seconds: int | None, now: datetime) -> bool:
        values = {
            "lesson_id": lesson_id,
            "storage_key": storage_key,
            "duration_seconds": duration_seconds,
            "created_at": now,
        }
        adding = insert(lesson_recordings).on_conflict_do_nothing(index_elements=["storage_key"]).values(values)
        return (await self.connection.execute(adding.returning(_recorded.id))).first() is not None

    async def copied(self, storage_keys: Collection[str]) -> set[str]:
        return set(await self.connection.scalars(_COPIED, {"keys": list(storage_keys)}))
