"""Topic files and promotional videos: records that refer to objects in the object store (spec: catalog-learning)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from atg_core.catalog.model import FileType, PromoVideo, TopicFile
from atg_core.catalog.stations import Values
from atg_core.clock import Clock
from atg_core.errors import Invalid, NotFound
from atg_core.unit_of_work import UnitOfWork

type DetectMediaType = Callable[[str], Awaitable[str | None]]
"""The media type of the object of a key, by its first bytes; None if it is absent or unknown."""

_EXPECTED_TYPES = {FileType.MAIN_PDF: "application/pdf", FileType.VIDEO: "video/"}
_ACTIVE_CONTENT = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")


class TopicFileNotFound(NotFound):
    """File not found"""


class NotWhatItSays(Invalid):
    """The bytes of this file are not of its type"""


class TopicFileStore(Protocol):
    """Topic files within a transaction. A topic of another station is not found; a station of None matches any."""

    async def topic_files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        """The active ones, by `order_index`. Raises TopicNotFound."""

    async def add_file(self, station_id: int | None, topic_id: int, values: Values) -> TopicFile:
        """A topic has one main PDF: the former one becomes a document. Raises TopicNotFound, AlreadyThere."""

    async def change_file(self, station_id: int | None, topic_id: int, file_id: int, values: Values) -> TopicFile:
        """Raises TopicFileNotFound, AlreadyThere."""

    async def delete_file(self, station_id: int | None, topic_id: int, file_id: int) -> TopicFile:
        """Raises TopicFileNotFound."""

    async def promo_video(self, station_id: int) -> PromoVideo | None:
        """Raises StationNotFound."""

    async def save_promo_video(self, station_id: int, values: Values) -> PromoVideo:
        """Raises StationNotFound."""

    async def delete_promo_video(self, station_id: int) -> PromoVideo | None:
        """Returns the deleted one. Raises StationNotFound."""


class ObjectStore(Protocol):
    """The part of the object store of `files` that is needed here."""

    async def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTopicFiles:
    """Each method is one transaction and raises what the store raises.

    An object is deleted with its record unless another record refers to it (`is_referenced`).
    """

    open: UnitOfWork[TopicFileStore]
    object_store: ObjectStore
    detect_media_type: DetectMediaType
    is_referenced: Callable[[str], Awaitable[bool]]
    clock: Clock

    async def files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        async with self.open() as store:
            return await store.topic_files(station_id, topic_id)

    async def add(self, station_id: int | None, topic_id: int, values: dict[str, Any]) -> TopicFile:
        """Raises NotWhatItSays, too."""
        await self._require_declared_type(values["minio_object_name"], values["file_type"])
        now = self.clock()
        async with self.open() as store:
            return await store.add_file(station_id, topic_id, {**values, "created_at": now, "updated_at": now})

    async def change(self, station_id: int | None, topic_id: int, file_id: int, values: dict[str, Any]) -> TopicFile:
        """Raises NotWhatItSays, too."""
        if key := values.get("minio_object_name"):
            await self._require_declared_type(key, values.get("file_type", FileType.DOCUMENT))
        async with self.open() as store:
            return await store.change_file(station_id, topic_id, file_id, {**values, "updated_at": self.clock()})

    async def delete(self, station_id: int | None, topic_id: int, file_id: int, *, with_object: bool) -> TopicFile:
        async with self.open() as store:
            deleted = await store.delete_file(station_id, topic_id, file_id)
        if with_object:
            await self._delete_object(deleted.minio_object_name)
        return deleted

    async def save_video(self, station_id: int, values: dict[str, Any]) -> PromoVideo:
        """Raises NotWhatItSays, too."""
        if key := values.get("object_key"):
            await self._require_declared_type(key, FileType.VIDEO)
        async with self.open() as store:
            return await store.save_promo_video(station_id, values)

    async def delete_video(self, station_id: int, *, with_object: bool) -> bool:
        """Whether there was one."""
        async with self.open() as store:
            deleted = await store.delete_promo_video(station_id)
        if deleted and with_object:
            await self._delete_object(deleted.object_key)
        return deleted is not None

    async def video(self, station_id: int) -> PromoVideo | None:
        async with self.open() as store:
            return await store.promo_video(station_id)

    async def _delete_object(self, key: str) -> None:
        if not await self.is_referenced(key):
            await self.object_store.delete(key)

    async def _require_declared_type(self, key: str, file_type: FileType) -> None:
        """Raises NotWhatItSays if the stored bytes are of another type, or active content such as HTML or SVG."""
        found = await self.detect_media_type(key)
        if found and (found in _ACTIVE_CONTENT or not found.startswith(_EXPECTED_TYPES.get(file_type, ""))):
            raise NotWhatItSays(field="objectKey")
