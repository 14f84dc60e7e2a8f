"""HTTP client of Zoom's API: one request, and one retry where that is safe."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLContext
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec

from atg_adapters.proxies import proxy_to
from atg_adapters.zoom.errors import ConnectionLost, ZoomRefused, refused_error, translated_errors


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to Zoom. `ids` replace `:id` in the route; `form` is URL-encoded (OAuth), `body` is JSON."""

    method: str
    route: str
    ids: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None

    @property
    def path(self) -> str:
        first, *others = self.route.split(":id")
        path = first + "".join(escaped(given) + rest for given, rest in zip(self.ids, others, strict=True))
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def content(self) -> tuple[bytes, dict[str, str]]:
        if self.form is not None:
            return urlencode(self.form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        if self.body is not None:
            return msgspec.json.encode(self.body), {"Content-Type": "application/json"}
        return b"", {}


def escaped(given: str) -> str:
    """Percent-encodes a path parameter; twice for a meeting's uuid that begins with a slash or contains two in a row
    (developers.zoom.us/docs/api/using-zoom-apis)."""
    once = quote(given, safe="")
    return quote(once, safe="") if given.startswith("/") or "//" in given else once


class PathHidingTransport(httpx.AsyncBaseTransport):
    """Sets the real path of a URL only in the transport: httpx logs URLs and keeps them in errors, and paths contain
    ids, email addresses and signatures."""

    def __init__(self) -> None:
        self._transports: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        real = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=request.extensions["path"]),
            headers=request.headers,
            stream=request.stream,
            extensions={"timeout": request.extensions["timeout"]},
        )
        proxy = proxy_to(str(real.url))
        if proxy not in self._transports:
            self._transports[proxy] = httpx.AsyncHTTPTransport(proxy=proxy, verify=_trusted())
        return await self._transports[proxy].handle_async_request(real)

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()


@cache
def _trusted() -> SSLContext:
    """Created once: it takes longer than a request."""
    return httpx.create_ssl_context()


class ZoomClient:
    """Sends requests with a timeout of `seconds`; waits `pause` seconds before a retry."""

    def __init__(self, *, seconds: float, pause: float) -> None:
        self.seconds, self.pause = seconds, pause
        self.http = httpx.AsyncClient(
            transport=PathHidingTransport(), timeout=httpx.Timeout(seconds, connect=seconds / 2)
        )
        # Zoom sets cookies; those of one account must not be sent with another's requests.
        self.http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def send(self, base: str, request: ApiRequest, authorization: str) -> bytes:
        """The response body. Raises ZoomRefused, ConferenceProviderTimedOut; ConferenceProviderFailed if nothing was
        sent."""
        content, headers = request.content
        url = httpx.URL(base)
        with translated_errors(request.route):
            async with asyncio.timeout(self.seconds):
                response = await self.http.request(
                    request.method,
                    url.copy_with(path=url.path.rstrip("/") + request.route),
                    content=content,
                    headers={**headers, "Authorization": authorization, "Accept": "application/json"},
                    extensions={"path": (url.path.rstrip("/") + request.path).encode()},
                )
        if response.is_success:
            return response.content
        raise refused_error(request.route, response, self.pause)

    async def with_retry[T](self, ask: Callable[[], Awaitable[T]], *, is_idempotent: bool = True) -> T:
        """Retries once if that may help. Without `is_idempotent` only after a 429, which has had no effect."""
        try:
            return await ask()
        except ZoomRefused as refused:
            if refused.wait is None or not (is_idempotent or refused.status == 429):
                raise
            wait = refused.wait
        except ConnectionLost:
            if not is_idempotent:
                raise
            wait = 0
        await asyncio.sleep(wait)
        return await ask()
