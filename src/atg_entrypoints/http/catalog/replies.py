"""Replies of the catalog: encoded once for everybody, and kept with their ETag until the catalog changes."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from litestar import Request, Response
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import json

from atg_core.catalog.cache import CatalogCache
from atg_core.errors import NotSignedIn
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.http.etag import matches, weak_etag
from atg_entrypoints.http.policy import AUTHOR, bearer_token
from atg_entrypoints.http.wire import Instant


def _plain(value: Any) -> str:
    if isinstance(value, Instant):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not encoded")


_encode = json.Encoder(enc_hook=_plain).encode


class EncodedReply:
    """A JSON body as an ASGI application, which also answers 304."""

    __slots__ = ("_body", "_headers", "etag")

    def __init__(self, body: bytes) -> None:
        self._body, self.etag = body, weak_etag(body)
        length = str(len(body)).encode()
        self._headers = (b"content-type", b"application/json"), (b"content-length", length), (b"etag", self.etag)

    def __len__(self) -> int:
        return len(self._body)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        is_known = matches(scope, self.etag)
        status, headers = (304, self._headers[-1:]) if is_known else (200, self._headers)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_known else self._body, "more_body": False})


class CatalogReply[Body](Response[Body]):
    """A response of a handler whose body, a `Body`, is encoded already."""

    def __init__(self, reply: EncodedReply) -> None:
        self.reply = reply

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        return self.reply


type Replies = CatalogCache[EncodedReply]


async def catalog_reply[Body](
    request: Request[Any, Any, Any], cache: Replies, key: Hashable | None, make: Callable[[], Awaitable[Body]]
) -> CatalogReply[Body]:
    """From the cache, unless there is no key or the caller may write the catalog: authors see what they have done."""

    async def encode() -> EncodedReply:
        return EncodedReply(_encode(await make()))

    return CatalogReply(await encode() if key is None or _is_author(request) else await cache.get(key, encode))


def _is_author(request: Request[Any, Any, Any]) -> bool:
    """By the token alone: another role ends the sessions of a user, so that no older token can write."""
    token, container = bearer_token(request), request.app.state.container
    if token is None:
        return False
    try:
        claims: AccessClaims = container.tokens().read_access(token, container.clock()())
    except NotSignedIn:
        return False
    return claims.role in AUTHOR.roles
