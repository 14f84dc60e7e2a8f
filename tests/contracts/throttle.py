"""What every `Throttle` promises."""

import asyncio
from uuid import uuid4

import pytest

from atg_core.errors import TooMany
from atg_core.throttling import Limit, Throttle


class ThrottleContract:
    """Run by every adapter: the fixture `throttle` says which."""

    async def test_a_limit_lets_through_as_many_as_it_says(self, throttle: Throttle) -> None:
        limit, key = Limit(name="test", most=3), uuid4().hex
        taken = [await throttle.take(limit, key) for _ in range(5)]
        assert [allowance.allowed for allowance in taken] == [True, True, True, False, False]
        assert [allowance.remaining for allowance in taken] == [2, 1, 0, 0, 0]
        assert all(0 < allowance.reset_in <= 60 for allowance in taken)
        with pytest.raises(TooMany) as refused:
            taken[-1].require()
        assert 1 <= refused.value.retry_after <= 60

    async def test_a_limit_may_be_one_of_an_hour(self, throttle: Throttle) -> None:
        limit, key = Limit(name="test", most=1, minutes=60), uuid4().hex
        taken = [await throttle.take(limit, key) for _ in range(2)]
        assert [allowance.allowed for allowance in taken] == [True, False]
        assert all(3500 < allowance.reset_in <= 3600 for allowance in taken)

    async def test_looking_takes_nothing(self, throttle: Throttle) -> None:
        limit, key = Limit(name="test", most=1), uuid4().hex
        assert all([(await throttle.look(limit, key)).allowed for _ in range(5)])
        await throttle.take(limit, key)
        assert not (await throttle.look(limit, key)).allowed

    async def test_keys_and_limits_do_not_know_each_other(self, throttle: Throttle) -> None:
        limit, key = Limit(name="test", most=1), uuid4().hex
        await throttle.take(limit, key)
        assert (await throttle.take(limit, uuid4().hex)).allowed
        assert (await throttle.take(Limit(name="other", most=1), key)).allowed

    async def test_of_many_at_once_no_more_get_through(self, throttle: Throttle) -> None:
        limit, key = Limit(name="test", most=7), uuid4().hex
        taken = await asyncio.gather(*(throttle.take(limit, key) for _ in range(50)))
        assert sum(allowance.allowed for allowance in taken) == 7
