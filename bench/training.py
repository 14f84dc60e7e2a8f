"""What a training department costs: `python -m bench.training`, with 20,000 people and 60 courses on PostgreSQL.

ATG_BENCH_DATABASE_URL names a server on which a database is made and dropped. Printed for each: seconds, statements,
and the peak memory of the process so far. Another number of people: `python -m bench.training 2000`.
"""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import psycopg

from atg_adapters.sql import schema
from atg_adapters.sql.drivers import PsycopgDriver
from atg_core.clock import utc_now
from atg_core.identity.model import Caller, Role
from atg_core.learning.audiences import Audience, AudienceKind, DueRule
from atg_core.learning.training_reports import LateOrder, LateQuery, PeopleQuery
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from bench.start import free_port, is_healthy

SERVER = os.environ.get("ATG_BENCH_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE, COURSES = "atg_bench_training", 60
SECRET, PASSWORD = "a secret of the benchmark, long enough", "correct horse battery staple"
ATG = str(Path(sys.executable).with_name("atg"))
PEOPLE = """
INSERT INTO stations (name, short_name) SELECT 'Станция ' || n, 'S' || n FROM generate_series(1, 20) n;
INSERT INTO users (id, username, full_name, role, origin)
    SELECT gen_random_uuid(), 'p' || n, 'Фамилия' || (n * 7919) % 10007 || ' Имя', 'user', 'import'
    FROM generate_series(1, {people}) n;
INSERT INTO user_profiles (id, department, position, station_id)
    SELECT id, 'Цех №' || ascii(right(username, 1)) % 10 * 10 + length(username), 'Должность ' || length(username),
        1 + (ascii(right(username, 1)) % 10)
    FROM users;
INSERT INTO courses (id, title, code)
    SELECT gen_random_uuid(), 'Курс ' || n, 'C' || n FROM generate_series(1, {courses}) n;
ANALYZE;
"""
ASSIGNED = """
INSERT INTO standing_assignments (id, code, course_id, audience, due_days)
    SELECT gen_random_uuid(), code, id, 'company', 30 FROM courses WHERE code <> 'C{courses}';
INSERT INTO obligations (user_id, course_id, assignment_id, since, due_at)
    SELECT users.id, course_id, standing_assignments.id, now(), now() + interval '30 days'
    FROM users CROSS JOIN standing_assignments;
INSERT INTO user_courses (id, user_id, course_id, by_assignment, due_at, created_at)
    SELECT gen_random_uuid(), user_id, course_id, true, due_at, now() FROM obligations;
INSERT INTO user_stats (user_id, active_courses) SELECT id, {courses} - 1 FROM users;
ANALYZE;
"""
"""As use cases leave it: all courses but one are assigned to the company."""
LATE = """
UPDATE obligations SET due_at = now() - interval '3 days'
    WHERE ('x' || right(user_id::text, 4))::bit(16)::int % 5 = 1;
ANALYZE;
"""
statements = 0


def count_statements() -> None:
    """Of the drivers, from now on."""

    def counting(method: Any, number: Callable[..., int]) -> Any:
        async def counted(self: Any, *given: Any) -> Any:
            global statements  # noqa: PLW0603 - one process, one counter
            statements += number(*given)
            return await method(self, *given)

        return counted

    driver: Any = PsycopgDriver
    driver.run = counting(driver.run, lambda *_: 1)
    driver.run_many = counting(driver.run_many, lambda *_: 1)
    driver.run_together = counting(driver.run_together, len)


async def told(name: str, work: Awaitable[Any]) -> Any:
    begun, before = time.perf_counter(), statements
    result = await work
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    took = time.perf_counter() - begun
    print(f"| {name} | {took:.2f} | {statements - before} | {peak} |", flush=True)
    return result


async def measure(container: Container, url: str, people: int) -> None:
    await schema.migrate(container.database())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PEOPLE.format(people=people, courses=COURSES))  # type: ignore[arg-type]
        connection.execute(ASSIGNED.format(courses=COURSES))  # type: ignore[arg-type]
        courses = [row[0] for row in connection.execute("SELECT id FROM courses ORDER BY length(code), code")]
        [[somebody]] = connection.execute("SELECT id FROM users WHERE username = 'p7'").fetchall()
        assignments, now = container.administer_assignments(), utc_now()
        company, rule = Audience(kind=AudienceKind.COMPANY), DueRule(due_days=30)
        print("| | s | statements | MiB at most |\n|---|---|---|---|")
        await told("a course assigned to the company", assignments.create(somebody, courses[-1], company, rule))
        connection.execute(LATE)
        await told("a night that puts the due dates of every fifth right", container.keep_obligations()())
        connection.execute("ANALYZE")
    await told("a night with nothing to do", container.keep_obligations()())
    admin = Caller(
        id=somebody, username="p7", role=Role.ADMIN, full_name=None, email=None, is_active=True, session_id=uuid4()
    )
    move = container.administer_users().change(admin, somebody, {"department": "Цех №98"})
    await told("a person who moves", move)
    reports, later = container.training_reports(), now + timedelta(days=1)
    late = LateQuery(people=PeopleQuery())
    await told("a page of who is late", reports.late(late, later, limit=20, offset=0))
    by_name = LateQuery(people=PeopleQuery(department="Цех №15"), order=LateOrder.NAME)
    await told("the same of a department, by name", reports.late(by_name, later, limit=20, offset=0))
    await told("a page of the matrix, 20 people", reports.matrix(PeopleQuery(), courses, limit=20, offset=0))
    await told("the last page", reports.matrix(PeopleQuery(), courses, limit=20, offset=people - 20))


def download(url: str) -> None:
    """Files as a client gets them, from `atg serve`, with the peak memory of that process."""
    port = free_port()
    environment = {**os.environ, "ATG_DATABASE_URL": url, "ATG_SECRET_KEY": SECRET, "ATG_PORT": str(port)}
    environment |= {"ATG_ADMIN_USERNAME": "root", "ATG_ADMIN_PASSWORD": PASSWORD, "ATG_LOG_LEVEL": "WARNING"}
    with subprocess.Popen([ATG, "serve"], env=environment) as server:
        try:
            while not is_healthy(port):
                time.sleep(0.1)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                credentials = {"username": "root", "password": PASSWORD}
                token = client.post("/auth/login", json=credentials).json()["token"]
                client.headers["authorization"] = f"Bearer {token}"
                print("\n| file | s | MiB | MiB of the server at most |\n|---|---|---|---|")
                for path in ("reports/late.csv", "reports/matrix.csv", "reports/matrix.xlsx"):
                    begun = time.perf_counter()
                    with client.stream("GET", f"/admin/{path}") as reply:
                        size = sum(len(part) for part in reply.iter_bytes())
                        took = time.perf_counter() - begun
                    print(f"| {path} ({reply.status_code}) | {took:.1f} | {size / 2**20:.1f} | {peak_of(server.pid)} |")
        finally:
            server.terminate()


def peak_of(pid: int) -> int:
    """MiB of resident memory at most (proc_pid_status(5))."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


async def fill_and_measure(url: str, people: int) -> None:
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    count_statements()
    try:
        await measure(container, url, people)
    finally:
        await close(container)


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    url = urlunsplit(urlsplit(SERVER)._replace(path=f"/{DATABASE}"))
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            asyncio.run(fill_and_measure(url, people))
            download(url)
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    main()
