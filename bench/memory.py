"""What a server holds before and after its use: `make bench-memory`, or `python -m bench.memory PATH_OF_ATG`.

MiB of the process that serves, from /proc/PID/smaps_rollup: fresh, after the first sign-in, after its use, and a
minute later. Its use is every GET route of the OpenAPI document, by an admin, a teacher, a student and an employee, and
some writes, three times over. What is drawn is drawn in a child process, whose memory is printed beside it: it ends
when it is idle.

The rows are those of `examples`. ATG_BENCH_DATABASE_URL names an empty database, ATG_BENCH_REDIS_URL a Redis; without
them it is SQLite and no Redis. Needs Linux.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atg_entrypoints.cli.demo import import_examples
from atg_entrypoints.container import close, create_container
from atg_entrypoints.environment import read_settings
from atg_entrypoints.startup import prepare
from bench.start import free_port, is_healthy, memory_of

ROUNDS = 3
REST_SECONDS = 3
LONG_REST_SECONDS = 65
"""Free memory is given back once a minute."""
SECRET = "a secret of the benchmark, long enough"
PEOPLE = ("admin", "teacher", "student", "employee")


class Client:
    """Asks the server, and counts what it answers by status."""

    def __init__(self, port: int) -> None:
        self.address, self.tokens, self.statuses = f"http://127.0.0.1:{port}", dict[str, str](), Counter[int]()

    def ask(self, method: str, path: str, who: str | None = None, body: Any = None) -> Any:
        """The JSON of the reply, None for any other."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as reply:
                self.statuses[reply.status] += 1
                content, kind = reply.read(), str(reply.headers.get("Content-Type"))
        except urllib.error.HTTPError as error:
            error.read()
            self.statuses[error.code] += 1
            return None
        return json.loads(content) if "json" in kind else None

    def sign_in(self, who: str, password: str) -> None:
        self.tokens[who] = self.ask("POST", "/auth/login", body={"username": who, "password": password})["token"]


def environment(home: Path) -> dict[str, str]:
    chosen = {"ATG_HOME": str(home), "ATG_SECRET_KEY": SECRET, "ATG_RATE_LIMIT": "0"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        if given := os.environ.get(f"ATG_BENCH_{name}"):
            chosen[f"ATG_{name}"] = given
    return chosen


async def fill(home: Path) -> Mapping[str, str]:
    """Passwords of the example people, by username."""
    container = create_container(read_settings(environment(home)))
    await prepare(container)
    passwords = await import_examples(container, home)
    await close(container)
    return passwords


def gets(client: Client) -> Iterator[str]:
    """The paths of the GET routes, with ids that there are."""
    ids = {name: client.ask("GET", "/auth/me", name)["user"]["id"] for name in PEOPLE}
    course = client.ask("GET", "/courses/stations/1")["data"][0]["id"]
    known = {"course_id": course, "student_id": ids["student"], "user_id": ids["employee"]}
    for path, operations in client.ask("GET", "/openapi.json")["paths"].items():
        if "get" in operations:
            filled = [str(known.get(part[1:-1], 1)) if part.startswith("{") else part for part in path.split("/")]
            yield "/".join(filled)


def use(client: Client, paths: list[str]) -> None:
    for path in paths:
        for who in PEOPLE:
            client.ask("GET", path, who)
    course = client.ask("GET", "/courses/stations/1")["data"][0]["id"]
    client.ask("POST", f"/courses/{course}/enroll", "employee")
    for topic in range(1, 20):
        client.ask("PUT", f"/topics/{topic}/progress", "employee", {"completed": True})
    client.ask("PUT", "/users/me", "employee", {"language": "en"})
    client.ask("POST", "/groups", "teacher", {"name": f"Group {time.time_ns()}"})


def told(name: str, pid: int) -> None:
    rss, pss = memory_of(pid)
    print(f"| {name:<22} | {rss:>6.0f} | {pss:>6.0f} |", flush=True)


def children(pid: int) -> list[int]:
    return [int(child) for each in Path(f"/proc/{pid}/task").glob("*/children") for child in each.read_text().split()]


def main(atg: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        passwords = asyncio.run(fill(home))
        others = {name: value for name, value in os.environ.items() if not name.startswith("ATG_")}
        process = subprocess.Popen(
            [atg, "serve"], env=others | environment(home) | {"ATG_PORT": str(port)}, stderr=subprocess.DEVNULL
        )
        try:
            while not is_healthy(port):
                time.sleep(0.05)
            client = Client(port)
            print(f"| {'MiB':<22} | {'RSS':>6} | {'PSS':>6} |\n|{'-' * 24}|{'-' * 7}:|{'-' * 7}:|")
            time.sleep(REST_SECONDS)
            told("fresh", process.pid)
            client.sign_in(PEOPLE[0], passwords[PEOPLE[0]])
            time.sleep(REST_SECONDS)
            told("after a sign-in", process.pid)
            for who in PEOPLE[1:]:
                client.sign_in(who, passwords[who])
            paths = list(gets(client))
            for number in range(1, ROUNDS + 1):
                use(client, paths)
                told(f"after {number} x all routes", process.pid)
            for child in children(process.pid):
                told("its child", child)
            time.sleep(LONG_REST_SECONDS)
            told("a minute later", process.pid)
        finally:
            process.terminate()
            process.wait()
    print(f"\n{len(paths)} GET routes; statuses: {dict(client.statuses.most_common())}")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()))
