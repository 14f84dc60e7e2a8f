"""Limits counted in the process."""

import pytest

from atg_adapters.limits.throttle import LimitsThrottle
from tests.contracts.throttle import ThrottleContract


class TestMemoryThrottle(ThrottleContract):
    @pytest.fixture
    def throttle(self) -> LimitsThrottle:
        return LimitsThrottle()
