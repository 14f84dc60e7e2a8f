"""`atg worker`, `atg jobs`, and a server that does the jobs itself."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.jobs.model import JobStatus
from atg_entrypoints.container import Container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.command import Ran, run_atg
from tests.integration.running import ATG, free_port, serving
from tests.job_queues import until, work, wrong
from tests.scraping import scraped, value


def environment(settings: Settings) -> dict[str, str]:
    return {
        "ATG_DATABASE_URL": settings.database,
        "ATG_SECRET_KEY": settings.secret_key,
        "ATG_HOME": settings.home,
        "ATG_AUTO_MIGRATE": "false",
        "ATG_WORKER_PORT": "0",
    }


def atg(settings: Settings, *arguments: str) -> Ran:
    return run_atg(Path(settings.home), *arguments, **environment(settings))


@contextmanager
def worker(settings: Settings, **more: str) -> Iterator[subprocess.Popen[str]]:
    variables = {"PATH": os.environ["PATH"], "ATG_LOG_LEVEL": "DEBUG", **environment(settings), **more}
    with subprocess.Popen(
        [ATG, "worker"], env=variables, cwd=settings.home, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def is_done(container: Container) -> bool:
    return not await container.jobs().listed()


async def test_a_worker_does_the_jobs_and_ends_when_it_is_told_to(container: Container, settings: Settings) -> None:
    await container.jobs().enqueue("clean_uploads", {"secret": "of anna"})
    with worker(settings) as process:
        await until(lambda: is_done(container), 20)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
        assert process.returncode == 0, log
    lines = list(map(json.loads, log.splitlines()))
    idle = [(line["kind"], line["tries"]) for line in lines if line["event"] == "job had nothing to do"]
    assert ("clean_uploads", 1) in idle
    assert {line["level"] for line in lines if line["event"] == "job had nothing to do"} == {"debug"}
    assert "anna" not in log
    assert "Traceback" not in log


async def test_a_worker_says_how_it_is_and_what_it_has_done(container: Container, settings: Settings) -> None:
    port, token = free_port(), "m" * 40
    await container.jobs().enqueue("clean_uploads", {})
    with worker(settings, ATG_WORKER_PORT=str(port), ATG_METRICS_TOKEN=token) as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:

            async def get(path: str, **headers: str) -> httpx.Response:
                return await client.get(path, headers=headers)

            await until(lambda: is_done(container), 20)
            await until(lambda: listens(port), 20)
            health, ready = await get("/health"), await get("/ready")
            assert (health.status_code, health.json()["status"]) == (200, "healthy")
            assert (ready.status_code, ready.json()["status"]) == (200, "ready")
            assert set(ready.json()["checks"]) == {"database", "schema", "store"}
            assert (await get("/metrics")).status_code == 401
            assert (await get("/metrics", authorization=f"Bearer {token}x")).status_code == 401
            assert (await get("/nothing")).status_code == 404
            assert (await client.post("/health")).status_code == 405
            told = await get("/metrics", authorization=f"Bearer {token}")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    assert told.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
    scrape = scraped(told.text)
    assert value(scrape, "atg_job_tries_total", kind="clean_uploads", end="done") >= 1
    assert value(scrape, "atg_jobs_waiting", kind="clean_uploads") == 0
    assert value(scrape, "atg_part_up", part="database") == 1
    assert value(scrape, "atg_memory_bytes") > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_worker_whose_port_is_taken_does_its_jobs(container: Container, settings: Settings) -> None:
    await container.jobs().enqueue("clean_uploads", {})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with worker(settings, ATG_WORKER_PORT=port) as process:
            await until(lambda: is_done(container), 20)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=10)
    [told] = [line for line in map(json.loads, log.splitlines()) if line.get("address") == f"127.0.0.1:{port}"]
    assert (told["level"], told["reason"]) == ("warning", "Address already in use")


async def test_a_server_does_the_jobs_only_where_no_other_server_keeps_the_database(
    container: Container, settings: Settings, tmp_path: Path
) -> None:
    await container.jobs().enqueue("clean_uploads", {})
    with serving(tmp_path, **environment(settings)) as server:
        if settings.is_embedded:
            await until(lambda: is_done(container), 5)
        metrics = httpx.get(f"{server.url}/metrics").text
    waiting = 0 if settings.is_embedded else 1
    assert f'atg_jobs_waiting{{kind="clean_uploads"}} {waiting}.0' in metrics
    assert "Traceback" not in server.log


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_dead_jobs_are_listed_with_their_error_and_tried_again(container: Container, settings: Settings) -> None:
    jobs = container.jobs()
    for n in range(2):
        await jobs.enqueue("broken", {"n": n})
    await jobs.run(work(wrong, kind="broken", max_tries=1), until_idle=True)
    await jobs.enqueue("later", {}, not_before=utc_now() + timedelta(hours=1))
    assert [line.split()[1:3] for line in atg(settings, "jobs", "list").stdout.splitlines()] == [
        ["dead", "broken"],
        ["dead", "broken"],
        ["waiting", "later"],
    ]
    shown = atg(settings, "jobs", "list", "--status", "dead", "--json").stdout.splitlines()
    first, _ = (json.loads(line) for line in shown)
    assert (first["arguments"], first["tries"], first["error"][:13]) == ({"n": 0}, 1, "ValueError: w")
    assert atg(settings, "jobs", "retry", str(first["id"])).stdout == "1 job is due again.\n"
    assert atg(settings, "jobs", "retry", "--all").stdout == "1 job is due again.\n"
    assert [job.status for job in await jobs.listed()] == [JobStatus.WAITING] * 3
    unknown = atg(settings, "jobs", "retry", str(first["id"]))
    assert (unknown.returncode, unknown.stderr) == (2, "atg: There is no such dead job\n")


def test_jobs_in_memory_are_those_of_the_server_alone(tmp_path: Path) -> None:
    refused = atg(Settings(database_url="memory://", secret_key=SECRET, home=str(tmp_path)), "worker")
    assert refused.returncode == 2
    assert "ATG_DATABASE_URL" in refused.stderr
