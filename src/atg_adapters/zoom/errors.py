"""Errors of Zoom's API (developers.zoom.us/docs/api/errors), without any text of Zoom, and when to retry."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec
import structlog

from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_LONGEST_WAIT = 2.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_log = structlog.get_logger("atg.zoom")


class ZoomRefused(ConferenceProviderFailed):
    """Zoom has answered that it did not do what it was asked

    `fault`: Zoom's error code, if any. `wait`: seconds after which a retry makes sense; None if it does not.
    """

    code = ConferenceProviderFailed.code

    def __init__(self, status: int, fault: int | None, wait: float | None) -> None:
        super().__init__()
        self.status, self.fault, self.wait = status, fault, wait

    @property
    def is_unknown(self) -> bool:
        """Whether the resource does not exist; 2300 is an unknown route instead."""
        return self.fault == 3001 or (self.status == 404 and self.fault not in {None, 2300})


class ConnectionLost(ConferenceProviderTimedOut):
    """The connection to Zoom ended before it answered"""

    code = ConferenceProviderTimedOut.code


class UnreadableResponse(ConferenceProviderTimedOut):
    """Zoom has done what it was asked, and what it says of it can not be read"""

    code = ConferenceProviderTimedOut.code


class Fault(msgspec.Struct, frozen=True):
    """The body of an error response. Its message is used here only, and never passed on."""

    code: int | None = None
    message: str = ""


@contextmanager
def translated_errors(route: str) -> Iterator[None]:
    """Translates errors of httpx into those of the port."""
    try:
        yield
    except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
        _log.warning("zoom did not answer", route=route, cause=type(error).__name__)
        if isinstance(error, _NOT_SENT):
            raise ConferenceProviderFailed from None
        if isinstance(error, (TimeoutError, httpx.TimeoutException)):
            raise ConferenceProviderTimedOut from None
        raise ConnectionLost from None


def refused_error(route: str, response: httpx.Response, pause: float) -> ZoomRefused:
    """The error of a response whose body was read."""
    try:
        fault = msgspec.json.decode(response.content, type=Fault)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        fault = Fault()
    _log.warning("zoom refused", route=route, status=response.status_code, fault=fault.code)
    return ZoomRefused(response.status_code, fault.code, _wait(response, fault, pause))


def _wait(response: httpx.Response, fault: Fault, pause: float) -> float | None:
    """A daily limit is recognised by a header that Zoom documents but does not always send, or by the message."""
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
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3), or None. Zoom sends times as ISO 8601."""
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
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Raises ConferenceProviderTimedOut after this time."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        _log.warning("zoom took too long")
        raise ConferenceProviderTimedOut from None
