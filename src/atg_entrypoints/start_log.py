"""The line in the log about a start: what is served, where, and over what."""

from importlib.metadata import version
from urllib.parse import urlsplit

import structlog

from atg_entrypoints.environment import all_variables
from atg_entrypoints.settings import Settings
from atg_entrypoints.variable_names import unread

_log = structlog.get_logger("atg.start")


def log_start(settings: Settings) -> None:
    _log.info(
        "starting",
        version=version("atg"),
        address=f"http://{settings.host}:{settings.port}",
        workers=settings.workers,
        database="memory" if settings.in_memory else without_credentials(settings.database),
        cache=without_credentials(settings.redis_url) if settings.redis_url else "none",
        store=_store(settings),
        contexts=settings.contexts,
    )


def log_unread_variables() -> None:
    """Only their names: the values may be secrets."""
    for name, meant in unread(all_variables()):
        _log.warning("nothing reads this variable", name=name, meant=meant)


def _store(settings: Settings) -> str:
    if settings.s3_endpoint:
        return f"{without_credentials(settings.s3_endpoint)}/{settings.s3_bucket}"
    return "memory" if settings.in_memory else str(settings.home_path / "files")


def without_credentials(url: str) -> str:
    """Scheme, host, port and path; neither who signs in there nor the query, where a password may be, too."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
