"""Uploading files: signed requests that go to the store itself, parts, and files sent through this service."""

from collections.abc import Sequence
from typing import Annotated

from litestar import post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, JSONBody, SkipValidation
from msgspec import Struct

from atg_core.files import uploading
from atg_core.files.model import Part, Visitor
from atg_core.files.ports import UploadNotFound
from atg_core.files.reading import LONGEST_SIGNED
from atg_core.files.uploading import SignUpload, UploadInParts, Wanted, part_bytes
from atg_entrypoints.http.files import TAGS, Asking, chunks_of
from atg_entrypoints.http.files_wire import (
    Key,
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
from atg_entrypoints.http.policy import UPLOADER
from atg_entrypoints.http.wire import Instant, to_wire, uuid_or
from atg_entrypoints.visitors import visitor_of

_LONGEST = int(LONGEST_SIGNED.total_seconds())


class UploadForm(Struct, frozen=True, kw_only=True):
    key: Key
    file: UploadFile
    contentType: str | None = None  # noqa: N815 - the frontend's name


def uploader(request: Asking) -> Visitor:
    """The caller of a route that is for those alone who are signed in."""
    visitor = visitor_of(request.scope.get("user"))
    assert visitor is not None  # noqa: S101 - the policy lets nobody else in
    return visitor


@post("/files/presign-upload", status_code=200, policy=UPLOADER, tags=TAGS, summary="A request that uploads one file")
async def presign_upload(
    request: Asking, data: JSONBody[UploadRequest], sign_upload: NamedDependency[SkipValidation[SignUpload]]
) -> PresignedUpload:
    """A PUT with these headers, or with `form` a form whose fields come before its `file`."""
    wanted = Wanted(key=data.key, content_type=data.contentType, size=data.size)
    signed = await sign_upload(uploader(request), wanted, seconds=min(data.expiresIn, _LONGEST), form=data.form)
    return PresignedUpload.of(data.key, signed)


@post(
    "/files/presign-upload/multipart",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Begin an upload in parts",
)
async def begin_parts(
    request: Asking, data: JSONBody[PartsRequest], upload_in_parts: NamedDependency[SkipValidation[UploadInParts]]
) -> PresignedParts:
    """A part that failed is sent again to its URL; what is not completed within a day is forgotten."""
    wanted = Wanted(key=data.key, content_type=data.contentType, size=data.size)
    upload, signed = await upload_in_parts.begin(uploader(request), wanted, seconds=min(data.expiresIn, _LONGEST))
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
    summary="Make one file of the parts",
    also={404, 409},
)
async def complete_parts(
    request: Asking,
    data: JSONBody[PartsCompletion],
    upload_in_parts: NamedDependency[SkipValidation[UploadInParts]],
) -> StoredRow:
    parts = [Part(number=part.part_number, etag=part.etag) for part in data.parts]
    upload_id = uuid_or(UploadNotFound, data.upload_id)
    return to_wire(await upload_in_parts.complete(uploader(request), upload_id, parts), StoredRow)


@post(
    "/files/presign-upload/multipart/abort",
    status_code=200,
    policy=UPLOADER,
    tags=TAGS,
    summary="Give an upload in parts up",
    also={404},
)
async def abort_parts(
    request: Asking,
    data: JSONBody[PartsAbortion],
    upload_in_parts: NamedDependency[SkipValidation[UploadInParts]],
) -> dict[str, bool]:
    await upload_in_parts.abort(uploader(request), uuid_or(UploadNotFound, data.upload_id))
    return {"ok": True}


# A key makes nothing of a second upload that the first has not made: the same key is the same file.
@post("/files/upload", policy=UPLOADER, repeatable=False, tags=TAGS, summary="Upload through this service")
async def upload(
    request: Asking,
    data: Annotated[UploadForm, Body(media_type=RequestEncodingType.MULTI_PART)],
    upload_file: NamedDependency[SkipValidation[uploading.UploadFile]],
) -> Uploaded:
    wanted = Wanted(key=data.key, content_type=data.contentType, size=None)
    stored = await upload_file(uploader(request), wanted, chunks_of(data.file))
    return Uploaded(key=stored.key)


SMALL: Sequence[BaseRouteHandler] = (presign_upload, begin_parts, complete_parts, abort_parts)
LARGE: Sequence[BaseRouteHandler] = (upload,)
"""Those whose bodies are files, and are bounded as files are."""
