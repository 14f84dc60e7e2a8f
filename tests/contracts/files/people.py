"""People, settings and records, for tests of files over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
from dependency_injector import providers

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import insert
from tests.contracts.identity.http_sign_in import bearer
from tests.people import sign_in

PDF = b"%PDF-1.7 content"


def own(url: str) -> str:
    """A URL of this service as a path."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def person(client: httpx.AsyncClient, stocked: Container, username: str, role: Role) -> dict[str, str]:
    """The headers of a signed-in user of the role."""
    return bearer(await sign_in(client, stocked, f"the-{username}", role=role))


async def id_of(client: httpx.AsyncClient, headers: dict[str, str]) -> UUID:
    return UUID((await client.get("/auth/me", headers=headers)).json()["user"]["id"])


_ABOUT_FILES = (
    *("object_store", "self_served_store", "checks", "read_permissions", "find_file", "list_folder", "sign_download"),
    *("serve_signed_urls", "upload_limits", "reserve_upload", "sign_upload", "multipart_upload", "upload_file"),
    "proxied_parts",
    *("delete_file", "change_avatar", "clean_uploads"),
)


def limited(stocked: Container, **limits: Any) -> None:
    """Overrides settings of files for one test."""
    stocked.settings.override(providers.Object(msgspec.structs.replace(stocked.settings(), **limits)))
    for name in _ABOUT_FILES:
        getattr(stocked, name).reset()


async def group_with_recording(stocked: Container, number: int, teacher_id: UUID, student_id: UUID) -> None:
    """A group of one student, and a lesson of it that was recorded, all of this number."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    await insert(stocked, "study_groups", id=number, name="A", teacher_id=teacher_id)
    await insert(stocked, "group_students", group_id=number, student_id=student_id)
    await insert(
        stocked, "scheduled_lessons", id=number, group_id=number, teacher_id=teacher_id, title="Урок", start_time=noon,
        end_time=noon + timedelta(hours=1),
    )  # fmt: skip
    for key, url in ((f"recordings/{number}/a.mp4", None), (None, "https://example.com/a")):
        await insert(stocked, "lesson_recordings", lesson_id=number, storage_key=key, url=url, created_at=noon)
