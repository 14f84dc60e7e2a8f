"""What surrounds every reply, also those that no route gives: request id, security headers, a line in the log."""

import re
from time import perf_counter
from uuid import uuid4

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from atg_core.throttling import Allowance

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
]
_API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_DOCS_POLICY = (
    b"content-security-policy",
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
)
ALLOWANCE = "atg_allowance"
"""Where a request keeps what is left of its limit."""

SERVICE_CALLS, CUSTOMER_CALLS = "atg_service", "atg_customer"
"""Where a request keeps which service calls, and which customer."""

_QUIET = {"/health", "/ready", "/metrics"}
_log = structlog.get_logger("atg.access")


class Envelope:
    """Wraps the application; adds `X-Request-ID` (the caller's, if it is a plain word) and says what was served."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        begun, status = perf_counter(), 500
        request_id = _request_id(scope)
        policy = _DOCS_POLICY if scope["path"].startswith("/docs") else _API_POLICY
        added = [(b"x-request-id", request_id), policy, *_SECURITY_HEADERS]

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                names = {name.lower() for name, _ in message.get("headers", ())}
                told = _rate_limit(scope["state"].get(ALLOWANCE) if "state" in scope else None)
                extra = [header for header in (*added, *told) if header[0] not in names]
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            if scope["path"] not in _QUIET:
                milliseconds = round((perf_counter() - begun) * 1000, 1)
                # The path alone: a query may carry a token.
                _log.info("served", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)
            structlog.contextvars.clear_contextvars()


def _rate_limit(allowance: Allowance | None) -> list[tuple[bytes, bytes]]:
    """What is left of the general limit, for a user or an address."""
    if allowance is None:
        return []
    numbers = {"limit": allowance.limit.most, "remaining": allowance.remaining, "reset": allowance.reset_in}
    return [(f"ratelimit-{name}".encode(), str(number).encode()) for name, number in numbers.items()]


def _request_id(scope: Scope) -> bytes:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
