"""One request to Zoom and what it answers, and when it is asked once more.

Nothing that Zoom says goes on from here but its HTTP status and its own number for a fault
(developers.zoom.us/docs/api/errors).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLContext
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import structlog

from atg_adapters.proxies import proxy_to
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_LONGEST_WAIT = 2.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_log = structlog.get_logger("atg.zoom")


class ZoomRefused(ConferenceProviderFailed):
    """Zoom has answered that it did not do what it was asked

    `fault`: Zoom's own number, where it says one. `wait`: seconds after which asking again makes sense; None: it does
    not.
    """

    code = ConferenceProviderFailed.code

    def __init__(self, status: int, fault: int | None, wait: float | None) -> None:
        super().__init__()
        self.status, self.fault, self.wait = status, fault, wait

    @property
    def is_unknown(self) -> bool:
        """What was asked for is not there, in Zoom's own words: 2300 is a route that Zoom does not have."""
        return self.fault == 3001 or (self.status == 404 and self.fault not in {None, 2300})


class ConnectionLost(ConferenceProviderTimedOut):
    """The connection to Zoom ended before it answered"""

    code = ConferenceProviderTimedOut.code


class Unreadable(ConferenceProviderTimedOut):
    """Zoom has done what it was asked, and what it says of it can not be read"""

    code = ConferenceProviderTimedOut.code


class Fault(msgspec.Struct, frozen=True):
    """What Zoom says when it refuses. Its message is read here and goes nowhere."""

    code: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What Zoom is asked. `ids` take the places of `:id` in the route; `form` is for OAuth, `body` goes as JSON."""

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
    """Zoom wants a meeting's uuid escaped twice if it begins with a slash or has two of them in a row
    (developers.zoom.us/docs/api/using-zoom-apis)."""
    once = quote(given, safe="")
    return quote(once, safe="") if given.startswith("/") or "//" in given else once


class Veiled(httpx.AsyncBaseTransport):
    """Puts the real path into the address last of all: httpx logs addresses, and keeps them in its errors, and there
    are ids, mail addresses and signatures in them."""

    def __init__(self) -> None:
        self._ways: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        told = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=request.extensions["path"]),
            headers=request.headers,
            stream=request.stream,
            extensions={"timeout": request.extensions["timeout"]},
        )
        proxy = proxy_to(str(told.url))
        if proxy not in self._ways:
            self._ways[proxy] = httpx.AsyncHTTPTransport(proxy=proxy, verify=_trusted())
        return await self._ways[proxy].handle_async_request(told)

    async def aclose(self) -> None:
        for way in self._ways.values():
            await way.aclose()


@cache
def _trusted() -> SSLContext:
    """Made once: it takes longer than a request."""
    return httpx.create_ssl_context()


class Exchange:
    """Requests to one base address. One has `seconds`; before one more there is a pause of `pause` seconds."""

    def __init__(self, *, seconds: float, pause: float) -> None:
        self.seconds, self.pause = seconds, pause
        self.client = httpx.AsyncClient(transport=Veiled(), timeout=httpx.Timeout(seconds, connect=seconds / 2))
        # Zoom sets cookies, and one account's are not for another's requests.
        self.client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def send(self, base: str, call: Call, authorization: str) -> bytes:
        """What Zoom says. Raises ZoomRefused, ConferenceProviderTimedOut; ConferenceProviderFailed if nothing was
        sent."""
        content, headers = call.content
        url = httpx.URL(base)
        with reported(call.route):
            async with asyncio.timeout(self.seconds):
                response = await self.client.request(
                    call.method,
                    url.copy_with(path=url.path.rstrip("/") + call.route),
                    content=content,
                    headers={**headers, "Authorization": authorization, "Accept": "application/json"},
                    extensions={"path": (url.path.rstrip("/") + call.path).encode()},
                )
        if response.is_success:
            return response.content
        raise refusal(call.route, response, self.pause)

    async def patiently[T](self, ask: Callable[[], Awaitable[T]], *, is_harmless: bool = True) -> T:
        """Asks once more, if that helps. `is_harmless`: being asked twice does no more than being asked once."""
        try:
            return await ask()
        except ZoomRefused as refused:
            if refused.wait is None or not (is_harmless or refused.status == 429):
                raise
            wait = refused.wait
        except ConnectionLost:
            if not is_harmless:
                raise
            wait = 0
        await asyncio.sleep(wait)
        return await ask()


@contextmanager
def reported(route: str) -> Iterator[None]:
    """What httpx raises within, as what the port raises."""
    try:
        yield
    except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
        _log.warning("zoom did not answer", route=route, cause=type(error).__name__)
        if isinstance(error, _NOT_SENT):
            raise ConferenceProviderFailed from None
        if isinstance(error, (TimeoutError, httpx.TimeoutException)):
            raise ConferenceProviderTimedOut from None
        raise ConnectionLost from None


def refusal(route: str, response: httpx.Response, pause: float) -> ZoomRefused:
    """`response` was read."""
    try:
        fault = msgspec.json.decode(response.content, type=Fault)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        fault = Fault()
    _log.warning("zoom refused", route=route, status=response.status_code, fault=fault.code)
    return ZoomRefused(response.status_code, fault.code, _wait(response, fault, pause))


def _wait(response: httpx.Response, fault: Fault, pause: float) -> float | None:
    """A day's limit is told by a header that Zoom documents and does not always send, and in words."""
    if response.status_code != 429 and response.status_code < 500:
        return None
    kind = response.headers.get("X-RateLimit-Type", "") + fault.message
    if response.status_code == 429 and "daily" in kind.lower():
        return None
    wait = retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
    if wait is None:
        return pause
    return wait if wait <= _LONGEST_WAIT else None


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds; None if it does not say. Zoom writes a time as ISO 8601, others as RFC 9110 wants it."""
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            until = read(header.strip())
        except (ValueError, OverflowError):
            continue
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
    return None


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Raises ConferenceProviderTimedOut when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        _log.warning("zoom took too long")
        raise ConferenceProviderTimedOut from None
