"""ETags of `GET` responses, and 304 (RFC 9110, sections 8.8.3 and 13.1.2)."""

from hashlib import blake2b

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

_KEPT_BY_304 = {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}


def weak_etag(body: bytes) -> bytes:
    return b'W/"' + blake2b(body, digest_size=16).hexdigest().encode() + b'"'


def matches(scope: Scope, etag: bytes) -> bool:
    """Whether `If-None-Match` names it (RFC 9110, section 13.1.2)."""
    given = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    tags = [tag.strip() for tag in given.split(b",")]
    return b"*" in tags or etag in tags or etag.removeprefix(b"W/") in tags


def tagging(app: ASGIApp) -> ASGIApp:
    """Middleware of a `GET` route: adds a weak ETag to complete responses with status 200.

    Streams and responses with an ETag pass unchanged.
    """

    async def tagged(scope: Scope, receive: Receive, send: Send) -> None:
        held: HTTPResponseStartEvent | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200 and not _has_etag(message):
                held = message
                return
            if held is not None and message["type"] == "http.response.body":
                start, held = held, None
                if not message.get("more_body"):
                    etag = weak_etag(message["body"])
                    start["headers"] = [*start["headers"], (b"etag", etag)]
                    if matches(scope, etag):
                        start["status"], message["body"] = 304, b""
                        start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() in _KEPT_BY_304]
                await send(start)
            await send(message)

        is_get = scope["type"] == ScopeType.HTTP and scope["method"] == "GET"  # a route may serve HEAD as well
        await app(scope, receive, send_tagged if is_get else send)

    return tagged


def _has_etag(start: HTTPResponseStartEvent) -> bool:
    return any(name.lower() == b"etag" for name, _ in start["headers"])
