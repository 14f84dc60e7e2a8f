"""Compression of texts by gzip (RFC 9110, section 8.4), for clients that take it; streams stay as they are."""

import asyncio
import gzip
import re
from collections.abc import Iterable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_LEAST_BYTES = 1_024
_LARGE_BYTES = 128 * 1_024
"""What is larger is compressed in a thread, which zlib does without the interpreter's lock."""
_LEVEL = 4
_TEXTS = (b"application/json", b"application/problem+json", b"text/", b"image/svg+xml", b"application/yaml")
_PARTIAL = 206
_GZIP = re.compile(rb"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)", re.IGNORECASE)
"""Among the codings that a client takes, without a weight of 0 (RFC 9110, section 12.5.3)."""

type Headers = Iterable[tuple[bytes, bytes]]


class CompressionMiddleware:
    """Compresses bodies that are sent in one piece, are text, and have at least a kilobyte."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] == "HEAD" or not _takes_gzip(scope["headers"]):
            await self._app(scope, receive, send)
            return
        start: Any = None

        async def compressing(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                headers, body = await _compressed(start, message)
                begun, start = start, None
                begun["headers"], message["body"] = headers, body
                await send(begun)
            await send(message)

        await self._app(scope, receive, compressing)


async def _compressed(start: Any, message: Any) -> tuple[Headers, bytes]:
    headers, body = list(start["headers"]), message.get("body", b"")
    if message.get("more_body") or len(body) < _LEAST_BYTES or not _is_plain_text(start["status"], headers):
        return headers, body
    if len(body) < _LARGE_BYTES:
        packed = gzip.compress(body, _LEVEL, mtime=0)
    else:
        packed = await asyncio.to_thread(gzip.compress, body, _LEVEL, mtime=0)
    return _described(headers, len(packed)), packed


def _takes_gzip(headers: Headers) -> bool:
    return any(name == b"accept-encoding" and _GZIP.search(value) for name, value in headers)


def _is_plain_text(status: int, headers: Headers) -> bool:
    known = dict(headers)
    is_text = known.get(b"content-type", b"").startswith(_TEXTS)
    return is_text and status != _PARTIAL and b"content-encoding" not in known


def _described(headers: Headers, length: int) -> Headers:
    """Of the compressed body. Its ETag is weak, since other bytes have the same one."""
    kept = []
    varies = b"Accept-Encoding"
    for name, value in headers:
        if name.lower() == b"vary":
            varies = value + b", " + varies
        elif name.lower() == b"etag" and not value.startswith(b"W/"):
            kept.append((name, b"W/" + value))
        elif name.lower() != b"content-length":
            kept.append((name, value))
    added = [(b"content-encoding", b"gzip"), (b"content-length", str(length).encode()), (b"vary", varies)]
    return [*kept, *added]
