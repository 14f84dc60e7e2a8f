"""What a start says, and that the death of a process that serves is told and made up for."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from atg_entrypoints.settings import CONTEXTS, Settings
from atg_entrypoints.start_log import log_start
from tests.conftest import SECRET
from tests.integration.running import Server, serving
from tests.logs import logged
from tests.scraping import scraped, value

_SECONDS = 120


def _events(server: Server, event: str) -> list[dict[str, Any]]:
    """The lines of the log about it; each line is JSON."""
    return [line for line in map(json.loads, server.log.splitlines()) if line["event"] == event]


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def _children(pid: int) -> set[int]:
    """The processes that serve: those that multiprocessing spawned, without the one that tracks its resources."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def test_a_start_says_what_is_served_where_and_over_what(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        [told] = _events(server, "starting")
        assert told["version"] == httpx.get(f"{server.url}/health").json()["version"]
    assert (told["address"], told["workers"]) == (server.url, 1)
    assert told["database"] == f"sqlite:///{tmp_path / 'atg.db'}"
    assert (told["cache"], told["store"]) == ("none", str(tmp_path / "files"))
    assert told["contexts"] == list(CONTEXTS)
    assert (told["level"], told["logger"]) == ("info", "atg.start")


def test_no_credentials_are_in_the_line_about_a_start() -> None:
    settings = Settings(
        secret_key=SECRET,
        database_url="postgresql://owner:p%40ss@db.example.com:5433/atg?password=p%40ss&sslmode=require",
        redis_url="rediss://:hush@cache.example.com:6380/2",
        s3_endpoint="https://files.example.com",
        s3_access_key="access",
        s3_secret_key="hush hush",
        s3_bucket="documents",
        contexts=["campaigns"],
    )
    with logged() as lines:
        log_start(settings)
    [told] = lines
    assert told["database"] == "postgresql://db.example.com:5433/atg"
    assert told["cache"] == "rediss://cache.example.com:6380/2"
    assert told["store"] == "https://files.example.com/documents"
    assert told["contexts"] == ["campaigns"]


def _writing_pools(server: Server) -> float:
    """One for each process that lives."""
    told = scraped(httpx.get(f"{server.url}/metrics", timeout=_SECONDS).text)
    assert value(told, "atg_part_up", part="database") == 1
    return value(told, "atg_database_pool_size", pool="writing")


def test_a_process_that_dies_is_told_and_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "serve", "--workers", "2") as server:
        _wait_until(lambda: len(_children(server.process.pid)) == 2)
        killed = min(_children(server.process.pid))
        os.kill(killed, signal.SIGKILL)
        _wait_until(lambda: bool(_events(server, "worker died, another one starts")))
        _wait_until(lambda: len(_children(server.process.pid)) == 2)
        assert httpx.get(f"{server.url}/health", timeout=_SECONDS).status_code == 200
        _wait_until(lambda: _writing_pools(server) == 2)
    [told] = _events(server, "worker died, another one starts")
    assert (told["pid"], told["exit_code"], told["level"]) == (killed, -signal.SIGKILL, "warning")
    assert told["new_pid"] != killed
    assert server.process.returncode == 0


@pytest.mark.alone
def test_a_process_has_a_minute_for_its_first_sign_of_life(tmp_path: Path) -> None:
    """uvicorn gives it five seconds, in which a busy machine may not have begun to run it."""
    with serving(tmp_path, "serve", "--workers", "2") as server:
        _wait_until(lambda: len(_children(server.process.pid)) == 2)
        held_up = _children(server.process.pid)
        for process in held_up:
            os.kill(process, signal.SIGSTOP)
        time.sleep(6)
        for process in held_up:
            os.kill(process, signal.SIGCONT)
        assert httpx.get(f"{server.url}/health", timeout=_SECONDS).status_code == 200
        assert _children(server.process.pid) == held_up
    assert _events(server, "worker died, another one starts") == []


def test_a_server_ends_although_a_process_does_not_answer(tmp_path: Path) -> None:
    with serving(tmp_path, "serve", "--workers", "2") as server:
        _wait_until(lambda: len(_children(server.process.pid)) == 2)
        silent = min(_children(server.process.pid))
        os.kill(silent, signal.SIGSTOP)
        time.sleep(2)
        begun = time.monotonic()
        server.process.terminate()
        time.sleep(2)
        os.kill(silent, signal.SIGCONT)  # a process that is stopped can not be told to end
        server.process.wait(timeout=20)
        assert time.monotonic() - begun < 20
    assert server.process.returncode == 0
