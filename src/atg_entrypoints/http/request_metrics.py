"""Metrics of requests by route, as Litestar's middleware names them; each set of labels is looked up once."""

from functools import cache

from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

_APP = "atg"
_LABELS = ("method", "path", "status_code", "app_name")
_REQUESTS = Counter("atg_requests_total", "Total requests", _LABELS)
_ERRORS = Counter("atg_requests_error_total", "Total errors in requests", _LABELS)
_DURATION = Histogram("atg_request_duration_seconds", "Request duration, in seconds", _LABELS)
_IN_PROGRESS = Gauge(
    "atg_requests_in_progress", "Total requests currently in progress", _LABELS, multiprocess_mode="livesum"
)
PATH = "/metrics"


@cache
def _served(method: str, path: str, status: int) -> tuple[Counter, Histogram, Counter | None]:
    labels = (method, path, status, _APP)
    return _REQUESTS.labels(*labels), _DURATION.labels(*labels), _ERRORS.labels(*labels) if status >= 500 else None


@cache
def _in_progress(method: str, path: str) -> Gauge:
    return _IN_PROGRESS.labels(method, path, 200, _APP)


def count_served(scope: HTTPScope, status: int, seconds: float) -> None:
    """Counts a request that a route has answered."""
    path = scope.get("path_template")
    if path is None or path == PATH:
        return
    requests, duration, errors = _served(scope["method"], path, status)
    requests.inc()
    duration.observe(seconds)
    if errors is not None:
        errors.inc()


def counting_progress(app: ASGIApp) -> ASGIApp:
    """Middleware of a route: counts it while it is in progress."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        gauge = _in_progress(scope["method"], scope["path_template"])  # type: ignore[typeddict-item]
        gauge.inc()
        try:
            await app(scope, receive, send)
        finally:
            gauge.dec()

    return counted
