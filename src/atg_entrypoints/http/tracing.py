"""The span of a request: its method, route and status, as part of the trace that `traceparent` names (W3C)."""

from typing import TYPE_CHECKING

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, format_trace_id

from atg_entrypoints.http.outer_middleware import QUIET
from atg_entrypoints.logs import TRACE_ID

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class TracingMiddleware:
    """Around everything else, so that lines of the log have the id of the trace."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in QUIET:
            await self._app(scope, receive, send)
            return
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"]
        with self._tracer.start_as_current_span(
            method,
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            token = TRACE_ID.set(format_trace_id(span.get_span_context().trace_id))
            try:
                await self._app(scope, receive, _noting_status(send, span))
            finally:
                TRACE_ID.reset(token)
                _name(span, method, scope)


def _noting_status(send: Send, span: "Span") -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute("http.response.status_code", message["status"])
            if message["status"] >= 500:
                span.set_status(Status(StatusCode.ERROR))
        await send(message)

    return noting


def _name(span: "Span", method: str, scope: HTTPScope) -> None:
    """By its route, which is known at the end; what has none is named by its method alone."""
    if route := scope.get("path_template"):
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
