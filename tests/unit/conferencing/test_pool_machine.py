"""The state machine of the pool over memory."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from atg_entrypoints.container import create_container
from atg_entrypoints.settings import Settings
from tests.account_pool import UNLIMITED
from tests.conftest import SECRET
from tests.contracts.conferencing.pool_machine import PoolMachine
from tests.examples import examples


def test_the_laws_of_the_pool_hold_in_memory() -> None:
    runner = asyncio.Runner()

    class MemoryPoolMachine(PoolMachine):
        container = create_container(Settings(database_url="memory://", secret_key=SECRET, **UNLIMITED))

        @staticmethod
        def run(work: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(work)

        def teardown(self) -> None:
            super().teardown()
            self.container.database().tables.clear()

    with runner:
        run_state_machine_as_test(
            MemoryPoolMachine,
            settings=settings(
                stateful_step_count=30,
                max_examples=examples(40),
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
