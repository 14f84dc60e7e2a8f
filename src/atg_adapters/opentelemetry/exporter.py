"""Sends spans to a collector by OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/), in a thread of its own."""

import logging
from collections.abc import Sequence

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

_log = structlog.get_logger("atg.traces")


class OnceTelling(SpanExporter):
    """Another exporter, whose trouble is told once when it begins and once when it is over."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.FAILURE:
            if not self._lost:
                _log.warning("the collector does not take spans: they are dropped")
            self._lost += len(spans)
        elif self._lost:
            _log.info("the collector takes spans again", dropped=self._lost)
            self._lost = 0
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def tracer_provider(version: str) -> TracerProvider:
    """As the variables `OTEL_*` say (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).

    At most `OTEL_BSP_MAX_QUEUE_SIZE` spans wait for the collector; more are dropped, and nobody waits for it.
    """
    ours = Resource({"service.name": "atg", "service.version": version})
    resource = Resource.create().merge(ours).merge(OTELResourceDetector().detect())
    # They would write a line for each batch, and for each span when the queue is full.
    for name in ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OnceTelling(OTLPSpanExporter())))
    return provider
