"""Spans of requests to an S3 store, by method and host: paths hold the names of files, queries signatures."""

from typing import Any

from opentelemetry.trace import get_current_span
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.util import parse_url

from atg_adapters.minio.client import connections
from atg_adapters.opentelemetry.sql import Child


class _TracedConnections(PoolManager):
    child: Child

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> BaseHTTPResponse:  # type: ignore[override]
        host = parse_url(url).host or ""
        with self.child(f"S3 {method}", {"http.request.method": method, "server.address": host}):
            response = super().urlopen(method, url, redirect, **options)
            get_current_span().set_attribute("http.response.status_code", response.status)
            return response


def traced_connections(child: Child, seconds_to_read: float) -> PoolManager:
    traced = connections(seconds_to_read, _TracedConnections)
    traced.child = child
    return traced
