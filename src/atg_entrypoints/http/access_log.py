"""The access log: a line for each request. JSON is made by msgspec, since structlog takes longer than most requests."""

import logging
import sys
from datetime import UTC, datetime

import structlog
from msgspec import UNSET, Struct, UnsetType, json

from atg_entrypoints.logs import FORM, TRACE_ID

_LOGGER = logging.getLogger("atg.access")
_ENCODER = json.Encoder()


class _Line(Struct, frozen=True, kw_only=True):
    """What `logs.configure_logs` makes of an event, with the same members."""

    method: str
    path: str
    status: int
    ms: float
    event: str = "served"
    request_id: str
    trace_id: str | UnsetType = UNSET
    level: str = "info"
    logger: str = "atg.access"
    timestamp: str


def log_served(method: str, path: str, status: int, ms: float, request_id: str) -> None:
    """`path`: without the query, which may carry a token."""
    if not FORM.is_json:
        event = structlog.get_logger("atg.access")
        event.info("served", method=method, path=path, status=int(status), ms=ms, request_id=request_id)
        return
    if not _LOGGER.isEnabledFor(logging.INFO):
        return
    timestamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = _Line(
        method=method,
        path=path,
        status=status,
        ms=ms,
        request_id=request_id,
        trace_id=TRACE_ID.get(UNSET),
        timestamp=timestamp,
    )
    try:
        sys.stderr.buffer.write(_ENCODER.encode(line) + b"\n")
        sys.stderr.buffer.flush()
    except OSError:  # as `logging`: a log that nobody takes ends no request
        pass
