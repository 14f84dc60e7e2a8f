"""State machines of laws, whose base stands in `tests/contracts`, over the database of a container."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.examples import examples


def hold_on_a_database(
    laws: type[RuleBasedStateMachine], database_url: str, *, steps: int, runs: int, **more: Any
) -> None:
    """Runs a machine with `container` and `run`, the same that runs over memory in the unit tests.

    `runs`: before they are made fewer by `examples`; `more`: further settings of the container.
    """
    runner = asyncio.Runner()
    made: Container = create_container(Settings(database_url=database_url, secret_key=SECRET, **more))

    class Machine(laws):  # type: ignore[misc, valid-type]
        container = made

        @staticmethod
        def run(work: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(work)

    with runner:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                stateful_step_count=steps,
                max_examples=examples(runs),
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(close(made))
