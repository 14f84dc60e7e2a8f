"""A topic: its fields and its text, with a preview as Markdown is shown, and as a learner sees it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, SkipValidation

from atg_core.catalog.authoring import AuthoredTopic, AuthoringQueries, FileUse
from atg_core.catalog.curriculum_records import TOPICS as TOPIC
from atg_core.catalog.ports import TopicNotFound
from atg_core.errors import ChangedMeanwhile
from atg_entrypoints.console.catalog.asked import (
    DONE,
    TOPICS,
    Asked,
    DoneQuery,
    Edits,
    Reads,
    body_of,
    shown,
    tabs_of,
)
from atg_entrypoints.console.forms import CLEAN, Form, Refusals, checked, form_again, text_of
from atg_entrypoints.console.pages import led_to, page, shown_markdown
from atg_entrypoints.http.catalog.curriculum_wire import TopicChanges
from atg_entrypoints.http.learning.topics import SignUrls
from atg_entrypoints.http.policy import AUTHOR
from atg_entrypoints.http.wire import serial_or

TOPIC_PAGE = "catalog/topic"
_FIELDS = ("title", "code", "duration", "lesson_id", "content", "is_active")
_LONGEST_TEXT = 500_000
_MAX_FORM_BYTES = 4_000_000
"""The longest text, in Cyrillic, as a form sends it."""


async def topic_values(request: Asked, key: int, authoring: AuthoringQueries) -> dict[str, Any]:
    """Raises TopicNotFound."""
    topic = await authoring.topic(key)
    outline = await authoring.outline(topic.program_id)
    return {
        **tabs_of(request),
        "topic": topic,
        "lessons": outline.lessons,
        "given": shown({name: getattr(topic, name) for name in _FIELDS}),
        "was": topic.updated_at.isoformat(),
        "theirs": None,
        "base_url": request.app.state["container"].settings().base_url,
        "uses": _uses_of(topic),
        "done": None,
        "back": f"{TOPICS}/{key}",
    }


def _uses_of(topic: AuthoredTopic) -> Mapping[str, list[FileUse]]:
    """By the key of the file."""
    uses: defaultdict[str, list[FileUse]] = defaultdict(list)
    for use in topic.uses:
        uses[use.object_name].append(use)
    return uses


@get("/authoring/topics/{record_id:str}", policy=AUTHOR)
async def show_topic(
    request: Asked, record_id: FromPath[str], authoring_queries: Reads, done: DoneQuery = ""
) -> Response[str]:
    values = await topic_values(request, serial_or(TopicNotFound, record_id), authoring_queries)
    return page(request, TOPIC_PAGE, {**values, **CLEAN, "done": DONE.get(done)})


@post(
    "/authoring/topics/{record_id:str}",
    policy=AUTHOR,
    status_code=HTTPStatus.OK,
    request_max_body_size=_MAX_FORM_BYTES,
)
async def change_topic_here(
    request: Asked, record_id: FromPath[str], data: Form, edit_curriculum: Edits, authoring_queries: Reads
) -> Response[Any]:
    """Where somebody else has saved meanwhile, what is there now is shown beside the form."""
    key = serial_or(TopicNotFound, record_id)
    body = body_of(data, texts=("title", "code", "duration", "content"), numbers=("lesson_id",), ticks=("is_active",))
    body |= {name: body[name] or "" for name in ("title", "code")}
    try:
        seen = {"was": text_of(data, "was")} if text_of(data, "was") else {}
        changes = checked(TopicChanges, {**body, **seen}).present_fields()
        await edit_curriculum.change(TOPIC, key, changes, was=changes.pop("was", None))
    except Refusals as error:
        values = await topic_values(request, key, authoring_queries)
        more: Mapping[str, Any] = {"was": text_of(data, "was")}
        if isinstance(error, ChangedMeanwhile):
            more = {"theirs": _differing(values["given"], shown(body))}
        return form_again(request, TOPIC_PAGE, {**values, **more, "given": shown(body)}, error)
    return led_to(f"{TOPICS}/{key}?done=saved")


def _differing(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is stored of the fields in which a form says something else."""
    return {name: stored[name] for name in _FIELDS if str(stored[name]) != str(sent[name])}


@post("/authoring/markdown", policy=AUTHOR, status_code=HTTPStatus.OK, request_max_body_size=_MAX_FORM_BYTES)
async def show_markdown(data: Form) -> Response[str]:
    """A text as learners see it. Its HTML is escaped."""
    text = text_of(data, "content")[:_LONGEST_TEXT]
    return Response(await asyncio.to_thread(shown_markdown, text), media_type="text/html")


@get("/authoring/topics/{record_id:str}/preview", policy=AUTHOR)
async def show_preview(
    request: Asked,
    record_id: FromPath[str],
    authoring_queries: Reads,
    sign_urls: NamedDependency[SkipValidation[SignUrls]],
) -> Response[str]:
    """As a learner sees it, also while it is hidden."""
    topic = await authoring_queries.topic(serial_or(TopicNotFound, record_id))
    urls = await sign_urls(request.user, [file.minio_object_name for file in topic.files])
    return page(request, "catalog/topic_preview", {**tabs_of(request), "topic": topic, "urls": urls})


HANDLERS: Sequence[BaseRouteHandler] = (show_topic, change_topic_here, show_markdown, show_preview)
