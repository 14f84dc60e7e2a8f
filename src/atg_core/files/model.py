"""Objects in a store, what is signed for them, and uploads under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """`size` in bytes; `etag` is strong and has its quotes; it changes whenever the bytes do."""

    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A part of a folder: `folders` are keys without a slash at the end; `next_cursor` is None at the end."""

    folders: list[str]
    objects: list[StoredObject]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request that whoever holds it may send until `expires_at`; `fields` come before the file in a form."""

    url: str
    method: str
    expires_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an upload in parts; numbers count from 1."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks for a file. An `author` is an instructor or an admin; a `teacher` has a folder of their own."""

    id: UUID
    author: bool = False
    admin: bool = False
    teacher: bool = False


class UploadState(StrEnum):
    SIGNED = "signed"
    STORED = "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`size`: as announced, 0 if it was not, and what was stored once it is known; `store_id`: of one in parts."""

    id: UUID
    key: str
    user_id: UUID
    size: int
    content_type: str
    state: UploadState
    created_at: datetime
    expires_at: datetime
    store_id: str | None = None
