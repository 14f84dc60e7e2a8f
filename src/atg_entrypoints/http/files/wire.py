"""The JSON of files (spec: files). Some values have two names, since the existing frontend reads both."""

from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.files.keys import name_of
from atg_core.files.model import SignedRequest, StoredObject
from atg_entrypoints.http.wire import Instant

type Key = Annotated[str, Meta(examples=["lessons/1/Схема №1.pdf"])]
type MediaType = Annotated[str, Meta(max_length=255, examples=["application/pdf"])]
type Size = Annotated[int, Meta(ge=0, le=2**53, description="Bytes")]
type Lifetime = Annotated[int, Meta(ge=1, description="Seconds; limited to 604800")]


class PresignedReading(Struct, frozen=True, kw_only=True):
    url: str
    key: str
    expires_in: int
    expires_at: Instant
    content_type: str
    size: int


class UploadRequest(Struct, frozen=True, kw_only=True):
    """`form`: a form, whose type and size the store enforces, instead of a PUT."""

    key: Key
    contentType: MediaType | None = None  # noqa: N815 - the frontend's name
    expiresIn: Lifetime = 900  # noqa: N815
    size: Size | None = None
    form: bool = False


class PresignedUpload(Struct, frozen=True, kw_only=True):
    url: str
    key: str
    method: Literal["PUT", "POST"]
    headers: dict[str, str]
    expires_at: Instant
    fields: dict[str, str] | UnsetType = UNSET

    @classmethod
    def of(cls, key: str, signed: SignedRequest) -> "PresignedUpload":
        return cls(
            url=signed.url,
            key=key,
            method="POST" if signed.method == "POST" else "PUT",
            headers=dict(signed.headers),
            expires_at=Instant.of(signed.expires_at),
            fields=dict(signed.fields) if signed.fields is not None else UNSET,
        )


class PartsRequest(Struct, frozen=True, kw_only=True):
    key: Key
    size: Annotated[int, Meta(ge=1, le=2**53, description="Bytes")]
    contentType: MediaType | None = None  # noqa: N815
    expiresIn: Lifetime = 86_400  # noqa: N815


class PartUrl(Struct, frozen=True, kw_only=True):
    part_number: int
    url: str


class PresignedParts(Struct, frozen=True, kw_only=True):
    """Each part but the last has `part_size` bytes; the response to its PUT has the ETag to complete with."""

    upload_id: str
    key: str
    part_size: int
    parts: list[PartUrl]
    expires_at: Instant


class UploadedPart(Struct, frozen=True, kw_only=True):
    part_number: Annotated[int, Meta(ge=1, le=10_000)]
    etag: Annotated[str, Meta(max_length=200)]


class PartsCompletion(Struct, frozen=True, kw_only=True):
    upload_id: Annotated[str, Meta(max_length=100)]
    parts: Annotated[list[UploadedPart], Meta(min_length=1, max_length=10_000)]


class PartsAbortion(Struct, frozen=True, kw_only=True):
    upload_id: Annotated[str, Meta(max_length=100)]


class ProxiedRequest(Struct, frozen=True, kw_only=True):
    key: Key
    contentType: MediaType | None = None  # noqa: N815


class ProxiedUpload(Struct, frozen=True, kw_only=True):
    uploadId: str  # noqa: N815
    key: str


class ProxiedPart(Struct, frozen=True, kw_only=True):
    partNumber: Annotated[int, Meta(ge=1, le=10_000)]  # noqa: N815
    etag: Annotated[str, Meta(max_length=200)]


class ProxiedCompletion(Struct, frozen=True, kw_only=True):
    uploadId: Annotated[str, Meta(max_length=100)]  # noqa: N815
    key: Key
    parts: Annotated[list[ProxiedPart], Meta(min_length=1, max_length=10_000)]


class ProxiedAbortion(Struct, frozen=True, kw_only=True):
    uploadId: Annotated[str, Meta(max_length=100)]  # noqa: N815
    key: Key


class ProxiedFile(Struct, frozen=True, kw_only=True):
    """`url`: signed, for a week; null for who may upload, but not read, under the key."""

    key: str
    url: str | None


class StoredRow(Struct, frozen=True, kw_only=True):
    ok: bool = True
    key: str
    size: int
    etag: str
    content_type: str


class FolderRow(Struct, frozen=True, kw_only=True):
    name: str
    path: str
    isFolder: bool = True  # noqa: N815

    @classmethod
    def of(cls, folder: str) -> "FolderRow":
        return cls(name=name_of(folder), path=folder)


class FileRow(Struct, frozen=True, kw_only=True):
    objectName: str  # noqa: N815
    fileName: str  # noqa: N815
    originalName: str  # noqa: N815
    original_name: str
    size: int
    file_size: int
    type: str
    url: str
    file_url: str
    lastModified: Instant  # noqa: N815
    uploaded_at: Instant

    @classmethod
    def of(cls, stored: StoredObject, base_url: str) -> "FileRow":
        name, url = name_of(stored.key), stream_url(base_url, stored.key)
        changed = Instant.of(stored.last_modified)
        return cls(
            objectName=stored.key,
            fileName=name,
            originalName=name,
            original_name=name,
            size=stored.size,
            file_size=stored.size,
            type=stored.content_type,
            url=url,
            file_url=url,
            lastModified=changed,
            uploaded_at=changed,
        )


class FolderContents(Struct, frozen=True, kw_only=True):
    """`next_cursor`: for the next page; null on the last one."""

    folders: list[FolderRow]
    files: list[FileRow]
    next_cursor: str | None


class Existence(Struct, frozen=True, kw_only=True):
    exists: Literal[True] = True
    key: str
    contentType: str  # noqa: N815
    size: int
    lastModified: Instant  # noqa: N815
    etag: str


class StreamToken(Struct, frozen=True, kw_only=True):
    """`url`: includes the token, for clients that can not send a header."""

    token: str
    key: str
    expires_at: Instant
    url: str


class Deleted(Struct, frozen=True, kw_only=True):
    ok: bool = True
    deleted: bool


class Uploaded(Struct, frozen=True, kw_only=True):
    ok: bool = True
    key: str


def stream_url(base_url: str, key: str) -> str:
    return f"{base_url}/files/stream/{quote(key)}"
