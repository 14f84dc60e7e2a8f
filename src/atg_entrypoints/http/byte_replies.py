"""The bytes of an object as a reply: conditions, ranges, and a body that is streamed (spec: files, Range)."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import structlog
from anyio import CancelScope, create_task_group
from litestar import Request, Response
from litestar.types import ASGIApp, HTTPResponseStartEvent, Receive, Scope, Send

from atg_core.errors import AtgError
from atg_core.files.conditions import Answer, answer, http_date
from atg_core.files.media import disposition
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileReplaced, ObjectStore
from atg_core.files.ranges import MultipartRanges

_MOST_TRIES = 3
_log = structlog.get_logger("atg.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAs:
    """What a signed URL says of the bytes that it gives."""

    content_type: str
    disposition: str


class FileReply(Response[None]):
    """What a GET or HEAD for an object is answered.

    `find` looks it up, again where it is replaced between looking and reading. `accel`: the path under which a front
    server has the objects, and then sends them itself. A store that breaks in the middle of the body ends the
    connection, never the body.
    """

    def __init__(
        self,
        find: Callable[[], Awaitable[StoredObject]],
        store: ObjectStore,
        *,
        sent_as: SentAs | None = None,
        accel: str = "",
    ) -> None:
        super().__init__(None)
        self._find, self._store, self._sent_as, self._accel = find, store, sent_as, accel

    def to_asgi_response(self, *_: Any, request: Request[Any, Any, Any], **_options: Any) -> ASGIApp:  # type: ignore[override]
        async def reply(_scope: Scope, receive: Receive, send: Send) -> None:
            for tries_left in reversed(range(_MOST_TRIES)):
                try:
                    await self._reply(request, receive, send)
                    break
                except FileReplaced:
                    if not tries_left:
                        raise

        return reply

    async def _reply(self, request: Request[Any, Any, Any], receive: Receive, send: Send) -> None:
        stored = await self._find()
        sent_as = self._sent_as or SentAs(
            content_type=stored.content_type, disposition=disposition(stored.key, stored.content_type)
        )
        if self._accel:
            await _send_empty(send, 200, _described(sent_as) | {"x-accel-redirect": self._accel + quote(stored.key)})
            return
        found = answer(request.method, request.headers, stored)
        frame = MultipartRanges(
            ranges=found.ranges, size=stored.size, content_type=sent_as.content_type, boundary=token_hex(16)
        )
        headers = _headers(found, stored, sent_as, frame)
        if request.method == "HEAD" or not found.ranges:
            await _send_empty(send, found.status, headers)
        else:
            await _stream(self._body(stored, frame), _start(found.status, headers), receive, send)

    async def _body(self, stored: StoredObject, frame: MultipartRanges) -> AsyncGenerator[bytes]:
        several = len(frame.ranges) > 1
        for head, each in frame.parts():
            async with self._store.open(stored, each.first, each.last) as chunks:
                if several:
                    yield head
                async for chunk in chunks:
                    yield chunk
        if several:
            yield frame.end


def _headers(found: Answer, stored: StoredObject, sent_as: SentAs, frame: MultipartRanges) -> dict[str, str]:
    headers = {"etag": stored.etag, "last-modified": http_date(stored.last_modified), "cache-control": "private"}
    if found.status == 304:
        return headers
    headers["accept-ranges"] = "bytes"
    if found.status == 416:
        return headers | {"content-range": f"bytes */{stored.size}"}
    if found.status == 412:
        return headers
    headers |= _described(sent_as) | {"content-length": str(sum(each.length for each in found.ranges))}
    if len(found.ranges) > 1:
        headers |= {"content-type": frame.media_type, "content-length": str(frame.length)}
    elif found.status == 206:
        headers |= {"content-range": found.ranges[0].content_range(stored.size)}
    return headers


def _described(sent_as: SentAs) -> dict[str, str]:
    return {
        "content-type": sent_as.content_type,
        "content-disposition": sent_as.disposition,
        "cache-control": "private",
    }


def _start(status: int, headers: dict[str, str]) -> HTTPResponseStartEvent:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


async def _send_empty(send: Send, status: int, headers: dict[str, str]) -> None:
    length = {} if status == 304 else {"content-length": "0"}
    await send(_start(status, length | headers))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _stream(body: AsyncGenerator[bytes], start: HTTPResponseStartEvent, receive: Receive, send: Send) -> None:
    """Sends a body as fast as the client takes it, and stops reading when the client goes away.

    The first bytes are read before anything is sent, so that a store that is away is told as an error.
    """
    refused: AtgError | None = None
    async with aclosing(body), create_task_group() as group:
        group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
        refused = await _send_all(body, start, send)
        group.cancel_scope.cancel()
    if refused:
        raise refused


async def _send_all(body: AsyncGenerator[bytes], start: HTTPResponseStartEvent, send: Send) -> AtgError | None:
    """The error, if there was one before anything was sent."""
    started = False
    try:
        async for chunk in body:
            if not started:
                await send(start)
                started = True
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except AtgError as error:
        if not started:
            return error
        # Without its last message the server can only close the connection: the client sees that something is missing.
        _log.warning("a body was broken off", reason=error.code)
        return None
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return None


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
