"""Logging: one JSON object per line on standard error, also for libraries."""

import logging
import sys
from contextvars import ContextVar

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

REQUEST_ID: ContextVar[str] = ContextVar("request_id")
"""Of the request that is being served; structlog's own variables cost more to set and to clear."""


def _add_request_id(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if request_id := REQUEST_ID.get(None):
        event.setdefault("request_id", request_id)
    return event


_SHARED: list[Processor] = [
    _add_request_id,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# The values of local variables may be passwords and tokens.
_WITHOUT_LOCALS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def configure_logs(level: str) -> None:
    """Sends structlog's events and those of the standard library through one formatter."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _WITHOUT_LOCALS,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # httpcore logs response headers (cookies, signed URLs), aiosqlite stored values, fontTools each table of a font.
    for chatty in ("uvicorn.error", "sqlalchemy", "alembic", "procrastinate", "httpcore", "aiosqlite", "fontTools"):
        logging.getLogger(chatty).setLevel(max(logging.getLevelName(level), logging.WARNING))
    # It logs arguments of jobs, which may be personal data; we log how jobs end.
    logging.getLogger("procrastinate.worker").setLevel(logging.CRITICAL)
