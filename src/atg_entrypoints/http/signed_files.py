"""Presigned URLs of this service, for stores that have no server of their own; an S3 store answers its own URLs."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, post, put, route
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.params import Body, SkipValidation

from atg_core.errors import Invalid
from atg_core.files.model import StoredObject
from atg_core.files.signed_requests import SignedRequests
from atg_core.files.signing import InvalidSignature
from atg_entrypoints.http.byte_replies import FileReply, SentAs
from atg_entrypoints.http.files import CONDITIONAL, READING, TAGS, Asking, chunks_of, key_in_path
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.settings import Settings

_PREFIX = "/files/signed/"
_PATH = "/files/signed/{key:path}"

_FORM = {"required": ["file"], "properties": {"file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)}}


@route(
    _PATH,
    http_method=READING,
    policy=PUBLIC,
    tags=TAGS,
    summary="Read what was signed",
    also={400, 403, 404},
    instead=CONDITIONAL,
)
async def read_signed(
    request: Asking,
    signed_requests: NamedDependency[SkipValidation[SignedRequests]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> FileReply:
    key, query = key_in_path(request, _PREFIX), _query(request)
    store = signed_requests.allowed("GET", key, query)

    async def find() -> StoredObject:
        return await signed_requests.find(key, query)

    sent_as = SentAs(content_type=query["type"], disposition=query["disposition"])
    return FileReply(find, store, sent_as=sent_as, accel=settings.accel_redirect)


@put(_PATH, policy=PUBLIC, tags=TAGS, summary="Upload what was signed", also={400, 403, 404, 409, 413})
async def put_signed(
    request: Asking, signed_requests: NamedDependency[SkipValidation[SignedRequests]]
) -> Response[None]:
    """A whole file of the signed type and size, or one part; the reply has its ETag."""
    key, media_type = key_in_path(request, _PREFIX), request.headers.get("content-type", "")
    etag = await signed_requests.put(key, _query(request), media_type, request.stream())
    return Response(None, status_code=200, headers={"ETag": etag})


@post(
    _PATH,
    status_code=204,
    policy=PUBLIC,
    tags=TAGS,
    summary="Upload with the form that was signed",
    also={400, 403, 404, 409, 413},
)
async def post_signed(
    request: Asking,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART, schema_extra=_FORM)],
    signed_requests: NamedDependency[SkipValidation[SignedRequests]],
) -> None:
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid("is required", field="file")
    fields = {name: value for name, value in data.items() if isinstance(value, str)}
    await signed_requests.post(key_in_path(request, _PREFIX), _query(request), fields, chunks_of(file))


def _query(request: Asking) -> dict[str, str]:
    """Raises InvalidSignature where a name stands twice: a signature is of one value."""
    pairs = list(request.query_params.multi_items())
    query = dict(pairs)
    if len(query) != len(pairs):
        raise InvalidSignature
    return query


HANDLERS: Sequence[BaseRouteHandler] = (read_signed, put_signed, post_signed)
"""Their bodies are files, and are bounded as files are."""
