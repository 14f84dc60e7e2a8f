"""Signed URLs of this service, for stores without a server of their own; S3 serves its own URLs."""

from collections.abc import Sequence

from litestar import Response, post, put, route
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from atg_core.files.model import StoredObject
from atg_core.files.signed_urls import InvalidSignature, ServeSignedUrls
from atg_entrypoints.http.file_response import CONDITIONAL, FileResponse, Representation
from atg_entrypoints.http.files.objects import READING, TAGS, Asking, key_in_path
from atg_entrypoints.http.multipart_form import MAX_OVERHEAD_BYTES, MultipartForm, form_schema
from atg_entrypoints.http.policy import PUBLIC
from atg_entrypoints.settings import Settings

_PREFIX = "/files/signed/"
_PATH = "/files/signed/{key:path}"


@route(
    _PATH,
    http_method=READING,
    policy=PUBLIC,
    tags=TAGS,
    summary="Read with a signed URL",
    also={400, 403, 404},
    instead=CONDITIONAL,
)
async def read_signed(
    request: Asking,
    serve_signed_urls: NamedDependency[SkipValidation[ServeSignedUrls]],
    settings: NamedDependency[SkipValidation[Settings]],
) -> FileResponse:
    key, query = key_in_path(request, _PREFIX), _query(request)
    store = serve_signed_urls.readable(key, query)

    async def find() -> StoredObject:
        return await serve_signed_urls.find(key, query)

    representation = Representation(content_type=query["type"], disposition=query["disposition"])
    return FileResponse(find, store, representation=representation, accel=settings.accel_redirect)


@put(_PATH, policy=PUBLIC, tags=TAGS, summary="Upload with a signed URL", also={400, 403, 404, 409, 413})
async def put_signed(
    request: Asking, serve_signed_urls: NamedDependency[SkipValidation[ServeSignedUrls]]
) -> Response[None]:
    """A whole file of the signed type and size, or one part; the response has its ETag."""
    key, query, media_type = key_in_path(request, _PREFIX), _query(request), request.headers.get("content-type", "")
    serve_signed_urls.require_size("PUT", key, query, request.content_length or 0)
    etag = await serve_signed_urls.put(key, query, media_type, request.stream(), length=request.content_length)
    return Response(None, status_code=200, headers={"ETag": etag})


@post(
    _PATH,
    status_code=204,
    policy=PUBLIC,
    tags=TAGS,
    summary="Upload with a signed form",
    form=form_schema("key", optional=["Content-Type"]),
    also={403, 404, 409},
)
async def post_signed(request: Asking, serve_signed_urls: NamedDependency[SkipValidation[ServeSignedUrls]]) -> None:
    """The signed fields precede the `file`."""
    key, query = key_in_path(request, _PREFIX), _query(request)
    serve_signed_urls.require_size("POST", key, query, (request.content_length or 0) - MAX_OVERHEAD_BYTES)
    form = MultipartForm(request)
    await serve_signed_urls.post(key, query, await form.fields(), form.file(), length=request.content_length)


def _query(request: Asking) -> dict[str, str]:
    """Raises InvalidSignature for a repeated name: a signature covers one value."""
    pairs = list(request.query_params.multi_items())
    query = dict(pairs)
    if len(query) != len(pairs):
        raise InvalidSignature
    return query


HANDLERS: Sequence[BaseRouteHandler] = (read_signed, put_signed, post_signed)
"""Their bodies are files, limited as files are."""
