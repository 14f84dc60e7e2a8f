"""The round of a day for a large company: `python -m bench.notices [PEOPLE COURSES]`, by default 20,000 and 60.

On a PostgreSQL server of its own (without fsync). Everybody has every course: a tenth is late, a twentieth each is due
today, within 3 days and within 14 days, and the rest later. Printed are seconds, statements (without those of the job
queue) and rows of the round, of the same round again, and of the delivery, without sending, and the most that the
process held (MiB).
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from dependency_injector import providers

from atg_adapters.sql.tables.notices import notice_rounds, notices
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from atg_entrypoints.startup import prepare
from tests.statements import counted
from tests.throwaway_postgres import throwaway_postgres

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PEOPLE = """
INSERT INTO users (id, username, password_hash, email, role, is_active, origin, created_at, updated_at)
SELECT md5('person' || n)::uuid, 'person' || n, 'x', 'person' || n || '@example.com', 'user', true, 'import', now(),
    now()
FROM generate_series(1, {people}) n
"""
_PROFILES = "INSERT INTO user_profiles (id) SELECT id FROM users"
_COURSES = """
INSERT INTO courses (id, title, level, is_active, created_at, updated_at)
SELECT md5('course' || n)::uuid, 'Курс ' || n, 'x', true, now(), now() FROM generate_series(1, {courses}) n
"""
_ENROLLMENTS = """
INSERT INTO user_courses (id, user_id, course_id, due_at)
SELECT gen_random_uuid(), u.id, c.id, timestamptz '2026-03-02 09:00Z' +
    CASE (hashtext(u.id::text || c.id::text) & 1023) % 20
        WHEN 0 THEN interval '-1 day'
        WHEN 1 THEN interval '-9 days'
        WHEN 2 THEN interval '5 hours'
        WHEN 3 THEN interval '2 days'
        WHEN 4 THEN interval '9 days'
        ELSE interval '40 days'
    END
FROM users u CROSS JOIN courses c
"""


async def fill(container: Container, people: int, courses: int) -> None:
    async with container.database().transaction() as connection:
        for text in (_PEOPLE, _PROFILES, _COURSES, _ENROLLMENTS, "ANALYZE"):
            await connection.execute_text(text.format(people=people, courses=courses))


async def measured(name: str, container: Container, work: Callable[[], Awaitable[Any]]) -> None:
    with counted(container) as statements:
        begun = time.perf_counter()
        await work()
        seconds = time.perf_counter() - begun
    [row] = await container.database().rows(sa.select(sa.func.count()).select_from(notices))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {seconds:.1f} s, {len(statements)} statements, {row[0]} notices, {held} MiB at most")


async def main(people: int, courses: int) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(throwaway_postgres())
        home = stack.enter_context(tempfile.TemporaryDirectory())
        settings = Settings(database_url=url, home=home, secret_key="a key for measuring alone, of 32 bytes")
        container = create_container(settings)
        await prepare(container)
        container.clock.override(providers.Object(lambda: NOW))
        await fill(container, people, courses)
        await measured("round", container, container.tell_due())
        await forget_round(container)
        await measured("the same again", container, container.tell_due())
        await measured("delivery", container, container.deliver_notices())
        await close(container)


async def forget_round(container: Container) -> None:
    async with container.database().transaction() as connection:
        await connection.execute(sa.delete(notice_rounds))


if __name__ == "__main__":
    asyncio.run(main(*(int(each) for each in sys.argv[1:] or ("20000", "60"))))
