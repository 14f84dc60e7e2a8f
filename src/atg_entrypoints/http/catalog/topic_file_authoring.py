"""Topic file authoring, for instructors and admins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation

from atg_core.catalog.curriculum import EditCurriculum
from atg_core.catalog.curriculum_records import FILES
from atg_core.catalog.ports import TopicNotFound
from atg_core.catalog.topic_files import EditTopicFiles, NotWhatItSays, TopicFileNotFound
from atg_entrypoints.http.catalog.curriculum_wire import AuthoredFile, FileChanges, Ids, NewFile
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import Data, serial_or, to_wire

_TAGS = ["authoring"]
_FILES = "/topics/{topic_id:str}/files"


@contextmanager
def _renamed_field() -> Iterator[None]:
    """Reports NotWhatItSays for the field of these routes."""
    try:
        yield
    except NotWhatItSays:
        raise NotWhatItSays(field="minio_object_name") from None


@post(_FILES, policy=AUTHOR, tags=_TAGS, summary="Add a file to a topic", also={409})
async def add_file(
    topic_id: FromPath[str],
    data: JSONBody[NewFile],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> AuthoredFile:
    """A main PDF replaces the former one, which becomes a document."""
    with _renamed_field():
        added = await edit_topic_files.add(None, serial_or(TopicNotFound, topic_id), data.present_fields())
    return to_wire(added, AuthoredFile)


@put(f"{_FILES}/{{file_id:str}}", policy=AUTHOR, tags=_TAGS, summary="Change a file of a topic", also={409})
async def change_file(
    topic_id: FromPath[str],
    file_id: FromPath[str],
    data: JSONBody[FileChanges],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> AuthoredFile:
    topic, file = serial_or(TopicNotFound, topic_id), serial_or(TopicFileNotFound, file_id)
    with _renamed_field():
        return to_wire(await edit_topic_files.change(None, topic, file, data.present_fields()), AuthoredFile)


@delete(f"{_FILES}/{{file_id:str}}", policy=AUTHOR, tags=_TAGS, summary="Delete a file of a topic")
async def delete_file(
    topic_id: FromPath[str],
    file_id: FromPath[str],
    edit_topic_files: NamedDependency[SkipValidation[EditTopicFiles]],
) -> None:
    """Keeps the object in the store."""
    topic, file = serial_or(TopicNotFound, topic_id), serial_or(TopicFileNotFound, file_id)
    await edit_topic_files.delete(None, topic, file, with_object=False)


@put(f"{_FILES}/order", policy=AUTHOR, tags=_TAGS, summary="Reorder the files of a topic")
async def order_files(
    topic_id: FromPath[str],
    data: JSONBody[Ids],
    edit_curriculum: NamedDependency[SkipValidation[EditCurriculum]],
) -> Data[AuthoredFile]:
    topic = serial_or(TopicNotFound, topic_id)
    return Data(to_wire(await edit_curriculum.order(FILES, data, topic), list[AuthoredFile]))


HANDLERS: Sequence[BaseRouteHandler] = (add_file, change_file, delete_file, order_files)
