"""One contender and one route: wrk's figures, and what each request has cost."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
import msgspec

from bench.throughput.contenders import Contender
from bench.throughput.processes import CORES, on_cores, used
from bench.throughput.routes import Request, Route, tokens
from bench.throughput.servers import Missing, Postgres

_SCRIPT = Path(__file__).with_name("wrk.lua")
COUNTED = 20
_MOMENT, _LONGEST_REST = 0.1, 5


class Figures(msgspec.Struct, kw_only=True):
    """Medians of the rounds; times in milliseconds, costs in microseconds of CPU, memory in MiB."""

    per_second: float
    p50: float
    p99: float
    server: float
    database: float | None
    memory: float
    errors: int
    statements: float | None = None


class Sender:
    """Sends the requests of a route by wrk, the next ones each time."""

    def __init__(self, route: Route) -> None:
        requests = route.requests()
        known = tokens(requests)
        self._requests, self._once = requests, route.once
        self._first = 0
        with tempfile.NamedTemporaryFile("w", prefix="bench-", suffix=".txt", delete=False) as file:
            file.write("\n".join(request.line(known) for request in requests) + "\n")
            self._file = Path(file.name)

    def close(self) -> None:
        self._file.unlink()

    def send(self, contender: Contender, postgres: Postgres | None, connections: int, seconds: int) -> Figures:
        environment = os.environ | {"BENCH_REQUESTS": str(self._file), "BENCH_FIRST": str(self._first)}
        command = [*on_cores(CORES[1:]), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        database = postgres.pid if postgres else None
        before, before_database = used(contender.process.pid), used(database).cpu if database else 0
        done = subprocess.run(
            [*command, "-s", str(_SCRIPT), contender.url], env=environment, capture_output=True, text=True, check=True
        )
        after, after_database = used(contender.process.pid), used(database).cpu if database else 0
        result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
        number, microseconds, p50, p99, refused, failed = map(int, result.split()[1:])
        self._advance(number + connections)
        _rest(contender.process.pid)
        return Figures(
            per_second=number / (microseconds / 1e6),
            p50=p50 / 1e3,
            p99=p99 / 1e3,
            server=(after.cpu - before.cpu) / max(number, 1) * 1e6,
            database=(after_database - before_database) / max(number, 1) * 1e6 if database else None,
            memory=after.memory / 2**20,
            errors=refused + failed,
        )

    def take(self, number: int) -> list[Request]:
        """Some of the requests, to be sent one by one; the next ones, where none may be sent twice."""
        first = self._first if self._once else 0
        if self._once:
            self._advance(number)
        return list(self._requests[first : first + number])

    def _advance(self, number: int) -> None:
        self._first += number
        if self._once and self._first >= len(self._requests):
            raise AssertionError(f"all {len(self._requests)} requests were sent")


def _rest(pid: int) -> None:
    """Until the server has ended what was still asked when wrk went away: it is not the next one's cost."""
    until = time.monotonic() + _LONGEST_REST
    before = used(pid).cpu
    while time.monotonic() < until:
        time.sleep(_MOMENT)
        after = used(pid).cpu
        if after - before < _MOMENT / 5:
            return
        before = after


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise Missing("wrk is not installed (Debian: apt-get install wrk)")


def medians(rounds: list[Figures]) -> Figures:
    def middle(name: str) -> float | None:
        values = [getattr(one, name) for one in rounds]
        return None if None in values else median(values)

    names = ("per_second", "p50", "p99", "server", "database", "memory")
    errors = sum(one.errors for one in rounds)
    return Figures(**{name: middle(name) for name in names}, errors=errors)  # type: ignore[arg-type]


def ask(contender: Contender, requests: list[Request]) -> list[httpx.Response]:
    """One after another. Raises AssertionError if one is refused."""
    known = tokens(requests)
    replies = []
    with httpx.Client(base_url=contender.url, timeout=30) as client:
        for request in requests:
            headers = {"content-type": "application/json"} if request.body else {}
            if request.user:
                headers["authorization"] = f"Bearer {known[request.user]}"
            reply = client.request(request.method, request.path, content=request.body or None, headers=headers)
            assert reply.is_success, f"{contender.name} {request.path}: {reply.status_code} {reply.text[:500]}"
            replies.append(reply)
    return replies


def statements_of(contender: Contender, sender: Sender, postgres: Postgres, size: str) -> float:
    """Statements for each request, once all is warm."""
    ask(contender, sender.take(COUNTED))
    requests = sender.take(COUNTED)
    before = postgres.statements(size)
    ask(contender, requests)
    return (postgres.statements(size) - before) / len(requests)
