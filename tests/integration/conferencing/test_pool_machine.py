"""The state machine of the pool over PostgreSQL."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from dependency_injector import providers
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from atg_adapters.jobs.execution import WorkerSettings
from atg_adapters.sql.jobs import SqlJobQueue
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.account_pool import UNLIMITED
from tests.conftest import SECRET
from tests.contracts.conferencing.pool_machine import PoolMachine
from tests.examples import examples


def test_the_laws_of_the_pool_hold_on_postgresql(postgres_url: str) -> None:
    """The machine that runs over memory in the unit tests, with jobs that know its clock."""
    runner = asyncio.Runner()

    class PostgresPoolMachine(PoolMachine):
        container = create_container(Settings(database_url=postgres_url, secret_key=SECRET, **UNLIMITED))

        @staticmethod
        def run(work: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(work)

        def __init__(self) -> None:
            jobs = SqlJobQueue(self.container.database(), lambda: self.now, WorkerSettings())
            self.container.jobs.override(providers.Object(jobs))
            super().__init__()

    with runner:
        run_state_machine_as_test(
            PostgresPoolMachine,
            settings=settings(
                stateful_step_count=25, max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
        runner.run(close(PostgresPoolMachine.container))
