"""Reading files: folders, presigned URLs, and the bytes themselves."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from litestar import Request, Response, delete, get, route
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter, SkipValidation

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.files.keys import InvalidKey
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileNotFound
from atg_core.files.reading import LONGEST_SIGNED, TOKEN_LIVES, DeleteFile, FindFile, ListFolder, SignReading
from atg_core.identity.model import Caller
from atg_entrypoints.http.byte_replies import FileReply
from atg_entrypoints.http.errors import problem_of
from atg_entrypoints.http.files_wire import (
    Deleted,
    Existence,
    FileRow,
    FolderContents,
    FolderRow,
    PresignedReading,
    StreamToken,
    stream_url,
)
from atg_entrypoints.http.policy import ADMIN, ANYONE, SIGNED_IN
from atg_entrypoints.http.wire import NO_NUL, Instant
from atg_entrypoints.settings import Settings
from atg_entrypoints.visitors import visitor_of

TAGS = ["files"]
READING = [HttpMethod.GET, HttpMethod.HEAD]
_MOST_ENTRIES = 1000
_COPY_BYTES = 128 * 1024

Asking = Request[Caller | None, Any, State]
_BYTES = "*/*"
CONDITIONAL = {
    200: ResponseSpec(bytes, media_type=_BYTES, generate_examples=False, description="The bytes, of their own type"),
    206: ResponseSpec(
        bytes, media_type=_BYTES, generate_examples=False, description="One range, or several as multipart/byteranges"
    ),
    412: ResponseSpec(None, description="If-Match or If-Unmodified-Since does not hold"),
    416: ResponseSpec(None, description="No range of these is in the file"),
}
KeyParameter = Annotated[
    str | None, QueryParameter(name="key", schema_extra={"min_length": 1}, description="The object's key")
]


def key_in_path(request: Asking, prefix: str) -> str:
    """What stands behind the prefix in the path as it was sent, decoded once. Raises InvalidKey.

    The framework's own reading of a path folds `a//b` and can not tell `a/b` from `a%2Fb`.
    """
    raw = request.scope["raw_path"].partition(b"?")[0]
    start = raw.find(prefix.encode())
    if start < 0:
        raise FileNotFound
    try:
        return unquote_to_bytes(raw[start + len(prefix) :]).decode()
    except UnicodeDecodeError:
        raise InvalidKey(field="key") from None


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """What was sent as a part of a form, and lies on disk if it is large."""
    while chunk := await file.read(_COPY_BYTES):
        yield chunk


def _required(key: str | None) -> str:
    if not key:
        raise InvalidKey("Missing key", field="key")
    return key


@get(
    "/files/presign",
    policy=ANYONE,
    tags=TAGS,
    summary="A URL that reads one key for a while",
    also={400, 404},
    needs={"key"},
)
async def presign(
    request: Asking,
    sign_reading: NamedDependency[SkipValidation[SignReading]],
    key: KeyParameter = None,
    content_type: Annotated[str | None, QueryParameter(name="contentType", max_length=255)] = None,
    expires_in: Annotated[int, QueryParameter(name="expiresIn", ge=1, le=10**9)] = 3600,
) -> PresignedReading:
    """`contentType` becomes the type of the reply; at most 604800 seconds, a larger number is taken as that."""
    seconds = min(expires_in, int(LONGEST_SIGNED.total_seconds()))
    found, signed = await sign_reading.url(
        visitor_of(request.scope.get("user")), _required(key), content_type=content_type, seconds=seconds
    )
    return PresignedReading(
        url=signed.url,
        key=found.key,
        expires_in=seconds,
        expires_at=Instant.of(signed.expires_at),
        content_type=found.content_type,
        size=found.size,
    )


@get("/files/folder-contents", policy=SIGNED_IN, tags=TAGS, summary="What a folder holds", also={400})
async def list_folder(
    *,
    request: Asking,
    list_folder: NamedDependency[SkipValidation[ListFolder]],
    settings: NamedDependency[SkipValidation[Settings]],
    prefix: Annotated[str, QueryParameter(name="prefix", max_length=1100)] = "",
    delimiter: Annotated[
        str, QueryParameter(name="delimiter", description="Empty: everything below", schema_extra={"enum": ["/", ""]})
    ] = "/",
    limit: Annotated[int, QueryParameter(name="limit", ge=1, description="At most 1000")] = _MOST_ENTRIES,
    cursor: Annotated[str | None, QueryParameter(name="cursor", max_length=1100, pattern=NO_NUL)] = None,
) -> FolderContents:
    if delimiter not in {"", "/"}:
        raise Invalid("is / or empty", field="delimiter")
    visitor = visitor_of(request.scope.get("user"))
    assert visitor is not None  # noqa: S101 - the policy lets nobody else in
    found = await list_folder(visitor, prefix, nested=not delimiter, limit=min(limit, _MOST_ENTRIES), cursor=cursor)
    return FolderContents(
        folders=[FolderRow.of(folder) for folder in found.folders],
        files=[FileRow.of(stored, settings.base_url) for stored in found.objects],
        next_cursor=found.next_cursor,
    )


@get("/files/exists", policy=ANYONE, tags=TAGS, summary="Is there a file of this key", also={400, 404}, needs={"key"})
async def exists(
    request: Asking, find_file: NamedDependency[SkipValidation[FindFile]], key: KeyParameter = None
) -> Response[Any]:
    try:
        stored = await find_file(visitor_of(request.scope.get("user")), _required(key))
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
    policy=ANYONE,
    tags=TAGS,
    summary="A token to stream one key with",
    also={400, 404},
    needs={"key"},
)
async def stream_token(
    request: Asking,
    sign_reading: NamedDependency[SkipValidation[SignReading]],
    clock: NamedDependency[SkipValidation[Clock]],
    settings: NamedDependency[SkipValidation[Settings]],
    key: KeyParameter = None,
) -> StreamToken:
    """For an hour, as `?token=` of `/files/stream/{key}`: a `<video src>` can not send a header."""
    token = await sign_reading.token(visitor_of(request.scope.get("user")), _required(key))
    return StreamToken(
        token=token,
        key=_required(key),
        expires_at=Instant.of(clock() + TOKEN_LIVES),
        url=f"{stream_url(settings.base_url, _required(key))}?token={token}",
    )


@route(
    "/files/stream/{key:path}",
    http_method=READING,
    policy=ANYONE,
    tags=TAGS,
    summary="The bytes of a file, with ranges",
    also={400, 403, 404},
    instead=CONDITIONAL,
)
async def stream(
    request: Asking,
    sign_reading: NamedDependency[SkipValidation[SignReading]],
    settings: NamedDependency[SkipValidation[Settings]],
    token: Annotated[str | None, QueryParameter(name="token", max_length=200)] = None,
) -> FileReply:
    """As RFC 9110 says: conditions, one range or several, 416; the key is percent-encoded once, its slashes too."""
    key, visitor = key_in_path(request, "/files/stream/"), visitor_of(request.scope.get("user"))

    async def find() -> StoredObject:
        return await sign_reading.readable(visitor, key, token)

    return FileReply(find, sign_reading.store, accel=settings.accel_redirect)


@delete(
    "/files/object", status_code=200, policy=ADMIN, tags=TAGS, summary="Delete a file", also={400, 409}, needs={"key"}
)
async def delete_file(
    delete_file: NamedDependency[SkipValidation[DeleteFile]],
    key: KeyParameter = None,
    force: Annotated[bool, QueryParameter(name="force", description="Even while a record refers to it")] = False,
) -> Deleted:
    return Deleted(deleted=await delete_file(_required(key), force=force))


HANDLERS: Sequence[BaseRouteHandler] = (
    presign,
    list_folder,
    exists,
    stream_token,
    stream,
    delete_file,
)
