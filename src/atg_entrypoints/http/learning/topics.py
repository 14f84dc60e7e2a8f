"""The page of a topic: content, files with signed URLs, and the caller's progress."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from atg_core.catalog.model import FileType
from atg_core.catalog.ports import CatalogQueries, TopicNotFound
from atg_core.identity.model import Caller
from atg_core.learning.reports import Reports
from atg_entrypoints.http.policy import ANYONE
from atg_entrypoints.http.wire import Instant, serial_or, to_wire

type SignUrls = Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]
"""Signed URLs for those of the keys that the caller may read, valid for an hour."""


class PageFile(Struct, frozen=True, kw_only=True):
    """`url` is signed, valid for an hour; null without permission."""

    id: int
    file_type: FileType
    title: str
    original_name: str
    object_key: str
    file_size: int | None
    mime_type: str | None
    order_index: int
    url: str | None


class MyProgress(Struct, frozen=True, kw_only=True):
    completed: bool
    completed_at: Instant | None
    position_seconds: int


class TopicPage(Struct, frozen=True, kw_only=True):
    """`content` is Markdown; `progress` is null without sign-in or before any progress."""

    id: int
    lesson_id: int
    code: str
    title: str
    duration: str | None
    content: str | None
    order_index: int
    files: list[PageFile]
    progress: MyProgress | None


@get(
    "/topics/{topic_id:str}",
    no_store=True,
    policy=ANYONE,
    tags=["topics"],
    summary="A topic with its content and files",
)
async def show_topic(
    request: Request[Caller | None, Any, Any],
    topic_id: FromPath[str],
    catalog_queries: NamedDependency[SkipValidation[CatalogQueries]],
    reports: NamedDependency[SkipValidation[Reports]],
    sign_urls: NamedDependency[SkipValidation[SignUrls]],
) -> TopicPage:
    topic = await catalog_queries.topic(serial_or(TopicNotFound, topic_id))
    caller = request.user
    progress = await reports.topic(caller.id, topic.id) if caller else None
    urls = await sign_urls(caller, [file.minio_object_name for file in topic.files])
    return TopicPage(
        id=topic.id,
        lesson_id=topic.lesson_id,
        code=topic.code,
        title=topic.title,
        duration=topic.duration,
        content=topic.content,
        order_index=topic.order_index,
        files=[
            PageFile(
                id=file.id,
                file_type=file.file_type,
                title=file.title or file.original_name,
                original_name=file.original_name,
                object_key=file.minio_object_name,
                file_size=file.file_size,
                mime_type=file.mime_type,
                order_index=file.order_index,
                url=urls.get(file.minio_object_name),
            )
            for file in topic.files
        ],
        progress=to_wire(progress, MyProgress) if progress else None,
    )


HANDLERS: Sequence[BaseRouteHandler] = (show_topic,)
