"""Topic files and promotional videos, on SQL."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import fields_of
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.catalog import (
    course_programs,
    lessons,
    station_promo_videos,
    stations,
    topic_files,
    topics,
)
from atg_core.catalog.model import FileType, PromoVideo, TopicFile
from atg_core.catalog.ports import StationNotFound, TopicNotFound
from atg_core.catalog.stations import AlreadyThere
from atg_core.catalog.topic_files import TopicFileNotFound

type Values = Mapping[str, Any]

_any_station: sa.BindParameter[int | None] = sa.bindparam("station", type_=sa.Integer)
_TOPIC = (
    sa.select(topics.c.id)
    .select_from(topics.join(lessons).join(course_programs))
    .where(
        topics.c.id == sa.bindparam("topic"),
        (course_programs.c.station_id == _any_station) | _any_station.is_(None),
    )
    .with_for_update(of=topics, key_share=True)
)
_FILES = (
    sa.select(topic_files)
    .where(topic_files.c.topic_id == sa.bindparam("topic"), topic_files.c.is_active)
    .order_by(topic_files.c.order_index, topic_files.c.id)
)
_DEMOTE = (
    sa.update(topic_files)
    .where(topic_files.c.topic_id == sa.bindparam("topic"), topic_files.c.file_type == FileType.MAIN_PDF)
    .values(file_type=FileType.DOCUMENT)
)
_STATION = sa.select(stations.c.id).where(stations.c.id == sa.bindparam("station"))
_VIDEO = sa.select(station_promo_videos).where(station_promo_videos.c.station_id == sa.bindparam("station"))
_DELETE_VIDEO = (
    sa.delete(station_promo_videos)
    .where(station_promo_videos.c.station_id == sa.bindparam("station"))
    .returning(station_promo_videos)
)


class SqlTopicFiles:
    """`TopicFileStore` within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def topic_files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        await self._require_topic(station_id, topic_id)
        rows = await self.connection.execute(_FILES, {"topic": topic_id})
        return [_file(row) for row in rows]

    async def add_file(self, station_id: int | None, topic_id: int, values: Values) -> TopicFile:
        await self._require_topic(station_id, topic_id)
        await self._demote_main_pdf(topic_id, values)
        add = sa.insert(topic_files).values(topic_id=topic_id, **values).returning(topic_files)
        return _file(await self._written(add))

    async def change_file(self, station_id: int | None, topic_id: int, file_id: int, values: Values) -> TopicFile:
        await self._require_file(station_id, topic_id, file_id)
        await self._demote_main_pdf(topic_id, values)
        change = sa.update(topic_files).where(topic_files.c.id == file_id).values(values).returning(topic_files)
        return _file(await self._written(change))

    async def delete_file(self, station_id: int | None, topic_id: int, file_id: int) -> TopicFile:
        await self._require_file(station_id, topic_id, file_id)
        delete = sa.delete(topic_files).where(topic_files.c.id == file_id).returning(topic_files)
        return _file((await self.connection.execute(delete)).one())

    async def _require_topic(self, station_id: int | None, topic_id: int) -> None:
        """Locks the topic, so that two main PDFs at once are added one after the other."""
        found = await self.connection.execute(_TOPIC, {"topic": topic_id, "station": station_id})
        if found.first() is None:
            raise TopicNotFound

    async def _require_file(self, station_id: int | None, topic_id: int, file_id: int) -> None:
        await self._require_topic(station_id, topic_id)
        mine = (topic_files.c.id == file_id) & (topic_files.c.topic_id == topic_id)
        if (await self.connection.execute(sa.select(topic_files.c.id).where(mine))).first() is None:
            raise TopicFileNotFound

    async def _demote_main_pdf(self, topic_id: int, values: Values) -> None:
        if values.get("file_type") is FileType.MAIN_PDF:
            await self.connection.execute(_DEMOTE, {"topic": topic_id})

    async def _written(self, statement: Any) -> Row:
        try:
            return (await self.connection.execute(statement)).one()
        except IntegrityError as error:
            raise AlreadyThere from error

    async def promo_video(self, station_id: int) -> PromoVideo | None:
        await self._require_station(station_id)
        row = (await self.connection.execute(_VIDEO, {"station": station_id})).first()
        return convert(fields_of(row), PromoVideo) if row else None

    async def save_promo_video(self, station_id: int, values: Values) -> PromoVideo:
        await self._require_station(station_id)
        add = insert(station_promo_videos).values(station_id=station_id, **values)
        save = add.on_conflict_do_update(
            index_elements=["station_id"], set_={name: add.excluded[name] for name in values}
        ).returning(station_promo_videos)
        return convert(fields_of((await self.connection.execute(save)).one()), PromoVideo)

    async def delete_promo_video(self, station_id: int) -> PromoVideo | None:
        await self._require_station(station_id)
        row = (await self.connection.execute(_DELETE_VIDEO, {"station": station_id})).first()
        return convert(fields_of(row), PromoVideo) if row else None

    async def _require_station(self, station_id: int) -> None:
        if (await self.connection.execute(_STATION, {"station": station_id})).first() is None:
            raise StationNotFound


def _file(row: Row) -> TopicFile:
    return convert(fields_of(row), TopicFile)
