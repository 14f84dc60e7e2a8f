"""A Redis server of the tests' own, which forgets everything."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.integration.running import free_port

_SECONDS = 10


class ThrowawayRedis:
    """A server that can be stopped, started again, and made to hang."""

    def __init__(self, program: str) -> None:
        self._program, self._port = program, free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        """Raises redis.ConnectionError if it does not answer."""
        command = [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + _SECONDS
        with redis.Redis(port=self._port) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.02)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Connections are taken by the kernel, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def throwaway_redis() -> Iterator[ThrowawayRedis | None]:
    """None where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    server = ThrowawayRedis(program)
    try:
        yield server
    finally:
        server.stop()
