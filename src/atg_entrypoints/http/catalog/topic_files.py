"""Topic files and promotional videos for the admin pages of the existing frontend."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from msgspec import Meta, Struct

from atg_core.catalog.model import FileType, PromoVideo
from atg_core.catalog.ports import StationNotFound, TopicNotFound
from atg_core.catalog.topic_files import EditTopicFiles, TopicFileNotFound
from atg_core.errors import Invalid
from atg_entrypoints.http.catalog.course_program_wire import TopicFileCreated, TopicFileTree
from atg_entrypoints.http.openapi import NON_EMPTY, all_of
from atg_entrypoints.http.policy import ADMIN, PUBLIC
from atg_entrypoints.http.wire import NO_NUL, TRIMMED, Data, serial_or, to_wire
from atg_entrypoints.value_faults import absent

_TAGS = ["stations"]
_FILES = "/stations/{station_id:str}/course-program/topics/{topic_id:str}/files"
_VIDEO = "/stations/{station_id:str}/promo-video"
_TYPES = {"pdf": FileType.DOCUMENT, "video": FileType.VIDEO, "document": FileType.DOCUMENT}

type Title = Annotated[str, Meta(max_length=500, pattern=NO_NUL, extra=TRIMMED)]
WithObject = Annotated[bool, QueryParameter(name="deleteObject", description="Also delete the object in the store")]


class TopicFileChanges(Struct, frozen=True, kw_only=True, rename="camel"):
    """Null and absent fields are not changed."""

    title: Title | None = None
    original_name: Title | None = None
    object_key: Annotated[str, Meta(max_length=1000, pattern=NO_NUL)] | None = None
    file_type: Annotated[str, Meta(max_length=50, extra_json_schema={"extra": {"enum": list(_TYPES)}})] | None = None
    is_main: bool | None = None
    order_index: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    file_size: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    mime_type: Annotated[str, Meta(max_length=255, pattern=NO_NUL)] | None = None

    def present_fields(self) -> dict[str, Any]:
        """Values by column. Raises Invalid for an unknown file type."""
        values = {
            "title": self.title,
            "original_name": self.original_name,
            "minio_object_name": self.object_key,
            "file_type": self._file_type(),
            "order_index": self.order_index,
            "file_size": self.file_size,
            "mime_type": self.mime_type,
        }
        return {name: value for name, value in values.items() if value is not None}

    def _file_type(self) -> FileType | None:
        if self.file_type is not None and self.file_type not in _TYPES:
            raise Invalid("Invalid fileType", field="fileType", code="one_of", allowed=sorted(_TYPES))
        if self.is_main and self.file_type in {None, "pdf"}:
            return FileType.MAIN_PDF
        if self.file_type is None:
            return None if self.is_main is None else FileType.DOCUMENT
        return _TYPES[self.file_type]


class NewTopicFile(TopicFileChanges, frozen=True, kw_only=True, rename="camel"):
    documented: ClassVar[Mapping[str, Any]] = all_of("originalName", "objectKey", "fileType")

    original_name: Annotated[str, Meta(max_length=500, pattern=NO_NUL, extra_json_schema=NON_EMPTY)] | None = None
    object_key: Annotated[str, Meta(max_length=1000, pattern=NO_NUL, extra_json_schema=NON_EMPTY)] | None = None


class Changed(Struct, frozen=True, kw_only=True):
    ok: bool = True


class FileDeleted(Struct, frozen=True, kw_only=True, rename="camel"):
    ok: bool = True
    deleted: bool = True
    object_key: str


class VideoChanges(Struct, frozen=True, kw_only=True, rename="camel"):
    documented: ClassVar[Mapping[str, Any]] = all_of("objectKey")

    title: Title | None = None
    object_key: Annotated[str, Meta(max_length=1024, pattern=NO_NUL, extra_json_schema=NON_EMPTY)] | None = None


class VideoRow(Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    station_id: int
    title: str | None
    object_key: str


class VideoReply(Struct, frozen=True, kw_only=True):
    video: VideoRow | None

    @classmethod
    def of(cls, video: PromoVideo | None) -> "VideoReply":
        return cls(video=to_wire(video, VideoRow) if video else None)


class VideoDeleted(Struct, frozen=True, kw_only=True):
    ok: bool = True
    deleted: bool


@get(_FILES, policy=PUBLIC, tags=_TAGS, summary="The files of a topic")
async def list_topic_files(
    station_id: FromPath[str],
    topic_id: FromPath[str],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> Data[TopicFileTree]:
    files = await edit_topic_files.files(*_topic(station_id, topic_id))
    return Data([TopicFileTree.of(file) for file in files])


@post(f"{_FILES}/create", policy=ADMIN, tags=_TAGS, summary="Add a file to a topic", also={409})
async def create_topic_file(
    station_id: FromPath[str],
    topic_id: FromPath[str],
    data: JSONBody[NewTopicFile],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> TopicFileCreated:
    """A main PDF replaces the former one, which becomes a document."""
    missing = absent(originalName=data.original_name, objectKey=data.object_key, fileType=data.file_type)
    if not data.original_name:
        raise Invalid("Missing originalName", faults=missing)
    if not data.object_key:
        raise Invalid("Missing objectKey", faults=missing)
    if data.file_type is None:
        raise Invalid("Invalid fileType", field="fileType", code="one_of", allowed=sorted(_TYPES))
    return TopicFileCreated.of(await edit_topic_files.add(*_topic(station_id, topic_id), data.present_fields()))


@put(f"{_FILES}/{{file_id:str}}/update", policy=ADMIN, tags=_TAGS, summary="Change a file of a topic", also={409})
async def update_topic_file(
    station_id: FromPath[str],
    topic_id: FromPath[str],
    file_id: FromPath[str],
    data: JSONBody[TopicFileChanges],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> Changed:
    number = serial_or(TopicFileNotFound, file_id)
    await edit_topic_files.change(*_topic(station_id, topic_id), number, data.present_fields())
    return Changed()


@delete(
    f"{_FILES}/{{file_id:str}}/delete", status_code=200, policy=ADMIN, tags=_TAGS, summary="Delete a file of a topic"
)
async def delete_topic_file(
    station_id: FromPath[str],
    topic_id: FromPath[str],
    file_id: FromPath[str],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
    with_object: WithObject = False,
) -> FileDeleted:
    number = serial_or(TopicFileNotFound, file_id)
    deleted = await edit_topic_files.delete(*_topic(station_id, topic_id), number, with_object=with_object)
    return FileDeleted(object_key=deleted.minio_object_name)


@get(_VIDEO, policy=PUBLIC, tags=_TAGS, summary="The promotional video of a station")
async def show_promo_video(
    station_id: FromPath[str], edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]]
) -> VideoReply:
    return VideoReply.of(await edit_topic_files.video(serial_or(StationNotFound, station_id)))


@put(f"{_VIDEO}/update", policy=ADMIN, tags=_TAGS, summary="Change the promotional video")
async def update_promo_video(
    station_id: FromPath[str],
    data: JSONBody[VideoChanges],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> VideoReply:
    if not data.object_key:
        raise Invalid("Missing objectKey", field="objectKey", code="required")
    values = {"title": data.title, "object_key": data.object_key}
    named = {name: value for name, value in values.items() if value is not None}
    return VideoReply.of(await edit_topic_files.save_video(serial_or(StationNotFound, station_id), named))


@delete(f"{_VIDEO}/delete", status_code=200, policy=ADMIN, tags=_TAGS, summary="Delete the promotional video")
async def delete_promo_video(
    station_id: FromPath[str],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
    with_object: WithObject = False,
) -> VideoDeleted:
    number = serial_or(StationNotFound, station_id)
    return VideoDeleted(deleted=await edit_topic_files.delete_video(number, with_object=with_object))


def _topic(station_id: str, topic_id: str) -> tuple[int, int]:
    """Raises TopicNotFound."""
    return serial_or(TopicNotFound, station_id), serial_or(TopicNotFound, topic_id)


HANDLERS: Sequence[BaseRouteHandler] = (
    list_topic_files,
    create_topic_file,
    update_topic_file,
    delete_topic_file,
    show_promo_video,
    update_promo_video,
    delete_promo_video,
)
