"""`atg worker`, `atg jobs`, and a server that does the jobs itself."""

import json
import os
import signal
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
from tests.integration.running import ATG, serving
from tests.job_queues import until, work, wrong


def environment(settings: Settings) -> dict[str, str]:
    return {
        "ATG_DATABASE_URL": settings.database,
        "ATG_SECRET_KEY": settings.secret_key,
        "ATG_HOME": settings.home,
        "ATG_AUTO_MIGRATE": "false",
    }


def atg(settings: Settings, *arguments: str) -> Ran:
    return run_atg(Path(settings.home), *arguments, **environment(settings))


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    variables = {"PATH": os.environ["PATH"], **environment(settings)}
    with subprocess.Popen(
        [ATG, "worker"], env=variables, cwd=settings.home, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def is_done(container: Container) -> bool:
    return not await container.jobs().listed()


async def test_a_worker_does_the_jobs_and_ends_when_it_is_told_to(container: Container, settings: Settings) -> None:
    await container.jobs().enqueue("clean_uploads", {"secret": "of anna"})
    with worker(settings) as process:
        await until(lambda: is_done(container), 20)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
        assert process.returncode == 0, log
    ends = [line for line in map(json.loads, log.splitlines()) if line["event"] == "job done"]
    assert ("clean_uploads", 1) in [(end["kind"], end["tries"]) for end in ends]
    assert "anna" not in log
    assert "Traceback" not in log


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
