"""Servers in processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ATG = str(Path(sys.executable).with_name("atg"))


_PREFIXES = ("ATG_", "TELEGRAM_", "ZOOM_", "OTEL_", "SENTRY_")


def without_settings() -> dict[str, str]:
    """The environment, but for what would be a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PREFIXES)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Server:
    """A running `atg serve`; `log` is what it has written so far."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process, self.url, self._log = process, url, log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


def launch(home: Path, *command: str, port: int | None = None, **environment: str) -> Server:
    """Starts `atg serve`, or another command; does not wait for it."""
    port, log = port or free_port(), home / f"server-{len(list(home.glob('server-*.log')))}.log"
    settings = without_settings() | {"ATG_HOME": str(home), "ATG_PORT": str(port), **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [ATG, *(command or ("serve",))], cwd=home, env=settings, stdout=output, stderr=output
        )
    return Server(process, f"http://127.0.0.1:{port}", log)


@contextmanager
def serving(home: Path, *command: str, expect_seconds: float = 60, **environment: str) -> Iterator[Server]:
    """Starts `atg serve` (or another command) and waits until `/health` answers; stops it with SIGTERM."""
    server = launch(home, *command, **environment)
    try:
        wait_until_healthy(server, expect_seconds)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(timeout=20)


def wait_until_healthy(server: Server, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            if httpx.get(f"{server.url}/health", timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start ({server.process.poll()}): {server.log}")
