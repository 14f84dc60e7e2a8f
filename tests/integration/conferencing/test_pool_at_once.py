"""Concurrent starts: capacity, idempotency and daily limits of the pool (P1, P2, P7)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from atg_adapters.sql.conferencing.pool import SqlPool
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.conferencing import conference_accounts, conference_leases, conference_places
from atg_core.conferencing.leasing import LeaseRequest, PendingLease
from atg_core.conferencing.model import EndReason, Lease
from atg_core.conferencing.ports import PoolExhausted
from atg_core.identity.model import Role
from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.account_pool import UNLIMITED
from tests.arranging import rows_of
from tests.conftest import SECRET
from tests.integration.server_pair import Pair, two_processes
from tests.people import account, begin_session

STARTS = {1: 40, 2: 40, 7: 60, 23: 60, 49: 100, 50: 200}
"""For pools of several sizes: how many lessons begin at the same moment."""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def planned(container: Container, teacher: UUID, number: int) -> list[int]:
    """Lessons of one teacher that are on now."""
    group = await container.edit_groups().add(Viewer(id=teacher), f"group-{uuid4()}")
    now = container.clock()()
    times = {"start_time": now, "end_time": now + timedelta(hours=1)}
    lesson = {"group_id": group.id, "teacher_id": teacher, "title": "x", **times}
    async with container.open_lessons()() as store:
        return [(await store.add_lesson(lesson, allow_overlap=True, now=now)).id for _ in range(number)]


async def planned_by(container: Container, teachers: list[UUID]) -> list[int]:
    """A lesson of each teacher that is on now."""
    group = await container.edit_groups().add(Viewer(id=teachers[0]), f"group-{uuid4()}")
    now = container.clock()()
    lesson = {"group_id": group.id, "title": "x", "start_time": now, "end_time": now + timedelta(hours=1)}
    async with container.open_lessons()() as store:
        lessons = [lesson | {"teacher_id": each} for each in teachers]
        return [(await store.add_lesson(each, allow_overlap=True, now=now)).id for each in lessons]


async def a_teacher(container: Container, name: str = "mentor") -> tuple[UUID, dict[str, str]]:
    teacher = account(name, role=Role.TEACHER)
    async with container.open_identity()() as store:
        await store.add_account(teacher)
    return teacher.user.id, {"Authorization": f"Bearer {await begin_session(container, teacher.user)}"}


async def have_places(container: Container, places: int, *, shared: bool = True) -> None:
    """That many are enabled; `shared`: half of them two to an account."""
    async with container.open_accounts()() as store:
        for row in await rows_of(container, "conference_accounts"):
            await store.change(row["id"], {"is_enabled": False}, container.clock()())
        twos = places // 4 if shared else 0
        capacities = [2] * twos + [1] * (places - 2 * twos)
        for number, capacity in enumerate(capacities):
            values = {"provider": "local", "label": f"{places}-{number}", "capacity": capacity}
            await store.add({**values, "is_enabled": True, "daily_limit": 100}, container.clock()())


async def start_all(
    clients: list[httpx.AsyncClient], lessons: list[int], headers: list[dict[str, str]]
) -> list[httpx.Response]:
    return await asyncio.gather(
        *(
            clients[number % len(clients)].post(f"/schedule/lessons/{lesson}/start", headers=headers[number])
            for number, lesson in enumerate(lessons)
        )
    )


async def end_all(container: Container) -> None:
    for lease in await rows_of(container, "conference_leases"):
        if lease["ended_at"] is None:
            async with container.open_pool()() as store:
                await store.release(lease["id"], EndReason.TEACHER, container.clock()())


async def deadlocks(container: Container) -> int:
    asking = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    [row] = await container.database().rows(asking)
    return int(row.deadlocks)


@pytest.mark.alone
async def test_as_many_start_as_there_are_places_and_the_others_are_refused_at_once(
    postgres_pair: Pair,
) -> None:
    """P1: up to 200 at once over two processes, for pools of several sizes; no deadlock."""
    async with two_processes(postgres_pair) as (container, clients):
        people = [await a_teacher(container, f"mentor-{number}") for number in range(max(STARTS.values()))]
        teachers, headers = [teacher for teacher, _ in people], [sent for _, sent in people]
        before, refused = await deadlocks(container), 0
        for places, starts in STARTS.items():
            await have_places(container, places)
            replies = await start_all(clients, await planned_by(container, teachers[:starts]), headers)
            assert Counter(reply.status_code for reply in replies) == {200: places, 429: starts - places}
            for reply in replies:
                if reply.status_code == 429:
                    assert reply.json()["code"] == "pool_exhausted"
                    assert int(reply.headers["retry-after"]) > 0
            live = [lease for lease in await rows_of(container, "conference_leases") if lease["ended_at"] is None]
            taken = Counter(lease["account_id"] for lease in live)
            capacity = {row["id"]: row["capacity"] for row in await rows_of(container, "conference_accounts")}
            assert all(number <= capacity[account_id] for account_id, number in taken.items())
            refused += starts - places
            assert len(await rows_of(container, "conference_refusals")) == refused
            await end_all(container)
        assert await deadlocks(container) == before


@pytest.mark.alone
async def test_of_twenty_lessons_that_one_teacher_starts_at_once_one_runs(postgres_pair: Pair) -> None:
    """Attack: the whole pool is taken by starts that do not count each other."""
    async with two_processes(postgres_pair) as (container, clients):
        teacher, headers = await a_teacher(container)
        await have_places(container, 20)
        lessons = await planned(container, teacher, 20)
        replies = await start_all(clients, lessons, [headers] * 20)
        assert Counter(reply.status_code for reply in replies) == {200: 1, 409: 19}
        running = {lesson for lesson, reply in zip(lessons, replies, strict=True) if reply.status_code == 200}
        assert {reply.json()["lesson_id"] for reply in replies if reply.status_code == 409} <= running


@pytest.mark.alone
async def test_one_lesson_has_one_meeting_however_often_it_is_started(postgres_pair: Pair) -> None:
    """P2."""
    async with two_processes(postgres_pair) as (container, clients):
        teacher, headers = await a_teacher(container)
        await have_places(container, 5)
        [lesson] = await planned(container, teacher, 1)
        replies = await start_all(clients, [lesson] * 20, [headers] * 20)
        assert {reply.status_code for reply in replies} == {200}
        assert len({reply.text for reply in replies}) == 1
        assert len(await rows_of(container, "conference_leases")) == 1


@pytest.fixture
async def container(database_url: str, tmp_path: Path) -> AsyncIterator[Container]:
    container = create_container(
        Settings(database_url=database_url, home=str(tmp_path), secret_key=SECRET, **UNLIMITED)
    )
    yield container
    await close(container)


async def test_in_one_process_too_as_many_start_as_there_are_places(container: Container) -> None:
    """Twenty at once, over every database, for pools of several sizes."""
    teacher, _ = await a_teacher(container)

    async def start(lesson: int) -> bool:
        try:
            await container.start_lesson()(lesson, teacher)
        except PoolExhausted:
            return False
        return True

    for places in (1, 2, 3, 5, 8, 13, 20):
        await have_places(container, places)
        started = await asyncio.gather(*map(start, await planned(container, teacher, 20)))
        assert sum(started) == places
        await end_all(container)


async def test_of_two_that_want_the_last_meeting_of_a_day_one_goes_to_another_account(container: Container) -> None:
    """P7: a hundred were made; each account has room for two lessons."""
    teacher, _ = await a_teacher(container)
    now = container.clock()()
    async with container.open_accounts()() as store:
        for label, made in (("full", 99), ("fresh", 0)):
            values = {"provider": "local", "label": label, "capacity": 2, "is_enabled": True, "daily_limit": 100}
            await store.add({**values, "made": made, "made_on": now.date()}, now)
    full, fresh = (row["id"] for row in await rows_of(container, "conference_accounts"))
    lessons = await planned(container, teacher, 4)
    started = await asyncio.gather(
        *(container.start_lesson()(lesson, teacher) for lesson in lessons), return_exceptions=True
    )
    assert sum(isinstance(each, PoolExhausted) for each in started) == 1
    leases = Counter(lease["account_id"] for lease in await rows_of(container, "conference_leases"))
    assert leases == {full: 1, fresh: 2}


@pytest.mark.alone
async def test_fifty_who_ask_at_once_have_a_lease_in_under_ten_times_what_one_alone_needs(postgres_url: str) -> None:
    """From asking for it until it is theirs, by the 99th percentile; alone and at once in turn, on a warm process."""
    container = create_container(Settings(database_url=postgres_url, secret_key=SECRET, **UNLIMITED))
    teacher, _ = await a_teacher(container)
    await have_places(container, 60)
    lessons = await planned(container, teacher, 50)
    take, alone, at_once = container.start_lesson().lease_account, list[float](), list[float]()

    async def timed(lesson: int) -> float:
        begun = perf_counter()
        assert isinstance(await take(LeaseRequest(lesson_id=lesson, teacher_id=teacher)), PendingLease)
        return (perf_counter() - begun) * 1000

    for number in range(45):
        at_once += await asyncio.gather(*map(timed, lessons))
        await give_all_back(container)
        alone += [await timed(lesson) for lesson in lessons[:10]]
        await give_all_back(container)
        if number == 4:
            alone, at_once = [], []
    await close(container)
    assert _p99(at_once) < 10 * _p99(alone), f"{_p99(at_once):.1f} ms at once, {_p99(alone):.1f} ms alone"


async def give_all_back(container: Container) -> None:
    """As if the day had only begun."""
    async with container.database().transaction() as connection:
        await connection.execute(sa.update(conference_places).values(lease_id=None))
        await connection.execute(sa.delete(conference_leases))
        await connection.execute(sa.update(conference_accounts).values(made=0))


@pytest.mark.alone
async def test_whoever_takes_a_lease_waits_for_nobody(postgres_url: str) -> None:
    """With 49 others about to take one, in transactions that have not ended, it takes under ten times as long."""
    database = Database(postgres_url, pool_size=60)
    container = create_container(Settings(database_url=postgres_url, secret_key=SECRET, **UNLIMITED))
    teacher, _ = await a_teacher(container)
    await have_places(container, 60, shared=False)
    lessons = iter(await planned(container, teacher, 300))
    alone = [await _taken(database, next(lessons)) for _ in range(100)]
    async with AsyncExitStack() as others:
        for _ in range(49):
            connection = await others.enter_async_context(database.transaction())
            await _take(SqlPool(connection), next(lessons))
        among = [await _taken(database, next(lessons)) for _ in range(100)]
    await close(container)
    await database.close()
    assert _p99(among) < 10 * _p99(alone), f"{_p99(among):.1f} ms among others, {_p99(alone):.1f} ms alone"


async def _taken(database: Database, lesson: int) -> float:
    """In how many milliseconds; it is given back then."""
    begun = perf_counter()
    async with database.transaction() as connection:
        lease = await _take(SqlPool(connection), lesson)
    milliseconds = (perf_counter() - begun) * 1000
    async with database.transaction() as connection:
        await SqlPool(connection).release(lease.id, EndReason.TEACHER, NOON)
    return milliseconds


async def _take(pool: SqlPool, lesson: int) -> Lease:
    await pool.lesson(lesson)
    assert await pool.find_lease(lesson) is None
    lease = Lease(
        id=uuid4(),
        account_id=None,
        lesson_id=lesson,
        meeting_id=None,
        meeting_uuid=None,
        leased_at=NOON,
        making_until=NOON,
        expires_at=NOON,
    )
    return (await pool.claim_accounts([lease]))[lesson][0]


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99) - 1]
