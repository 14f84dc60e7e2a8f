"""Multipart uploads through this service: the existing frontend sends files over 100 MB so, in parts of 10 MiB."""

from collections.abc import Sequence

from litestar import post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.errors import Invalid
from atg_core.files.model import UploadPart
from atg_core.files.objects import MAX_URL_LIFETIME, SignDownload
from atg_core.files.ports import UploadNotFound
from atg_core.files.proxied_parts import ProxiedParts
from atg_entrypoints.http.files.objects import TAGS, Asking
from atg_entrypoints.http.files.uploads import uploader
from atg_entrypoints.http.files.wire import (
    ProxiedAbortion,
    ProxiedCompletion,
    ProxiedFile,
    ProxiedPart,
    ProxiedRequest,
    ProxiedUpload,
)
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import UPLOADER
from atg_entrypoints.http.wire import uuid_or

_FIELDS = ("uploadId", "key", "partNumber")

Parts = NamedDependency[SkipValidation[ProxiedParts]]


@post(
    "/files/multipart/initiate",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Start an upload in parts through this service",
)
async def initiate(request: Asking, data: JSONBody[ProxiedRequest], proxied_parts: Parts) -> ProxiedUpload:
    """For clients that do not reach the store; others use `/files/presign-upload/multipart`."""
    upload = await proxied_parts.begin(uploader(request), data.key, data.contentType)
    return ProxiedUpload(uploadId=str(upload.id), key=upload.key)


# No idempotency key: a part that is sent again replaces the former one.
@post(
    "/files/multipart/upload-part",
    status_code=200,
    policy=UPLOADER,
    idempotency_key=False,
    tags=TAGS,
    summary="Upload a part through this service",
    form=form_schema(*_FIELDS),
    also={404},
)
async def upload_part(request: Asking, proxied_parts: Parts) -> ProxiedPart:
    """The fields precede the `file`, of at most 16 MiB; of all parts but the last, S3 wants at least 5 MiB."""
    form = MultipartForm(request)
    fields = await form.fields()
    for name in _FIELDS:
        if name not in fields:
            raise Invalid("is required, before the file", field=name, code="required")
    upload_id, number = uuid_or(UploadNotFound, fields["uploadId"]), _number(fields["partNumber"])
    etag = await proxied_parts.put(
        uploader(request), upload_id, fields["key"], number, form.file(), length=request.content_length
    )
    return ProxiedPart(partNumber=number, etag=etag)


def _number(text: str) -> int:
    """0, which is no number of a part, for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@post(
    "/files/multipart/complete",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Complete an upload in parts through this service",
    also={404, 409},
)
async def complete(
    request: Asking,
    data: JSONBody[ProxiedCompletion],
    proxied_parts: Parts,
    sign_download: NamedDependency[SkipValidation[SignDownload]],
) -> ProxiedFile:
    principal, parts = uploader(request), [UploadPart(number=part.partNumber, etag=part.etag) for part in data.parts]
    stored = await proxied_parts.complete(principal, uuid_or(UploadNotFound, data.uploadId), data.key, parts)
    urls = await sign_download.urls(principal, [stored.key], seconds=int(MAX_URL_LIFETIME.total_seconds()))
    return ProxiedFile(key=stored.key, url=urls.get(stored.key))


@post(
    "/files/multipart/abort",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Abort an upload in parts through this service",
    also={404},
)
async def abort(request: Asking, data: JSONBody[ProxiedAbortion], proxied_parts: Parts) -> dict[str, bool]:
    await proxied_parts.abort(uploader(request), uuid_or(UploadNotFound, data.uploadId), data.key)
    return {"ok": True}


SMALL: Sequence[BaseRouteHandler] = (initiate, complete, abort)
LARGE: Sequence[BaseRouteHandler] = (upload_part,)
"""Its body is a part of a file."""
