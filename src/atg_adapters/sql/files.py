"""Uploads, and what records say of keys, on SQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from atg_adapters.sql.database import Database, fields_of
from atg_adapters.sql.tables.catalog import (
    course_programs,
    courses,
    lessons,
    station_documents,
    station_promo_videos,
    topic_files,
    topics,
)
from atg_adapters.sql.tables.conferencing import lesson_recordings
from atg_adapters.sql.tables.files import file_uploads
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.files.model import Upload, UploadState
from atg_core.files.ports import QuotaExceeded, UploadNotFound

_id: sa.BindParameter[UUID] = sa.bindparam("id_")
_user: sa.BindParameter[UUID] = sa.bindparam("user")
_key: sa.BindParameter[str] = sa.bindparam("key")
_keys: sa.BindParameter[Any] = sa.bindparam("keys", expanding=True)
_since: sa.BindParameter[datetime] = sa.bindparam("since", type_=UtcDateTime)
_uploads = file_uploads.c

_LOCK_USER = sa.select(users.c.id).where(users.c.id == _user).with_for_update(key_share=True)
_SUM = sa.select(sa.func.coalesce(sa.func.sum(_uploads.size), 0)).where(
    _uploads.user_id == _user, _uploads.created_at > _since
)
_UNSETTLED = (
    sa.select(file_uploads)
    .where(_uploads.user_id == _user, _uploads.created_at > _since, _uploads.state == UploadState.SIGNED)
    .where(_uploads.store_id.is_(None))
    .order_by(_uploads.created_at.desc())
    .limit(50)
)
_FIND = sa.select(file_uploads).where(_uploads.id == _id)
_SETTLE = sa.update(file_uploads).where(_uploads.id == _id)
_NAMING = (
    topic_files.c.minio_object_name,
    station_documents.c.file_url,
    station_promo_videos.c.object_key,
    lesson_recordings.c.storage_key,
)
_is_named = sa.or_(*(sa.exists().where(column == _uploads.key) for column in _NAMING))
_FORGETTABLE = (
    sa.select(file_uploads)
    .where(_uploads.created_at <= _since)
    .where(
        ((_uploads.state == UploadState.SIGNED) & (_uploads.expires_at <= _since))
        | (_uploads.key.startswith("incoming/") & ~_is_named)
    )
    .limit(sa.bindparam("most"))
)
_UPLOADERS = sa.select(_uploads.key, _uploads.user_id).where(_uploads.key.in_(_keys)).order_by(_uploads.created_at)
_IS_NAMED = sa.select(sa.or_(*(sa.exists().where(column == _key) for column in _NAMING)))
_belongs_to_a_topic = sa.select(topic_files.c.minio_object_name).where(topic_files.c.minio_object_name.in_(_keys))
_is_enrolled = (
    sa.select(topic_files.c.minio_object_name)
    .join(topics, topics.c.id == topic_files.c.topic_id)
    .join(lessons, lessons.c.id == topics.c.lesson_id)
    .join(course_programs, course_programs.c.id == lessons.c.course_program_id)
    .join(courses, courses.c.station_id == course_programs.c.station_id)
    .join(user_courses, (user_courses.c.course_id == courses.c.id) & (user_courses.c.user_id == _user))
    .where(topic_files.c.minio_object_name.in_(_keys))
)
_CLOSED = _belongs_to_a_topic.where(topic_files.c.minio_object_name.not_in(_is_enrolled))
_is_in_the_group = sa.exists().where(
    group_students.c.group_id == scheduled_lessons.c.group_id, group_students.c.student_id == _user
)
_RECORDINGS = (
    sa.select(lesson_recordings.c.storage_key)
    .join(scheduled_lessons, scheduled_lessons.c.id == lesson_recordings.c.lesson_id)
    .where(lesson_recordings.c.storage_key.in_(_keys))
    .where((scheduled_lessons.c.teacher_id == _user) | _is_in_the_group)
)
_TEACHERS = (
    sa.select(study_groups.c.teacher_id)
    .join(group_students, group_students.c.group_id == study_groups.c.id)
    .where(group_students.c.student_id == _user)
    .where(study_groups.c.teacher_id.in_(sa.bindparam("among", expanding=True)))
    .distinct()
)


class SqlUploads:
    """`UploadStore` within the transaction of `connection`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def reserve(self, upload: Upload, *, quota_bytes: int, since: datetime) -> None:
        await self.connection.execute(_LOCK_USER, {"user": upload.user_id})
        used = await self.connection.scalar(_SUM, {"user": upload.user_id, "since": since})
        if int(used or 0) + upload.size > quota_bytes:
            raise QuotaExceeded
        await self.connection.execute(sa.insert(file_uploads), asdict(upload))

    async def unsettled(self, user_id: UUID, since: datetime) -> list[Upload]:
        rows = await self.connection.execute(_UNSETTLED, {"user": user_id, "since": since})
        return [convert(fields_of(row), Upload) for row in rows]

    async def find(self, upload_id: UUID) -> Upload:
        row = (await self.connection.execute(_FIND, {"id_": upload_id})).first()
        if row is None:
            raise UploadNotFound
        return convert(fields_of(row), Upload)

    async def settle(self, upload_id: UUID, size: int) -> None:
        await self.connection.execute(_SETTLE.values(state=UploadState.STORED, size=size), {"id_": upload_id})

    async def forget(self, upload_ids: Collection[UUID]) -> None:
        if upload_ids:
            await self.connection.execute(sa.delete(file_uploads).where(_uploads.id.in_(upload_ids)))

    async def forgettable(self, before: datetime, limit: int) -> list[Upload]:
        rows = await self.connection.execute(_FORGETTABLE, {"since": before, "most": limit})
        return [convert(fields_of(row), Upload) for row in rows]


class SqlFileRecords:
    """`FileRecords`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        rows = await self.database.rows(_UPLOADERS, {"keys": list(keys)})
        return {row.key: row.user_id for row in rows}

    async def is_named(self, key: str) -> bool:
        row = await self.database.row(_IS_NAMED, {"key": key})
        return bool(row and row[0])

    async def closed_to(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        rows = await self.database.rows(_CLOSED, {"keys": list(keys), "user": user_id})
        return {row[0] for row in rows}

    async def recordings_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        rows = await self.database.rows(_RECORDINGS, {"keys": list(keys), "user": user_id})
        return {row.storage_key for row in rows}

    async def teachers_of(self, student_id: UUID, among: Collection[UUID]) -> set[UUID]:
        rows = await self.database.rows(_TEACHERS, {"among": list(among), "user": student_id})
        return {row.teacher_id for row in rows}
