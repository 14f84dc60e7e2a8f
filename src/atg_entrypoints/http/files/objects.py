"""Folders, streaming, presigned downloads, and deletion of objects."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from litestar import Request, Response, delete, get, route
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.files.keys import InvalidKey
from atg_core.files.model import Reader, StoredObject
from atg_core.files.objects import MAX_URL_LIFETIME, TOKEN_LIFETIME, DeleteFile, FindFile, ListFolder, SignDownload
from atg_core.files.ports import FileNotFound
from atg_core.identity.model import Caller
from atg_entrypoints.http.errors import problem_of
from atg_entrypoints.http.file_response import CONDITIONAL, FileResponse
from atg_entrypoints.http.files.reader import reader_of
from atg_entrypoints.http.files.wire import (
    Deleted,
    Existence,
    FileRow,
    FolderContents,
    FolderRow,
    PresignedReading,
    StreamToken,
    stream_url,
)
from atg_entrypoints.http.for_user import ForUser
from atg_entrypoints.http.policy import ADMIN, KNOWN_READER, READER
from atg_entrypoints.http.wire import NO_NUL, Instant
from atg_entrypoints.settings import Settings

TAGS = ["files"]
READING = [HttpMethod.GET, HttpMethod.HEAD]
_MAX_ENTRIES = 1000

Asking = Request[Caller | None, Any, State]
KeyParameter = Annotated[
    str | None, QueryParameter(name="key", schema_extra={"min_length": 1}, description="The object's key")
]


TokenQuery = Annotated[str | None, QueryParameter(name="token", max_length=200)]


def key_in_path(request: Asking, prefix: str) -> str:
    """The key after the prefix of the raw path, percent-decoded once. Raises InvalidKey.

    The framework's parsed path collapses `a//b` and can not tell `a/b` from `a%2Fb`.
    """
    raw = request.scope["raw_path"].partition(b"?")[0]
    start = raw.find(prefix.encode())
    if start < 0:
        raise FileNotFound
    try:
        return unquote_to_bytes(raw[start + len(prefix) :]).decode()
    except UnicodeDecodeError:
        raise InvalidKey(field="key") from None


def _required(key: str | None) -> str:
    if not key:
        raise InvalidKey("Missing key", field="key", code="required")
    return key


@get(
    "/files/presign",
    no_store=True,
    policy=READER,
    tags=TAGS,
    summary="A presigned URL of one key",
    also={400, 404},
    needs={"key"},
)
async def presign(
    *,
    request: Asking,
    sign_download: NamedDependency[SkipValidation[SignDownload]],
    key: KeyParameter = None,
    content_type: Annotated[str | None, QueryParameter(name="contentType", max_length=255)] = None,
    expires_in: Annotated[int, QueryParameter(name="expiresIn", ge=1, le=10**9)] = 3600,
    for_user: ForUser = None,
) -> PresignedReading:
    """`contentType`: of the response; `expiresIn` is limited to 604800 seconds.

    A customer's URL ends earlier if what they bought is refunded.
    """
    seconds = min(expires_in, int(MAX_URL_LIFETIME.total_seconds()))
    found, signed = await sign_download.url(
        reader_of(request, for_user), _required(key), content_type=content_type, seconds=seconds
    )
    return PresignedReading(
        url=signed.url,
        key=found.key,
        expires_in=seconds,
        expires_at=Instant.of(signed.expires_at),
        content_type=found.content_type,
        size=found.size,
    )


@get("/files/folder-contents", no_store=True, policy=KNOWN_READER, tags=TAGS, summary="List a folder", also={400})
async def list_folder(
    *,
    request: Asking,
    list_folder: NamedDependency[SkipValidation[ListFolder]],
    settings: NamedDependency[SkipValidation[Settings]],
    prefix: Annotated[str, QueryParameter(name="prefix", max_length=1100)] = "",
    delimiter: Annotated[
        str, QueryParameter(name="delimiter", description="Empty: everything below", schema_extra={"enum": ["/", ""]})
    ] = "/",
    limit: Annotated[int, QueryParameter(name="limit", ge=1, description="At most 1000")] = _MAX_ENTRIES,
    cursor: Annotated[str | None, QueryParameter(name="cursor", max_length=1100, pattern=NO_NUL)] = None,
    for_user: ForUser = None,
) -> FolderContents:
    if delimiter not in {"", "/"}:
        raise Invalid("must be / or empty", field="delimiter", code="one_of", allowed=["/", ""])
    reader = reader_of(request, for_user)
    found = await list_folder(reader, prefix, nested=not delimiter, limit=min(limit, _MAX_ENTRIES), cursor=cursor)
    return FolderContents(
        folders=[FolderRow.of(folder) for folder in found.folders],
        files=[FileRow.of(stored, settings.base_url) for stored in found.objects],
        next_cursor=found.next_cursor,
    )


@get("/files/exists", policy=READER, tags=TAGS, summary="Whether a file exists", also={400, 404}, needs={"key"})
async def exists(
    request: Asking,
    find_file: NamedDependency[SkipValidation[FindFile]],
    key: KeyParameter = None,
    for_user: ForUser = None,
) -> Response[Any]:
    try:
        stored = await find_file(reader_of(request, for_user), _required(key))
    except FileNotFound as error:
        return problem_of(error, exists=False)
    found = Existence(
        key=stored.key,
        contentType=stored.content_type,
        size=stored.size,
        lastModified=Instant.of(stored.last_modified),
        etag=stored.etag,
    )
    return Response(found)


@get(
    "/files/stream-token",
    no_store=True,
    policy=READER,
    tags=TAGS,
    summary="A stream token for one key",
    also={400, 404},
    needs={"key"},
)
async def stream_token(
    *,
    request: Asking,
    sign_download: NamedDependency[SkipValidation[SignDownload]],
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
    key: KeyParameter = None,
    for_user: ForUser = None,
) -> StreamToken:
    """Valid for an hour as `?token=` of `/files/stream/{key}`, since a `<video src>` can not send a header."""
    token = await sign_download.token(reader_of(request, for_user), _required(key))
    return StreamToken(
        token=token,
        key=_required(key),
        expires_at=Instant.of(clock() + TOKEN_LIFETIME),
        url=f"{stream_url(settings.base_url, _required(key))}?token={token}",
    )


@route(
    "/files/stream/{key:path}",
    http_method=READING,
    policy=READER,
    tags=TAGS,
    summary="Stream a file, with range requests",
    also={400, 403, 404},
    instead=CONDITIONAL,
)
async def stream(
    request: Asking,
    sign_download: NamedDependency[SkipValidation[SignDownload]],
    settings: NamedDependency[SkipValidation[Settings]],
    token: TokenQuery = None,
    for_user: ForUser = None,
) -> FileResponse:
    """Conditional and range requests as in RFC 9110; the key is percent-encoded once, slashes encoded or not."""
    key = key_in_path(request, "/files/stream/")
    return _streamed(sign_download, settings, reader_of(request, for_user), key, token)


@route(
    "/files/video/{key:path}",
    http_method=READING,
    policy=READER,
    tags=TAGS,
    summary="Stream a video, as the existing frontend names it",
    also={400, 403, 404},
    instead=CONDITIONAL,
)
async def stream_video(
    request: Asking,
    sign_download: NamedDependency[SkipValidation[SignDownload]],
    settings: NamedDependency[SkipValidation[Settings]],
    token: TokenQuery = None,
    for_user: ForUser = None,
) -> FileResponse:
    """The same as `/files/stream/{key}`, with the same rights."""
    key = key_in_path(request, "/files/video/")
    return _streamed(sign_download, settings, reader_of(request, for_user), key, token)


def _streamed(
    sign_download: SignDownload, settings: Settings, reader: Reader, key: str, token: str | None
) -> FileResponse:

    async def find() -> StoredObject:
        return await sign_download.readable(reader, key, token)

    return FileResponse(find, sign_download.object_store, accel=settings.accel_redirect)


@delete(
    "/files/object", status_code=200, policy=ADMIN, tags=TAGS, summary="Delete a file", also={400, 409}, needs={"key"}
)
async def delete_file(
    delete_file: NamedDependency[SkipValidation[DeleteFile]],
    key: KeyParameter = None,
    force: Annotated[bool, QueryParameter(name="force", description="Delete it even if a record refers to it")] = False,
) -> Deleted:
    return Deleted(deleted=await delete_file(_required(key), force=force))


HANDLERS: Sequence[BaseRouteHandler] = (
    presign,
    list_folder,
    exists,
    stream_token,
    stream,
    stream_video,
    delete_file,
)
