"""The JSON of recordings."""

from typing import Annotated

from msgspec import Meta, Struct

from atg_core.conferencing.model import Recording
from atg_entrypoints.http.wire import Instant

_URL = r"^https?://[!-~]+$(?!\n)"


class RecordingCreation(Struct, frozen=True, kw_only=True):
    url: Annotated[str, Meta(max_length=2048, pattern=_URL, examples=["https://video.example.com/lesson-7"])]


class RecordingRow(Struct, frozen=True, kw_only=True):
    """`url`: external, or a signed URL that expires in an hour; null if the file was deleted from the object store."""

    id: int
    lesson_id: int
    url: str | None
    duration_seconds: int | None
    created_at: Instant

    @classmethod
    def of(cls, recording: Recording, urls: dict[str, str]) -> "RecordingRow":
        return cls(
            id=recording.id,
            lesson_id=recording.lesson_id,
            url=recording.url or urls.get(recording.storage_key or ""),
            duration_seconds=recording.duration_seconds,
            created_at=Instant.of(recording.created_at),
        )
