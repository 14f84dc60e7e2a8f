"""Topic files and promotional videos, in memory."""

from collections.abc import Mapping
from typing import Any

from msgspec import convert

from atg_adapters.memory.database import DuplicateKey, MemoryDatabase, Row
from atg_core.catalog.model import FileType, PromoVideo, TopicFile
from atg_core.catalog.ports import StationNotFound, TopicNotFound
from atg_core.catalog.stations import AlreadyThere
from atg_core.catalog.topic_files import TopicFileNotFound

type Values = Mapping[str, Any]
_OPTIONAL = ("title", "file_size", "size_formatted", "file_url", "mime_type")


class MemoryTopicFiles:
    """`TopicFileStore` within a transaction."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def topic_files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        self._require_topic(station_id, topic_id)
        rows = self.database.rows("topic_files", topic_id=topic_id, is_active=True)
        return convert(sorted(rows, key=lambda row: (row["order_index"], row["id"])), list[TopicFile])

    async def add_file(self, station_id: int | None, topic_id: int, values: Values) -> TopicFile:
        self._require_topic(station_id, topic_id)
        self._demote_main_pdf(topic_id, values)
        row = {**dict.fromkeys(_OPTIONAL), "order_index": 0, "is_active": True, "topic_id": topic_id, **values}
        try:
            file_id = self.database.insert("topic_files", row)
        except DuplicateKey:
            raise AlreadyThere from None
        return convert(self.database.tables["topic_files"][file_id], TopicFile)

    async def change_file(self, station_id: int | None, topic_id: int, file_id: int, values: Values) -> TopicFile:
        self._row(station_id, topic_id, file_id)
        self._demote_main_pdf(topic_id, values)
        try:
            self.database.update("topic_files", file_id, **values)
        except DuplicateKey:
            raise AlreadyThere from None
        return convert(self.database.tables["topic_files"][file_id], TopicFile)

    async def delete_file(self, station_id: int | None, topic_id: int, file_id: int) -> TopicFile:
        row = self._row(station_id, topic_id, file_id)
        del self.database.tables["topic_files"][file_id]
        self.database.delete("user_material_progress", topic_file_id=file_id)
        return convert(row, TopicFile)

    def _require_topic(self, station_id: int | None, topic_id: int) -> None:
        tables = self.database.tables
        topic = tables["topics"].get(topic_id)
        if topic is not None:
            lesson = tables["lessons"][topic["lesson_id"]]
            if station_id in {None, tables["course_programs"][lesson["course_program_id"]]["station_id"]}:
                return
        raise TopicNotFound

    def _row(self, station_id: int | None, topic_id: int, file_id: int) -> Row:
        self._require_topic(station_id, topic_id)
        row = self.database.tables["topic_files"].get(file_id)
        if row is None or row["topic_id"] != topic_id:
            raise TopicFileNotFound
        return row

    def _demote_main_pdf(self, topic_id: int, values: Values) -> None:
        if values.get("file_type") is FileType.MAIN_PDF:
            for row in list(self.database.rows("topic_files", topic_id=topic_id, file_type=FileType.MAIN_PDF)):
                self.database.update("topic_files", row["id"], file_type=FileType.DOCUMENT)

    async def promo_video(self, station_id: int) -> PromoVideo | None:
        if station_id not in self.database.tables["stations"]:
            raise StationNotFound
        row = next(self.database.rows("station_promo_videos", station_id=station_id), None)
        return convert(row, PromoVideo) if row else None

    async def save_promo_video(self, station_id: int, values: Values) -> PromoVideo:
        former = await self.promo_video(station_id)
        if former:
            self.database.update("station_promo_videos", former.id, **values)
        else:
            self.database.insert("station_promo_videos", {"title": None, "station_id": station_id, **values})
        saved = await self.promo_video(station_id)
        assert saved is not None  # noqa: S101 - it was saved
        return saved

    async def delete_promo_video(self, station_id: int) -> PromoVideo | None:
        former = await self.promo_video(station_id)
        self.database.delete("station_promo_videos", station_id=station_id)
        return former
