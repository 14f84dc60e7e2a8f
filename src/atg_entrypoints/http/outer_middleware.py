"""Request id, security headers, access log and metrics for every response, also outside of routes."""

import re
from collections.abc import Iterable
from time import perf_counter
from uuid import uuid4

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from atg_core.rate_limit import Allowance
from atg_entrypoints.http.access_log import log_served
from atg_entrypoints.http.errors import CLIENT_CLOSED_REQUEST
from atg_entrypoints.http.request_metrics import count_served
from atg_entrypoints.logs import REQUEST_ID

_PLAIN_WORD = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
]
_API_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    *_SECURITY_HEADERS,
]
_DOCS_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    ),
    *_SECURITY_HEADERS,
]
_NO_STORE, _NO_CACHE = (b"cache-control", b"no-store"), (b"cache-control", b"private, no-cache")
ALLOWANCE_KEY = "atg_allowance"
"""Key of the rate limit state in the request's state."""

SERVICE_KEY, CUSTOMER_KEY = "atg_service", "atg_customer"
"""Keys of the calling service and customer in the request's state."""

FIRST_VERSION = "/api/v1/"
SHOP_PATHS = ("lessons", "courses", "users", "purchases", "promo-codes", "support-tickets")
"""What the shop has below `/api` is below `/api/v1` as well: its clients have known both."""

_READING = {"GET", "HEAD"}
QUIET = {"/health", "/ready", "/metrics"}
"""What is asked every few seconds is in no log and no trace."""


class OuterMiddleware:
    """Wraps the application; adds `X-Request-ID` (the client's, if it is a plain word), logs and counts the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith(FIRST_VERSION):
            _drop_version(scope)
        begun, status = perf_counter(), CLIENT_CLOSED_REQUEST
        request_id = _request_id(scope)
        headers = _DOCS_HEADERS if scope["path"].startswith("/docs") else _API_HEADERS

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(b"x-request-id", request_id), *headers, _caching(scope), *_rate_limit(scope)]
                message["headers"] = _with_absent(message.get("headers", ()), extra)
            await send(message)

        token = REQUEST_ID.set(told := request_id.decode())
        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            status = 500
            raise
        finally:
            REQUEST_ID.reset(token)
            seconds = perf_counter() - begun
            count_served(scope, status, seconds)
            if scope["path"] not in QUIET:
                log_served(scope["method"], scope["path"], status, round(seconds * 1000, 1), told)


def _with_absent(
    headers: Iterable[tuple[bytes, bytes]], extra: Iterable[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """With those whose names the response does not have."""
    present = {name.lower() for name, _ in headers}
    return [*headers, *(header for header in extra if header[0] not in present)]


def _caching(scope: HTTPScope) -> tuple[bytes, bytes]:
    """No shared cache keeps a reply (RFC 9111, section 5.2.2); no cache keeps one with a token or a signed URL.

    Such are those of all methods but GET, and of the routes that declare `no_store`.
    """
    handler = scope.get("route_handler")
    return _NO_STORE if scope["method"] not in _READING or (handler and handler.opt.get("no_store")) else _NO_CACHE


def _rate_limit(scope: HTTPScope) -> tuple[tuple[bytes, bytes], ...]:
    """RateLimit headers of the general rate limit."""
    allowance: Allowance | None = scope["state"].get(ALLOWANCE_KEY) if "state" in scope else None
    if allowance is None:
        return ()
    return (
        (b"ratelimit-limit", b"%d" % allowance.limit.max_hits),
        (b"ratelimit-remaining", b"%d" % allowance.remaining),
        (b"ratelimit-reset", b"%d" % allowance.reset_in),
    )


def _drop_version(scope: HTTPScope) -> None:
    """Of a path of the shop; what else is asked for with it stays unknown."""
    rest = scope["path"].removeprefix(FIRST_VERSION)
    if rest.startswith(SHOP_PATHS):
        scope["raw_path"] = scope["raw_path"].replace(FIRST_VERSION.encode(), b"/api/", 1)
        scope["path"] = f"/api/{rest}"


def _request_id(scope: Scope) -> bytes:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given if _PLAIN_WORD.fullmatch(given) else uuid4().hex.encode()
