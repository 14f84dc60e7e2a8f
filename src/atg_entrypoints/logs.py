"""Logging on standard error, also for libraries: one JSON object per line, on a terminal lines to be read."""

import logging
import sys
import traceback
from collections.abc import Sequence
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Literal, TextIO

# structlog takes rich, if it is there, for tracebacks that nobody writes here: 5 MiB, and some of each start.
_is_first = sys.modules.setdefault("rich", None) is None  # type: ignore[arg-type]
import structlog  # noqa: E402
from structlog.tracebacks import ExceptionDictTransformer  # noqa: E402
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger  # noqa: E402

if _is_first:
    del sys.modules["rich"]

REQUEST_ID: ContextVar[str] = ContextVar("request_id")
"""Of the request that is being served; structlog's own variables cost more to set and to clear."""
TRACE_ID: ContextVar[str] = ContextVar("trace_id")
"""Of the request or the job that is being traced, in hexadecimal (W3C Trace Context, section 3.2.2.3)."""

type LogFormat = Literal["auto", "text", "json"]
"""`auto`: text on a terminal, JSON elsewhere."""

FORM = SimpleNamespace(is_json=False)
"""Whether this process writes JSON: set by `configure_logs`."""


def _add_ids(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if request_id := REQUEST_ID.get(None):
        event.setdefault("request_id", request_id)
    if trace_id := TRACE_ID.get(None):
        event.setdefault("trace_id", trace_id)
    return event


_SHARED: list[Processor] = [
    _add_ids,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# The values of local variables may be passwords and tokens.
_WITHOUT_LOCALS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


_JSON: Sequence[Processor] = (_WITHOUT_LOCALS, structlog.processors.JSONRenderer(ensure_ascii=False))


def configure_logs(level: str, form: LogFormat = "auto") -> None:
    """Sends structlog's events and those of the standard library through one formatter."""
    FORM.is_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
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
                *(_JSON if FORM.is_json else _text()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # httpx logs addresses, httpcore headers of responses (cookies, signed URLs), aiosqlite
    # stored values, fontTools each table of a font.
    for chatty in (
        *("uvicorn.error", "sqlalchemy", "alembic", "procrastinate"),
        *("httpx", "httpcore", "aiosqlite", "fontTools"),
    ):
        logging.getLogger(chatty).setLevel(max(logging.getLevelName(level), logging.WARNING))
    # It logs arguments of jobs, which may be personal data; we log how jobs end.
    logging.getLogger("procrastinate.worker").setLevel(logging.CRITICAL)


def _text() -> Sequence[Processor]:
    colors = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, repr_native_str=True, exception_formatter=_write_traceback, pad_event_to=0
    )
    return structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False), _escape_event, renderer


def _escape_event(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Values are shown as Python writes them; what a library says may hold what somebody has sent, too."""
    return {**event, "event": _escaped(str(event["event"]))}


def _write_traceback(file: TextIO, exc_info: ExcInfo) -> None:
    """Without the values of local variables."""
    file.write("\n" + "\n".join(map(_escaped, "".join(traceback.format_exception(*exc_info)).rstrip().split("\n"))))


def _escaped(text: str) -> str:
    """No control character of somebody else's reaches the terminal."""
    return text if text.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
