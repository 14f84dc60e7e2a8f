"""The spans of a process: jobs, and what is asked of the database, Redis and the object store meanwhile.

They name what was done, never with which values: no parameters, keys, paths, messages of errors.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread
from typing import TYPE_CHECKING, cast

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, format_trace_id, get_current_span

from atg_adapters.opentelemetry.sql import TracedDriver
from atg_adapters.sql.drivers import Driver
from atg_core.jobs.model import JobKind

if TYPE_CHECKING:
    from urllib3 import PoolManager

    from atg_adapters.redis.client import Client
    from atg_adapters.redis.outage import Outage
    from atg_adapters.redis.pool import BoundedPool

_SECONDS_TO_END = 3
"""What the last spans have to reach the collector."""


class Spans:
    """`trace_id`: set for the lines of the log while something is traced."""

    def __init__(self, provider: TracerProvider, trace_id: ContextVar[str]) -> None:
        self._provider, self.trace_id = provider, trace_id
        self.tracer: Tracer = provider.get_tracer("atg")

    def driver(self, driver: Driver) -> Driver:
        return cast("Driver", TracedDriver(driver, self.child))

    def redis(self, pool: "BoundedPool", outage: "Outage") -> "Client":
        from atg_adapters.opentelemetry.redis import TracedClient  # noqa: PLC0415 - only where there is a Redis

        return TracedClient(pool, outage, self.child)

    def store_connections(self, seconds_to_read: float) -> "PoolManager":
        from atg_adapters.opentelemetry.s3 import traced_connections  # noqa: PLC0415 - only where there is an S3 store

        return traced_connections(self.child, seconds_to_read)

    @contextmanager
    def child(self, name: str, attributes: Mapping[str, str | int]) -> Iterator[None]:
        """Part of a request or a job; nothing outside of one, such as while a worker looks for jobs."""
        if not get_current_span().is_recording():
            yield
            return
        with self._span(name, SpanKind.CLIENT, attributes):
            yield

    @contextmanager
    def job(self, kind: JobKind, tries: int) -> Iterator[None]:
        """`Watch`: the span of a try."""
        attributes: Mapping[str, str | int] = {"atg.job.kind": kind.name, "atg.job.tries": tries}
        with self._span(f"job {kind.name}", SpanKind.CONSUMER, attributes, context=Context()) as span:
            token = self.trace_id.set(format_trace_id(span.get_span_context().trace_id))
            try:
                yield
            finally:
                self.trace_id.reset(token)

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str | int], context: Context | None = None
    ) -> Iterator[Span]:
        with self.tracer.start_as_current_span(
            name,
            context=context,
            kind=kind,
            attributes=attributes,
            record_exception=False,  # its message may hold values
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    async def close(self) -> None:
        """Sends what waits, for a few seconds at most."""
        ending = Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, _SECONDS_TO_END)
