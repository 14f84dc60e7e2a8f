"""What takes traces and reports of errors, for tests: an OTLP collector and a Sentry server that keep what comes."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Received:
    """`url`: where it listens. Each body as `decode` makes it, with the request's path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[tuple[str, Any]] = []


@contextmanager
def receiving(decode: Callable[[bytes], Any], reply: bytes = b"") -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.bodies.append((self.path, decode(body)))
            self.send_response(200)
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Received(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield received
        server.shutdown()


class Collector:
    """An OTLP collector."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self.url = received.url

    @property
    def resources(self) -> list[dict[str, str]]:
        requests = [request for path, request in self._received.bodies if path == "/v1/traces"]
        return [_values(each.resource.attributes) for request in requests for each in request.resource_spans]

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for path, request in list(self._received.bodies)
            if path == "/v1/traces"
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def text(self) -> str:
        """All that came."""
        return "\n".join(str(request) for _, request in self._received.bodies)


@contextmanager
def collecting() -> Iterator[Collector]:
    with receiving(ExportTraceServiceRequest.FromString) as received:
        yield Collector(received)


def attributes(span: Span) -> dict[str, str]:
    return _values(span.attributes)


def _values(given: Any) -> dict[str, str]:
    return {each.key: each.value.string_value or str(each.value.int_value) for each in given}


@contextmanager
def reported() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A DSN, and the events that are sent to it (https://develop.sentry.dev/sdk/data-model/envelopes/)."""
    events: list[dict[str, Any]] = []

    def keep(body: bytes) -> None:
        lines = body.split(b"\n")
        for header, payload in zip(lines[1::2], lines[2::2], strict=False):
            if json.loads(header).get("type") == "event":
                events.append(json.loads(payload))

    with receiving(keep, b"{}") as received:
        yield received.url.replace("://", "://public@") + "/1", events
