"""Stored objects, signed requests, uploads, and the principal of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object; `size` in bytes; `etag` is strong, quoted, and changes with the content (RFC 9110, section 8.8.3)."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of a folder: `folders` are keys without a trailing slash; `next_cursor` is None on the last page."""

    folders: list[str]
    objects: list[StoredObject]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request that anyone may send until `expires_at`; `fields`: of a form, before its file."""

    url: str
    method: str
    expires_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPart:
    """A part of a multipart upload; numbers start at 1."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who requests access to files. An `author` is an instructor or admin; a `teacher` has a folder of their own.

    `reviewer`: reads files of all courses; `seller`: of the shop, whose files they keep.
    """

    id: UUID
    author: bool = False
    admin: bool = False
    teacher: bool = False
    reviewer: bool = False
    seller: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCustomer:
    """A customer of the shop who requests access to what they have bought."""

    id: int


type Reader = Principal | ShopCustomer | None
"""Who reads; None: anyone."""


class UploadState(StrEnum):
    SIGNED = "signed"
    STORED = "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`size`: the bytes that count against the quota: reserved, then stored; `store_id`: of a multipart upload.

    `expires_at`: when a presigned request ends; equal to `created_at` if this service stores the file itself.
    """

    id: UUID
    key: str
    user_id: UUID
    size: int
    content_type: str
    state: UploadState
    created_at: datetime
    expires_at: datetime
    store_id: str | None = None
