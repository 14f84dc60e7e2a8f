"""The connections of a process to Redis are bounded, and an outage is told once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import ResponseError

from atg_adapters.redis.client import MOST_CONNECTIONS, Client, connect
from atg_adapters.redis.events import RedisEvents
from atg_adapters.redis.outage import Outage
from atg_adapters.redis.pool import BoundedPool, RedisBusy
from atg_adapters.redis.rate_limit import RedisRateLimiter
from atg_core.events import MISSED
from atg_core.rate_limit import RateLimit
from tests.integration.running import free_port
from tests.logs import logged


@asynccontextmanager
async def client(url: str, **options: Any) -> AsyncIterator[Client]:
    opened = connect(url, **options)
    try:
        yield opened
    finally:
        await opened.aclose()


async def test_many_callers_at_once_take_no_more_connections_than_the_pool_has(redis_server: str) -> None:
    name = f"atg-test-{uuid4().hex}"
    url = f"{redis_server}?client_name={name}"
    async with client(url) as redis, client(redis_server) as other:
        most = 0

        async def look() -> None:
            nonlocal most
            while True:
                most = max(most, sum(each["name"] == name for each in await other.client_list()))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        asked = (redis.echo(str(n)) for n in range(1_000))
        replies = await asyncio.gather(*asked, return_exceptions=True)
        looking.cancel()
        left = sum(each["name"] == name for each in await other.client_list())
    for n, reply in enumerate(replies):  # on a busy machine some wait in vain
        assert reply == b"%d" % n or isinstance(reply, RedisBusy)
    assert 1 < most <= MOST_CONNECTIONS
    assert left <= MOST_CONNECTIONS


async def test_who_finds_no_connection_free_is_told_soon_and_goes_on_without(redis_server: str) -> None:
    async with client(redis_server, max_connections=1) as redis:
        waiting = asyncio.create_task(redis.blpop([f"atg:test:{uuid4().hex}"], timeout=0))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        while not redis.connection_pool._in_use_connections:
            await asyncio.sleep(0)
        begun = perf_counter()
        with pytest.raises(RedisBusy):
            await redis.ping()
        allowance = await RedisRateLimiter(redis).hit(RateLimit(name="test", max_hits=1), uuid4().hex)
        assert perf_counter() - begun < 2
        assert allowance.allowed, "counted in the process"
        assert redis.outage.failures["busy"] == 2
        await redis.outage.check()  # on a connection of its own: busy is not away
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await redis.ping(), "the connection of a command that was cancelled is given back"


async def test_a_connection_that_could_not_be_made_leaves_its_place() -> None:
    pool = BoundedPool.from_url(f"redis://127.0.0.1:{free_port()}/0", max_connections=2, seconds_to_wait=0.1)
    for _ in range(5):
        with pytest.raises(NotConnected) as raised:
            await pool.get_connection()
        assert not isinstance(raised.value, RedisBusy)
    await pool.aclose()


async def test_what_the_server_refuses_is_counted_and_is_no_outage(redis_server: str) -> None:
    async with client(redis_server) as redis:
        key = f"atg:test:{uuid4().hex}"
        await redis.set(key, "no number", ex=10)
        with logged() as lines, pytest.raises(ResponseError):
            await redis.incr(key)
        assert redis.outage.failures == {"away": 0, "busy": 0, "refused": 1}
    assert lines == []


class Answering(Redis):
    """A server that is away until it is told otherwise."""

    is_there = False

    async def ping(self, **_: Any) -> bool:  # type: ignore[override]
        if not self.is_there:
            raise NotConnected("away")
        return True


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_an_outage_is_told_when_it_begins_and_when_it_is_over_however_many_ask() -> None:
    redis = Answering()
    outage = Outage(redis, pause=0.01, quiet=0.05)
    with logged() as lines:
        for _ in range(100):
            outage.noticed(NotConnected("away"))
            await asyncio.sleep(0)
        assert [line["log_level"] for line in lines] == ["warning"]
        redis.is_there = True
        await until(lambda: len(lines) == 2)
        outage.noticed(NotConnected("away"))
        assert len(lines) == 3, "the next one is told again"
    assert [line["event"] for line in lines[:2]] == [
        "Redis is not answering, going on without it",
        "Redis is answering again",
    ]
    assert lines[1]["failures"] == 100
    await outage.close()


@pytest.mark.parametrize(
    "asking",
    [
        lambda redis: RedisEvents(redis).deliver(MISSED, [uuid4()]),
        lambda redis: RedisRateLimiter(redis).hit(RateLimit(name="test", max_hits=1), "key"),
    ],
    ids=["events", "limits"],
)
async def test_what_goes_on_without_redis_says_nothing_of_its_own(asking: Callable[[Client], Awaitable[Any]]) -> None:
    async with client(f"redis://127.0.0.1:{free_port()}/0") as away:
        with logged() as lines:
            for _ in range(3):
                await asking(away)
        assert [line["event"] for line in lines] == ["Redis is not answering, going on without it"]
        assert away.outage.failures["away"] == 3
