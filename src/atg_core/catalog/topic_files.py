"""Files of topics and promotional videos: records that name objects of the store (spec: catalog-learning)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from atg_core.catalog.authoring import Values
from atg_core.catalog.model import FileType, PromoVideo, TopicFile
from atg_core.clock import Clock
from atg_core.errors import Invalid, NotFound
from atg_core.opening import Open

type Recognise = Callable[[str], Awaitable[str | None]]
"""The media type of an object, judged by its first bytes; None if there is none or it is like nothing known."""

_SHOWN_AS = {FileType.MAIN_PDF: "application/pdf", FileType.VIDEO: "video/"}
_ACTIVE = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")


class TopicFileNotFound(NotFound):
    """File not found"""


class NotWhatItSays(Invalid):
    """The bytes of this file are not of its type"""


class TopicFileStore(Protocol):
    """Within a transaction. A topic is found by its station; another's is not there. A station of None is any."""

    async def topic_files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        """The active ones, by `order_index`. Raises TopicNotFound."""

    async def add_file(self, station_id: int | None, topic_id: int, values: Values) -> TopicFile:
        """A topic has one main PDF: a former one becomes a document. Raises TopicNotFound, AlreadyThere."""

    async def change_file(self, station_id: int | None, topic_id: int, file_id: int, values: Values) -> TopicFile:
        """Raises TopicFileNotFound, AlreadyThere."""

    async def delete_file(self, station_id: int | None, topic_id: int, file_id: int) -> TopicFile:
        """Raises TopicFileNotFound."""

    async def promo_video(self, station_id: int) -> PromoVideo | None:
        """Raises StationNotFound."""

    async def save_promo_video(self, station_id: int, values: Values) -> PromoVideo:
        """Raises StationNotFound."""

    async def delete_promo_video(self, station_id: int) -> PromoVideo | None:
        """The one that was there. Raises StationNotFound."""


class Objects(Protocol):
    """The verb of the object store of `files` that is needed here."""

    async def delete(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTopicFiles:
    """Each verb is one transaction; it raises what the store's verb of that name raises.

    An object is deleted with its record unless another record names it (`is_named`).
    """

    open: Open[TopicFileStore]
    objects: Objects
    recognise: Recognise
    is_named: Callable[[str], Awaitable[bool]]
    clock: Clock

    async def files(self, station_id: int | None, topic_id: int) -> list[TopicFile]:
        async with self.open() as store:
            return await store.topic_files(station_id, topic_id)

    async def add(self, station_id: int | None, topic_id: int, values: dict[str, Any]) -> TopicFile:
        """Raises NotWhatItSays, too."""
        await self._require_as_said(values["minio_object_name"], values["file_type"])
        now = self.clock()
        async with self.open() as store:
            return await store.add_file(station_id, topic_id, {**values, "created_at": now, "updated_at": now})

    async def change(self, station_id: int | None, topic_id: int, file_id: int, values: dict[str, Any]) -> TopicFile:
        """Raises NotWhatItSays, too."""
        if key := values.get("minio_object_name"):
            await self._require_as_said(key, values.get("file_type", FileType.DOCUMENT))
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
            await self._require_as_said(key, FileType.VIDEO)
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
        if not await self.is_named(key):
            await self.objects.delete(key)

    async def _require_as_said(self, key: str, file_type: FileType) -> None:
        """An object that is there already is what its record calls it; never a page that a browser would run."""
        found = await self.recognise(key)
        if found and (found in _ACTIVE or not found.startswith(_SHOWN_AS.get(file_type, ""))):
            raise NotWhatItSays(field="objectKey")
