"""The refresh token state machine in memory."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings

from atg_entrypoints.container import create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.contracts.identity.refresh_token_machine import RefreshMachine
from tests.examples import examples


class MemoryRefreshMachine(RefreshMachine):
    container = create_container(Settings(database_url="memory://", secret_key=SECRET))

    @staticmethod
    def run(work: Any) -> Any:
        """Nothing in memory waits for anything, so that a coroutine runs to its end at once."""
        return asyncio.run(work)


class HonestRefreshMachine(MemoryRefreshMachine):
    thieves = False


STEPS = settings(
    stateful_step_count=300, max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck)
)
TestWithThieves = MemoryRefreshMachine.TestCase
TestWithThieves.settings = STEPS
TestHonestClients = HonestRefreshMachine.TestCase
TestHonestClients.settings = STEPS
