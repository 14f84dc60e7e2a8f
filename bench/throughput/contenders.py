"""The product and its peers, each a server in a process of its own (or several)."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from bench.throughput import population as of
from bench.throughput.processes import CORES, on_cores
from bench.throughput.routes import FILE_BYTES, FILE_KEY
from bench.throughput.servers import Missing
from tests.integration.running import free_port, without_settings

_ROOT = Path(__file__).parents[2]
_PEERS = _ROOT / ".peers" / "bin"
_UVICORN = ("-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools")


class Contender(NamedTuple):
    name: str
    url: str
    process: subprocess.Popen[bytes]


class Where(NamedTuple):
    """What all contenders of a section stand on."""

    database: str
    redis: str
    home: Path
    workers: int

    @property
    def file(self) -> Path:
        return self.home / "files" / "objects" / FILE_KEY


def store_file(home: Path) -> None:
    """The file of which ranges are read, as the product keeps it."""

    async def content() -> AsyncIterator[bytes]:
        yield os.urandom(FILE_BYTES)

    async def store() -> None:
        container = create_container(Settings(home=str(home), secret_key=of.SIGNING_KEY))
        await container.object_store().put(
            FILE_KEY, content(), content_type="application/octet-stream", max_bytes=FILE_BYTES
        )
        await close(container)

    asyncio.run(store())


def require_peers() -> None:
    if not (_PEERS / "gunicorn").exists():
        raise Missing("The peers are not installed: make bench-peers")


@contextmanager
def running(name: str, where: Where) -> Iterator[Contender]:
    """Until it answers, and until it is no longer needed."""
    port = free_port()
    command, environment = _started(name, where, port)
    cores = CORES[:1] if where.workers == 1 else CORES
    log = where.home / f"{name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*on_cores(cores), *command],
            cwd=_ROOT,
            env=without_settings() | environment,
            stdout=output,
            stderr=output,
        )
    contender = Contender(name, f"http://127.0.0.1:{port}", process)
    try:
        _wait_for(contender, log)
        yield contender
    finally:
        process.terminate()
        process.wait()


def _started(name: str, where: Where, port: int) -> tuple[list[str], dict[str, str]]:
    if name == "product":
        return [sys.executable, "-m", "bench.throughput.product"], _settings(where, port)
    environment = {"BENCH_DATABASE_URL": where.database, "BENCH_JWT_KEY": of.SIGNING_KEY, "BENCH_FILE": str(where.file)}
    listen = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(where.workers)]
    if name == "floor":
        return [sys.executable, *_UVICORN, "bench.peers.floor:app", *listen], environment
    if name == "fastapi":
        return [str(_PEERS / "python"), *_UVICORN, "bench.peers.fastapi_app:app", *listen], environment
    gunicorn = [str(_PEERS / "gunicorn"), "--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"]
    served = ["--bind", f"127.0.0.1:{port}", "--workers", str(where.workers), "bench.peers.django_app:application"]
    return [*gunicorn, *served], environment | {"BENCH_VIEWS": "drf_views" if name == "drf" else "django_views"}


def _settings(where: Where, port: int) -> dict[str, str]:
    """As in production, with limits that are counted and not reached."""
    return {
        "ATG_HOME": str(where.home),
        "ATG_PORT": str(port),
        "ATG_WORKERS": str(where.workers),
        "ATG_DATABASE_URL": where.database,
        "ATG_REDIS_URL": where.redis,
        "ATG_SECRET_KEY": of.SIGNING_KEY,
        "ATG_JWT_KEYS": f"bench:{of.SIGNING_KEY}",
        "ATG_RATE_LIMIT": "100000000",
        "ATG_POOL_PER_TEACHER": "0",
        "ATG_POOL_STARTS_PER_TEACHER": "0",
    }


def _wait_for(contender: Contender, log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and contender.process.poll() is None:
        try:
            if httpx.get(f"{contender.url}/stations", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{contender.name} did not start:\n{log.read_text()}")
