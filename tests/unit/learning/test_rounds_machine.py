"""The machine of rounds over memory."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings

from atg_entrypoints.container import create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.contracts.learning.rounds_machine import RoundsMachine
from tests.examples import examples


class MemoryRoundsMachine(RoundsMachine):
    container = create_container(Settings(database_url="memory://", secret_key=SECRET))

    @staticmethod
    def run(work: Any) -> Any:
        """Nothing in memory waits for anything, so that a coroutine runs to its end at once."""
        return asyncio.run(work)

    def teardown(self) -> None:
        self.container.database().tables.clear()


TestRounds = MemoryRoundsMachine.TestCase
TestRounds.settings = settings(
    stateful_step_count=25, max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck)
)
