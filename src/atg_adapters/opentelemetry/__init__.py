"""Traces by OpenTelemetry; imported only where `OTEL_EXPORTER_OTLP_ENDPOINT` is set."""
