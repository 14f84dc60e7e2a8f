"""Uploads: presigned requests to the store itself, multipart uploads, and files sent through this service."""

from collections.abc import Sequence

from litestar import post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, SkipValidation

from atg_core.errors import Invalid
from atg_core.files import uploads
from atg_core.files.media import media_type_of
from atg_core.files.model import Principal, UploadPart
from atg_core.files.objects import MAX_URL_LIFETIME
from atg_core.files.ports import UploadNotFound
from atg_core.files.upload_quota import UploadSpec
from atg_core.files.uploads import MultipartUpload, SignUpload, part_bytes
from atg_entrypoints.http.files.objects import TAGS, Asking
from atg_entrypoints.http.files.wire import (
    PartsAbortion,
    PartsCompletion,
    PartsRequest,
    PartUrl,
    PresignedParts,
    PresignedUpload,
    StoredRow,
    Uploaded,
    UploadRequest,
)
from atg_entrypoints.http.multipart_form import MultipartForm, form_schema
from atg_entrypoints.http.policy import UPLOADER
from atg_entrypoints.http.wire import Instant, to_wire, uuid_or
from atg_entrypoints.principals import principal_of

_LONGEST = int(MAX_URL_LIFETIME.total_seconds())


def uploader(request: Asking) -> Principal:
    """The principal of a route that needs signing in."""
    principal = principal_of(request.scope.get("user"))
    assert principal is not None  # noqa: S101 - the policy lets nobody else in
    return principal


@post(
    "/files/presign-upload", status_code=200, policy=UPLOADER, tags=TAGS, summary="A presigned request to upload a file"
)
async def presign_upload(
    request: Asking, data: JSONBody[UploadRequest], sign_upload: NamedDependency[SkipValidation[SignUpload]]
) -> PresignedUpload:
    """A PUT with these headers, or with `form` a form whose fields precede its `file`."""
    spec = UploadSpec(key=data.key, content_type=data.contentType, size=data.size)
    signed = await sign_upload(uploader(request), spec, seconds=min(data.expiresIn, _LONGEST), form=data.form)
    return PresignedUpload.of(data.key, signed)


@post(
    "/files/presign-upload/multipart",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Start a multipart upload",
)
async def begin_parts(
    request: Asking, data: JSONBody[PartsRequest], multipart_upload: NamedDependency[SkipValidation[MultipartUpload]]
) -> PresignedParts:
    """A failed part may be sent again to its URL; uploads not completed within a day are deleted."""
    spec = UploadSpec(key=data.key, content_type=data.contentType, size=data.size)
    upload, signed = await multipart_upload.begin(uploader(request), spec, seconds=min(data.expiresIn, _LONGEST))
    return PresignedParts(
        upload_id=str(upload.id),
        key=upload.key,
        part_size=part_bytes(data.size),
        parts=[PartUrl(part_number=number, url=each.url) for number, each in enumerate(signed, 1)],
        expires_at=Instant.of(signed[0].expires_at),
    )


@post(
    "/files/presign-upload/multipart/complete",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Complete a multipart upload",
    also={404, 409},
)
async def complete_parts(
    request: Asking,
    data: JSONBody[PartsCompletion],
    multipart_upload: NamedDependency[SkipValidation[MultipartUpload]],
) -> StoredRow:
    parts = [UploadPart(number=part.part_number, etag=part.etag) for part in data.parts]
    upload_id = uuid_or(UploadNotFound, data.upload_id)
    return to_wire(await multipart_upload.complete(uploader(request), upload_id, parts), StoredRow)


@post(
    "/files/presign-upload/multipart/abort",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Abort a multipart upload",
    also={404},
)
async def abort_parts(
    request: Asking,
    data: JSONBody[PartsAbortion],
    multipart_upload: NamedDependency[SkipValidation[MultipartUpload]],
) -> dict[str, bool]:
    await multipart_upload.abort(uploader(request), uuid_or(UploadNotFound, data.upload_id))
    return {"ok": True}


# No idempotency key: uploading the same file to the same key again changes nothing.
@post(
    "/files/upload",
    policy=UPLOADER,
    idempotency_key=False,
    tags=TAGS,
    summary="Upload through this service",
    form=form_schema("key", optional=["contentType"]),
)
async def upload(request: Asking, upload_file: NamedDependency[SkipValidation[uploads.UploadFile]]) -> Uploaded:
    """The fields precede the `file`; `contentType` may follow it, if it is that of the name."""
    form = MultipartForm(request)
    fields = await form.fields()
    if "key" not in fields:
        raise Invalid("is required, before the file", field="key", code="required")
    spec = UploadSpec(key=fields["key"], content_type=fields.get("contentType"), size=None)
    later = {} if spec.content_type else {"contentType": media_type_of(spec.key)}
    stored = await upload_file(uploader(request), spec, form.file(later), length=request.content_length)
    return Uploaded(key=stored.key)


SMALL: Sequence[BaseRouteHandler] = (presign_upload, begin_parts, complete_parts, abort_parts)
LARGE: Sequence[BaseRouteHandler] = (upload,)
"""Those whose bodies are files, limited as files are."""
