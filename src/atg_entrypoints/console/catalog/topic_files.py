"""The files of a topic: added, renamed, replaced and removed. Large ones come by parts, which a script sends."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.authoring import AuthoringQueries
from atg_core.catalog.model import FileType
from atg_core.catalog.ports import TopicNotFound
from atg_core.catalog.topic_files import EditTopicFiles, TopicFileNotFound
from atg_core.errors import AtgError
from atg_core.files.media import media_type_of
from atg_core.files.upload_quota import UploadSpec
from atg_core.files.uploads import UploadFile
from atg_entrypoints.console.catalog.asked import TOPICS, Asked, Reads
from atg_entrypoints.console.catalog.topic import TOPIC_PAGE, topic_values
from atg_entrypoints.console.forms import Form, Refusals, checked, form_again, line_of, text_of
from atg_entrypoints.console.pages import led_to
from atg_entrypoints.http.catalog.curriculum_wire import FileChanges, NewFile
from atg_entrypoints.http.handlers import MAX_BODY_BYTES
from atg_entrypoints.http.multipart_form import MultipartForm
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or
from atg_entrypoints.principals import principal_of

_LARGEST_FORM = 100 * 1024 * 1024
"""Bytes of a file that comes without a script, in one piece."""

EditsFiles = NamedDependency[SkipValidation[EditTopicFiles]]


def key_of(topic_id: int, name: str) -> str:
    """A new key in the store for a file of a topic; its name is kept beside it."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    plain = suffix if suffix.isascii() and suffix.isalnum() and len(suffix) <= 10 else ""
    return f"topics/{topic_id}/{uuid4()}" + (f".{plain}" if plain else "")


@post(
    "/authoring/topics/{record_id:str}/files",
    policy=AUTHOR,
    status_code=HTTPStatus.OK,
    request_max_body_size=_LARGEST_FORM + MAX_BODY_BYTES,
)
async def add_file_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    edit_topic_files: EditsFiles,
    upload_file: NamedDependency[SkipValidation[UploadFile]],
    authoring_queries: Reads,
) -> Response[Any]:
    """Without a script. `replaces`: a file of the topic whose content this becomes."""
    key = serial_or(TopicNotFound, record_id)
    topic = await authoring_queries.topic(key)
    try:
        form = MultipartForm(request)
        fields = await form.fields()
        replaced = next((each for each in topic.files if str(each.id) == fields.get("replaces")), None)
        name, stored_key = form.file_name or "file", key_of(key, form.file_name)
        told = {"original_name": name[:500], "minio_object_name": stored_key, "mime_type": media_type_of(stored_key)}
        given = checked(FileChanges if replaced else NewFile, told if replaced else {**told, **_type_of(fields)})
        principal = principal_of(request.user)
        assert principal is not None  # noqa: S101 - the policy lets nobody else in
        spec = UploadSpec(key=stored_key, content_type=None, size=None)
        stored = await upload_file(principal, spec, form.file(), length=request.content_length)
        values = {**given.present_fields(), "file_size": stored.size}
        if replaced:
            await edit_topic_files.change(None, key, replaced.id, {"file_type": replaced.file_type, **values})
        else:
            await edit_topic_files.add(None, key, values)
    except Refusals as error:
        return await _again(request, key, authoring_queries, error)
    return led_to(f"{TOPICS}/{key}?done=added#files")


def _type_of(fields: dict[str, str]) -> dict[str, str]:
    return {"file_type": fields.get("file_type") or FileType.DOCUMENT}


@post("/authoring/topics/{record_id:str}/files/{file_id:str}", policy=AUTHOR, status_code=HTTPStatus.OK)
async def change_file_here(
    *,
    request: Asked,
    record_id: FromPath[str],
    file_id: FromPath[str],
    data: Form,
    edit_topic_files: EditsFiles,
    authoring_queries: Reads,
) -> Response[Any]:
    """Renames it or, with `delete`, takes it from the topic."""
    key, file = serial_or(TopicNotFound, record_id), serial_or(TopicFileNotFound, file_id)
    try:
        if text_of(data, "delete"):
            await edit_topic_files.delete(None, key, file, with_object=False)
        else:
            changes = checked(FileChanges, {"title": line_of(data, "file_title")})
            await edit_topic_files.change(None, key, file, changes.present_fields())
    except Refusals as error:
        return await _again(request, key, authoring_queries, error)
    return led_to(f"{TOPICS}/{key}?done=saved#files")


async def _again(request: Asked, key: int, authoring: AuthoringQueries, error: AtgError) -> Response[str]:
    values = await topic_values(request, key, authoring)
    return form_again(request, TOPIC_PAGE, values, error, prefix="file_")


HANDLERS: Sequence[BaseRouteHandler] = (add_file_here, change_file_here)
