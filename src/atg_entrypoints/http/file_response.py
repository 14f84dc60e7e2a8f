"""Responses with file content: preconditions, ranges, streaming (spec: files, Range)."""

from asyncio import create_task
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import structlog
from anyio import CancelScope
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ASGIApp, HTTPResponseStartEvent, Receive, Scope, Send

from atg_core.errors import AtgError
from atg_core.files.media import content_disposition
from atg_core.files.model import StoredObject
from atg_core.files.ports import FileReplaced, ObjectStore
from atg_core.files.preconditions import ConditionalResponse, evaluate, http_date
from atg_core.files.ranges import MultipartRanges

_MAX_ATTEMPTS = 3
_BYTES = "*/*"
CONDITIONAL = {
    200: ResponseSpec(bytes, media_type=_BYTES, generate_examples=False, description="The file"),
    206: ResponseSpec(
        bytes, media_type=_BYTES, generate_examples=False, description="One range, or several as multipart/byteranges"
    ),
    412: ResponseSpec(None, description="If-Match or If-Unmodified-Since does not hold"),
    416: ResponseSpec(None, description="None of the ranges can be satisfied"),
}
"""What OpenAPI says of the answers."""
_log = structlog.get_logger("atg.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """Representation metadata (RFC 9110, section 8), as fixed by a signed URL."""

    content_type: str
    disposition: str


class FileResponse(Response[None]):
    """The response to GET or HEAD for an object.

    `find` looks the object up, again if it was replaced before it was read. `accel`: the internal path of an nginx that
    sends the objects itself (X-Accel-Redirect). A store error in the body aborts the connection.
    """

    def __init__(
        self,
        find: Callable[[], Awaitable[StoredObject]],
        store: ObjectStore,
        *,
        representation: Representation | None = None,
        accel: str = "",
    ) -> None:
        super().__init__(None)
        self._find, self._store, self._sent_as, self._accel = find, store, representation, accel

    def to_asgi_response(self, *_: Any, request: Request[Any, Any, Any], **_options: Any) -> ASGIApp:  # type: ignore[override]
        async def reply(_scope: Scope, receive: Receive, send: Send) -> None:
            for tries_left in reversed(range(_MAX_ATTEMPTS)):
                try:
                    await self._reply(request, receive, send)
                    break
                except FileReplaced:
                    if not tries_left:
                        raise

        return reply

    async def _reply(self, request: Request[Any, Any, Any], receive: Receive, send: Send) -> None:
        stored = await self._find()
        representation = self._sent_as or Representation(
            content_type=stored.content_type, disposition=content_disposition(stored.key, stored.content_type)
        )
        if self._accel:
            await _send_empty(
                send, 200, _described(representation) | {"x-accel-redirect": self._accel + quote(stored.key)}
            )
            return
        found = evaluate(request.method, request.headers, stored)
        frame = MultipartRanges(
            ranges=found.ranges,
            size=stored.size,
            content_type=representation.content_type,
            boundary=token_hex(16) if len(found.ranges) > 1 else "",
        )
        headers = _headers(found, stored, representation, frame)
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


def _headers(
    found: ConditionalResponse, stored: StoredObject, representation: Representation, frame: MultipartRanges
) -> dict[str, str]:
    headers = {"etag": stored.etag, "last-modified": http_date(stored.last_modified), "cache-control": "private"}
    if found.status == 304:
        return headers
    headers["accept-ranges"] = "bytes"
    if found.status == 416:
        return headers | {"content-range": f"bytes */{stored.size}"}
    if found.status == 412:
        return headers
    headers |= _described(representation) | {"content-length": str(sum(each.length for each in found.ranges))}
    if len(found.ranges) > 1:
        headers |= {"content-type": frame.media_type, "content-length": str(frame.length)}
    elif found.status == 206:
        headers |= {"content-range": found.ranges[0].content_range(stored.size)}
    return headers


def _described(representation: Representation) -> dict[str, str]:
    return {
        "content-type": representation.content_type,
        "content-disposition": representation.disposition,
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
    """Streams a body with backpressure, and stops reading when the client disconnects.

    The first chunk is read before the headers are sent, so that an unavailable store is reported as an error.
    """
    refused: AtgError | None = None
    async with aclosing(body):
        with CancelScope() as scope:
            watching = create_task(_cancel_when_gone(receive, scope))
            try:
                refused = await _send_all(body, start, send)
            finally:
                watching.cancel()
    if refused:
        raise refused


async def _send_all(body: AsyncGenerator[bytes], start: HTTPResponseStartEvent, send: Send) -> AtgError | None:
    """Returns an error that occurred before anything was sent."""
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
        # Without the last message the server closes the connection, so that the client detects the truncated body.
        _log.warning("a body was broken off", reason=error.code)
        return None
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return None


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
