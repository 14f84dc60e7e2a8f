"""The caller cache in Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

import pytest
from redis.asyncio import Redis

from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.redis.client import connect
from tests.contracts.identity.caller_cache import CallerCacheContract, caller, remember, remembered
from tests.integration.running import free_port


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    client = connect(redis_server)
    yield client
    await client.aclose()


class TestRedisCallerCache(CallerCacheContract):
    @pytest.fixture
    def cache(self, redis: Redis) -> RedisCallerCache:
        return RedisCallerCache(redis)


async def test_what_is_remembered_ends_by_itself(redis: Redis) -> None:
    anna = caller()
    await remember(RedisCallerCache(redis), anna)
    assert 0 < await redis.ttl(f"atg:caller:{anna.session_id}") <= 60


async def test_redis_being_away_costs_nothing_but_speed() -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0")
    cache, anna = RedisCallerCache(away), caller()
    await remember(cache, anna)
    assert await remembered(cache, anna) is None
    await cache.drop(anna.id)
    await away.aclose()


async def test_a_drop_in_one_process_is_seen_by_the_next_request_of_another(redis: Redis, redis_server: str) -> None:
    """Also while both are busy: what is asked after a drop never shares a round trip that was begun before it."""
    other = connect(redis_server)
    one, two = RedisCallerCache(redis), RedisCallerCache(other)
    busy = [caller() for _ in range(50)]
    for someone in busy:
        await remember(one, someone)
    for anna in busy[:10]:
        noise = [asyncio.ensure_future(two.find(each.id, each.session_id)) for each in busy]
        await one.drop(anna.id)
        assert await remembered(two, anna) is None
        await asyncio.gather(*noise)
    assert await asyncio.gather(*(remembered(two, each) for each in busy[10:])) == busy[10:]
    await other.aclose()


@asynccontextmanager
async def _silent_server() -> AsyncIterator[str]:
    """Takes connections and never answers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


async def test_a_redis_that_hangs_is_waited_for_once_by_all_and_nothing_is_found() -> None:
    async with _silent_server() as url:
        hanging = connect(url)
        cache, begun = RedisCallerCache(hanging), perf_counter()
        people = [caller() for _ in range(20)]
        found = await asyncio.gather(*(cache.find(each.id, each.session_id) for each in people))
        assert found == [(None, "")] * 20
        assert perf_counter() - begun < 6
        await hanging.aclose()
