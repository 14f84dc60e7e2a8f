"""Traces, as a collector gets them from the server and from the worker."""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings
from atg_entrypoints.settings_checks import SettingsError
from atg_entrypoints.trace_settings import wants_traces
from tests.conftest import SECRET
from tests.integration.running import free_port, serving, without_settings
from tests.integration.test_worker import is_done, worker
from tests.job_queues import until
from tests.receivers import Collector, attributes, collecting
from tests.servers import S3Server

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
ENDPOINT = "http://127.0.0.1:4318"
SECRETS = ("hunter2", "anna@example.org", "Bearer", "scan.pdf")


def tracing(collector: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_BSP_SCHEDULE_DELAY": "100", "ATG_LOG_FORMAT": "json"}


def secrets_in(collector: Collector) -> list[str]:
    return [secret for secret in SECRETS if secret in collector.text()]


async def test_a_request_is_a_span_with_what_it_asked_of_the_database_redis_and_the_store(
    postgres_url: str, redis_server: str, s3_server: S3Server, s3_bucket: str, tmp_path: Path
) -> None:
    environment = {
        "ATG_DATABASE_URL": postgres_url,
        "ATG_REDIS_URL": redis_server,
        "ATG_SECRET_KEY": SECRET,
        "ATG_S3_ENDPOINT": s3_server.endpoint,
        "ATG_S3_ACCESS_KEY": s3_server.access_key,
        "ATG_S3_SECRET_KEY": s3_server.secret_key,
        "ATG_S3_BUCKET": s3_bucket,
        "OTEL_SERVICE_NAME": "school",
    }
    with collecting() as collector:
        with (
            serving(tmp_path, **environment, **tracing(collector.url)) as server,
            httpx.Client(base_url=server.url, headers=CALLED, timeout=20) as client,
        ):
            assert client.get("/files/stream/public/scan.pdf?word=hunter2").status_code == 404
            wrong = {"username": "anna@example.org", "password": "hunter2-hunter2"}
            assert client.post("/auth/login", json=wrong).status_code == 401
            assert client.get("/api/v1/lessons/", headers={"authorization": "Bearer hunter2"}).status_code == 200
            assert client.get("/health").status_code == 200
        log = server.log
    requests = [span for span in collector.spans if span.kind == span.SPAN_KIND_SERVER]
    assert {(span.name, attributes(span)["http.response.status_code"]) for span in requests} == {
        ("GET /files/stream/{key}", "404"),
        ("POST /auth/login", "401"),
        ("GET /api/lessons", "200"),
    }
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    assert {span.parent_span_id.hex() for span in requests} == {PARENT}
    known = {span.span_id for span in collector.spans}
    of_parts = [span for span in collector.spans if span.kind == span.SPAN_KIND_CLIENT]
    assert all(span.parent_span_id in known for span in of_parts)
    systems = {attributes(span).get("db.system.name") for span in of_parts}
    assert systems == {"postgresql", "redis", None}
    [stat] = collector.named("S3 HEAD")
    assert attributes(stat)["http.response.status_code"] == "404"
    assert any("$1" in attributes(span).get("db.query.text", "") for span in of_parts)
    assert {resource["service.name"] for resource in collector.resources} == {"school"}
    assert secrets_in(collector) == []
    served = [line for line in map(json.loads, log.splitlines()) if line["event"] == "served"]
    assert {line["trace_id"] for line in served} == {TRACE}
    assert "Traceback" not in log


async def test_a_job_is_a_span_and_a_worker_that_waits_is_none(container: Container, settings: Settings) -> None:
    await container.jobs().enqueue("clean_uploads", {"secret": "hunter2"})
    with collecting() as collector:
        with worker(settings, **tracing(collector.url)) as process:
            await until(lambda: is_done(container), 20)
            await until(lambda: collector.named("job clean_uploads"), 20)
            process.terminate()
            _, log = process.communicate(timeout=20)
        assert process.returncode == 0, log
    job = collector.named("job clean_uploads")[0]
    assert attributes(job) == {"atg.job.kind": "clean_uploads", "atg.job.tries": "1"}
    inside = [span for span in collector.spans if span.parent_span_id == job.span_id]
    assert {attributes(span)["db.system.name"] for span in inside} == {
        "sqlite" if settings.is_embedded else "postgresql"
    }
    roots = [span.name for span in collector.spans if not span.parent_span_id]
    assert all(name.startswith("job ") for name in roots), roots
    assert secrets_in(collector) == []
    ends = [line for line in map(json.loads, log.splitlines()) if line.get("kind") == "clean_uploads"]
    assert ends[0]["trace_id"] == job.trace_id.hex()


def test_a_collector_that_is_away_is_waited_for_by_nobody_and_told_once(tmp_path: Path) -> None:
    with serving(tmp_path, **tracing(f"http://127.0.0.1:{free_port()}")) as server:
        with httpx.Client(base_url=server.url, timeout=5) as client:
            assert [client.get("/stations").status_code for _ in range(100)] == [200] * 100
        ended = perf_counter()
    assert perf_counter() - ended < 10
    assert server.process.returncode == 0
    assert server.log.count("the collector does not take spans") <= 1
    assert "opentelemetry" not in server.log


_ASKED_ONCE = """
import asyncio, sys
from atg_entrypoints.asgi import create
from atg_entrypoints.cli import worker
app = create()
async def run():
    async def send(message):
        if message["type"] == "http.response.start":
            print(message["status"])
    scope = {"type": "http", "method": "GET", "path": "/metrics", "raw_path": b"/metrics", "query_string": b"",
        "headers": [], "http_version": "1.1", "scheme": "http", "root_path": "", "server": ("x", 1), "client": ("x", 1),
        "asgi": {"version": "3.0"}, "state": {}}
    await app(scope, None, send)
asyncio.run(run())
of_litestar = "opentelemetry", "opentelemetry.semconv"  # a module of constants
print([
    name for name in sys.modules
    if name.partition(".")[0] in ("opentelemetry", "sentry_sdk", "google", "requests")
    and name not in of_litestar and not name.startswith("opentelemetry.semconv.attributes")
])
"""


def test_nothing_of_opentelemetry_and_sentry_is_imported_where_nothing_is_asked_of_them(tmp_path: Path) -> None:
    environment = without_settings() | {"ATG_HOME": str(tmp_path), "ATG_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-c", _ASKED_ONCE]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.stdout, run.returncode) == ("200\n[]\n", 0), run.stderr


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("OTEL_SERVICE_NAME", "school", True),
        ("OTEL_SDK_DISABLED", "true", False),
        ("OTEL_TRACES_EXPORTER", "none", False),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", True),
    ],
)
def test_the_variables_of_opentelemetry_are_heard(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    wanted: bool,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", ENDPOINT)
    monkeypatch.setenv(name, value)
    assert wants_traces(Settings(otel_exporter_otlp_endpoint=ENDPOINT)) == wanted


def test_a_protocol_that_is_not_spoken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", ENDPOINT)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_PROTOCOL"):
        wants_traces(Settings(otel_exporter_otlp_endpoint=ENDPOINT))
