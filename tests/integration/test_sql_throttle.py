"""Limits counted in the database, on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from atg_adapters.sql.database import Database
from atg_adapters.sql.throttle import SqlThrottle
from atg_core.clock import utc_now
from atg_core.throttling import Limit, Throttle
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.throttle import ThrottleContract


class TestSqlThrottle(ThrottleContract):
    @pytest.fixture
    def throttle(self, container: Container) -> Throttle:
        throttle: Throttle = container.sign_in_throttle()
        return throttle


async def test_a_minute_later_the_count_begins_anew_and_what_is_over_is_forgotten(container: Container) -> None:
    now = utc_now()
    throttle = SqlThrottle(container.database(), lambda: now)
    limit = Limit(name="test", most=2)
    for key in ("a", "b", "b", "b"):
        await throttle.take(limit, key)
    assert not (await throttle.look(limit, "b")).allowed
    now += timedelta(seconds=59)
    assert not (await throttle.look(limit, "b")).allowed
    now += timedelta(seconds=1)
    assert (await throttle.look(limit, "b")).allowed
    assert (await throttle.take(limit, "b")).remaining == 1
    assert len(await rows_of(container, "throttle_counters")) == 1


async def test_an_hour_later_the_count_of_an_hour_begins_anew(container: Container) -> None:
    now = utc_now()
    throttle = SqlThrottle(container.database(), lambda: now)
    limit = Limit(name="test", most=1, minutes=60)
    await throttle.take(limit, "a")
    now += timedelta(minutes=59, seconds=59)
    assert not (await throttle.look(limit, "a")).allowed
    now += timedelta(seconds=1)
    assert (await throttle.take(limit, "a")).allowed


async def test_processes_that_share_a_database_share_the_limits(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    limit, key = Limit(name="test", most=7), uuid4().hex
    throttles = [SqlThrottle(one, utc_now), SqlThrottle(two, utc_now)] * 20
    taken = await asyncio.gather(*(throttle.take(limit, key) for throttle in throttles))
    assert sum(allowance.allowed for allowance in taken) == 7
    await asyncio.gather(one.close(), two.close())
