"""Many concurrent sign-ins do not hold up other requests."""

import asyncio
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.arranging import arrange
from tests.conftest import SECRET
from tests.integration import asking
from tests.integration.running import Server
from tests.integration.server_pair import Pair, emptied
from tests.people import PASSWORD, account

pytestmark = pytest.mark.alone

SIGN_INS = 200
ASKED_A_SECOND = 50
IDLE_SECONDS = 2.5
ROUNDS = 8


class Asked(NamedTuple):
    """When a request was due, and how long its reply took, in seconds."""

    due: float
    seconds: float
    status: int


async def arranged(database_url: str) -> None:
    """Stations to ask for, and people to sign in."""
    container = create_container(Settings(database_url=database_url, secret_key=SECRET))
    await arrange(container, stations=[{"short_name": f"S{number}", "name": "Станция"} for number in range(7)])
    async with container.open_identity()() as store:
        for number in range(SIGN_INS):
            await store.add_account(account(f"user{number}"))
    await close(container)


@contextmanager
def asking_for_stations(server: Server, home: Path) -> Iterator[list[Asked]]:
    """A process asks steadily; what it was told is in the list once it has ended."""
    told: list[Asked] = []
    written = home / "asked.txt"
    command = [sys.executable, asking.__file__, urlsplit(server.url).netloc, "/stations", str(ASKED_A_SECOND)]
    with written.open("wb") as output, subprocess.Popen(command, stdout=output) as process:
        try:
            yield told
        finally:
            process.terminate()
    for line in written.read_text().rpartition("\n")[0].splitlines():
        due, seconds, status = line.split()
        told.append(Asked(float(due), float(seconds), int(status)))


def sign_in_at_once(server: Server) -> list[int]:
    """The statuses of that many sign-ins, sent over as many connections before the first of them is answered."""
    address = urlsplit(server.url)
    with ExitStack() as stack, selectors.DefaultSelector() as waiting:
        connections = [
            stack.enter_context(socket.create_connection((address.hostname, address.port))) for _ in range(SIGN_INS)
        ]
        for number, connection in enumerate(connections):
            connection.sendall(sign_in_request(f"user{number}"))
            waiting.register(connection, selectors.EVENT_READ)
        statuses = []
        while waiting.get_map():
            for key, _ in waiting.select(timeout=60):
                statuses.append(int(key.fileobj.recv(65_536).split()[1]))
                waiting.unregister(key.fileobj)
    return statuses


def sign_in_request(username: str) -> bytes:
    body = json.dumps({"username": username, "password": PASSWORD}).encode()
    lines = ["POST /auth/login HTTP/1.1", "host: atg", "content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def p99(asked: list[Asked]) -> float:
    return quantiles((one.seconds for one in asked), n=100)[98]


def ratio_of_p99(server: Server, home: Path) -> float:
    """How much longer `/stations` takes while all sign in than before and after; each of them has to succeed."""
    with asking_for_stations(server, home) as asked:
        time.sleep(0.5)
        warm = time.monotonic()
        time.sleep(IDLE_SECONDS)
        begun = time.monotonic()
        statuses = sign_in_at_once(server)
        ended = time.monotonic()
        time.sleep(IDLE_SECONDS)
    assert statuses == [200] * SIGN_INS
    assert {one.status for one in asked} == {200}
    loaded = [one for one in asked if begun <= one.due <= ended]
    idle = [one for one in asked if warm <= one.due < begun or one.due > ended]
    return p99(loaded) / p99(idle)


def test_two_hundred_sign_ins_at_once_hold_nobody_else_up(postgres_pair: Pair, tmp_path: Path) -> None:
    """S15: `/stations` keeps a p99 under twice its idle p99.

    What else the machine does can only make it worse, so that the best of a few rounds is what the service does.
    """
    server = postgres_pair.servers[0]
    with emptied(postgres_pair):
        asyncio.run(arranged(postgres_pair.url))
        httpx.post(f"{server.url}/auth/login", json={"username": "user0", "password": PASSWORD})
        ratios: list[float] = []
        while len(ratios) < ROUNDS and min(ratios, default=2) >= 2:
            ratios.append(ratio_of_p99(server, tmp_path))
    assert min(ratios) < 2
