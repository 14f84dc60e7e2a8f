"""Queries of what other records say about object keys, on SQL."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.catalog import (
    course_programs,
    courses,
    lessons,
    shows,
    station_documents,
    station_photos,
    station_promo_videos,
    stations,
    topic_files,
    topics,
)
from atg_adapters.sql.tables.conferencing import lesson_recordings
from atg_adapters.sql.tables.files import file_uploads
from atg_adapters.sql.tables.homework import homework_files
from atg_adapters.sql.tables.learning import user_courses
from atg_adapters.sql.tables.schedule import group_students, scheduled_lessons, study_groups
from atg_adapters.sql.tables.shop import shop_lessons

_user: sa.BindParameter[UUID] = sa.bindparam("user")
_key: sa.BindParameter[str] = sa.bindparam("key")
_keys: sa.BindParameter[Any] = sa.bindparam("keys", expanding=True)
_uploads = file_uploads.c
_REFERRING = (
    topic_files.c.minio_object_name,
    station_documents.c.file_url,
    station_promo_videos.c.object_key,
    lesson_recordings.c.storage_key,
    shop_lessons.c.video_path,
    homework_files.c.object_key,
)


def referenced(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """That a record refers to the key."""
    return sa.or_(*(sa.exists().where(column == key) for column in _REFERRING))


_NAMING = (
    *_REFERRING,
    topic_files.c.file_url,
    stations.c.image,
    stations.c.tech_map_image,
    station_photos.c.image_url,
)
_NAMED = sa.union(*(sa.select(column).where(column.in_(_keys)) for column in _NAMING))
_IS_REFERENCED = sa.select(referenced(_key))
_UPLOADERS = sa.select(_uploads.key, _uploads.user_id).where(_uploads.key.in_(_keys)).order_by(_uploads.created_at)
_belongs_to_a_topic = sa.select(topic_files.c.minio_object_name).where(topic_files.c.minio_object_name.in_(_keys))
_is_enrolled = (
    sa.select(topic_files.c.minio_object_name)
    .join(topics, topics.c.id == topic_files.c.topic_id)
    .join(lessons, lessons.c.id == topics.c.lesson_id)
    .join(course_programs, course_programs.c.id == lessons.c.course_program_id)
    .join(courses, shows(courses, course_programs))
    .join(user_courses, (user_courses.c.course_id == courses.c.id) & (user_courses.c.user_id == _user))
    .where(topic_files.c.minio_object_name.in_(_keys))
)
_NOT_ENROLLED = _belongs_to_a_topic.where(topic_files.c.minio_object_name.not_in(_is_enrolled))
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


class SqlFileRecords:
    """`FileRecords`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def uploaders(self, keys: Collection[str]) -> dict[str, UUID]:
        rows = await self.database.rows(_UPLOADERS, {"keys": list(keys)})
        return {row.key: row.user_id for row in rows}

    async def is_referenced(self, key: str) -> bool:
        row = await self.database.row(_IS_REFERENCED, {"key": key})
        return bool(row and row[0])

    async def named_keys(self, keys: Collection[str]) -> set[str]:
        rows = await self.database.rows(_NAMED, {"keys": [*keys, *(f"/{key}" for key in keys)]})
        return {row[0].removeprefix("/") for row in rows}

    async def not_enrolled_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        rows = await self.database.rows(_NOT_ENROLLED, {"keys": list(keys), "user": user_id})
        return {row[0] for row in rows}

    async def recordings_for(self, user_id: UUID, keys: Collection[str]) -> set[str]:
        rows = await self.database.rows(_RECORDINGS, {"keys": list(keys), "user": user_id})
        return {row.storage_key for row in rows}

    async def teachers_of(self, student_id: UUID, among: Collection[UUID]) -> set[UUID]:
        rows = await self.database.rows(_TEACHERS, {"among": list(among), "user": student_id})
        return {row.teacher_id for row in rows}
