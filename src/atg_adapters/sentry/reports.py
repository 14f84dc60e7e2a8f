"""Reports what nobody expected to Sentry: bugs that a request met, and jobs that were given up.

Where they happened and of which type they are, with the ids under which the log knows them. Not what they say: messages
of errors repeat values, such as an email that is there already.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sentry_sdk

from atg_core.jobs.model import JobKind

_SECONDS_TO_END = 2
_TAGS = ("request_id", "trace_id", "kind", "tries")
_OURS = ["atg_core", "atg_adapters", "atg_entrypoints"]


class ErrorReports(logging.Handler):
    """Reports the errors of lines that `logger` writes while it is attached to it."""

    def __init__(self, dsn: str, *, environment: str, release: str) -> None:
        """Variables `SENTRY_ENVIRONMENT` and `SENTRY_RELEASE` come before `environment` and `release`."""
        super().__init__(logging.ERROR)
        sentry_sdk.init(
            dsn,
            environment=environment,
            release=release,
            default_integrations=False,
            auto_enabling_integrations=False,
            data_collection={
                "user_info": False,
                "http_bodies": [],
                "database_query_data": False,
                "queues": False,
                "stack_frame_variables": False,
            },
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            in_app_include=_OURS,
            before_send=_without_messages,
        )

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, dict) and isinstance(error := record.msg.get("exc_info"), BaseException):
            self._report(error, record.msg)

    @contextmanager
    def watch(self, kind: JobKind, tries: int) -> Iterator[None]:
        """`Watch`: reports the error with which a job is given up."""
        try:
            yield
        except Exception as error:
            if kind.pause_after(tries) is None:
                self._report(error, {"kind": kind.name, "tries": tries})
            raise

    def _report(self, error: BaseException, told: Mapping[str, Any]) -> None:
        with sentry_sdk.new_scope() as scope:
            for name in _TAGS:
                if name in told:
                    scope.set_tag(name, told[name])
            scope.capture_exception(error)

    async def aclose(self) -> None:
        """Sends what waits, for two seconds at most."""
        await asyncio.to_thread(sentry_sdk.get_client().close, _SECONDS_TO_END)


def _without_messages(event: Any, _hint: Any) -> Any:
    for each in event.get("exception", {}).get("values", ()):
        each["value"] = ""
    return event
