"""ETags of `GET` replies, and 304 where the client has the same already (RFC 9110, sections 8.8.3 and 13.1.2)."""

from hashlib import blake2b

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

_KEPT_BY_304 = {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}


class ETagMiddleware(ASGIMiddleware):
    """Hashes each reply of status 200 that is sent in one piece; streams, and what has an ETag, pass as they are."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await next_app(scope, receive, send)
            return
        held: HTTPResponseStartEvent | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200 and not _has_etag(message):
                held = message
                return
            if held is not None and message["type"] == "http.response.body":
                start, held = held, None
                if not message.get("more_body"):
                    body = message["body"]
                    etag = b'W/"' + blake2b(body, digest_size=16).hexdigest().encode() + b'"'
                    start["headers"] = [*start["headers"], (b"etag", etag)]
                    if _matches(scope, etag):
                        start["status"], message["body"] = 304, b""
                        start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() in _KEPT_BY_304]
                await send(start)
            await send(message)

        await next_app(scope, receive, send_tagged)


def _has_etag(start: HTTPResponseStartEvent) -> bool:
    return any(name.lower() == b"etag" for name, _ in start["headers"])


def _matches(scope: Scope, etag: bytes) -> bool:
    given = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    tags = [tag.strip() for tag in given.split(b",")]
    return b"*" in tags or etag in tags or etag.removeprefix(b"W/") in tags
