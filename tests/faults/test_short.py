"""The short form, which runs with all tests: a few faults in half a minute. `make test-faults` is the whole suite."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.installation import Installation, kill
from tests.faults.parts import cache_hanging, database_hanging, database_stopped, store_stopped
from tests.faults.scenario import IN_FLIGHT, Stage, fault

pytestmark = pytest.mark.alone

_FAULTS: list[tuple[str, Callable[[Installation], AbstractContextManager[None]], set[int]]] = [
    ("cache", cache_hanging, set()),
    ("store", store_stopped, {503}),
    ("database", database_hanging, {503}),
    ("database", database_stopped, {503}),
]


async def test_what_was_acknowledged_among_faults_is_stored_and_once(stage: Stage) -> None:
    """5xx only while a part is away (502 for what a killed process had in flight), told by `/ready` and soon over."""
    installation, found = stage.installation, []
    async with stage.load() as (load, watch):
        for part, away, allowed in _FAULTS:
            async with fault(load, watch, away.__name__) as each:
                with away(installation):
                    await each.until_told(part)
            await each.until_over()
            found.append((each, allowed))
        async with fault(load, watch, "kill -9 of an API process and of the worker") as killed:
            kill(installation.apis[0])
            kill(installation.workers[0])
            installation.start_worker()
        await killed.until_over()
        await asyncio.to_thread(installation.start_api, 0)
        found.append((killed, IN_FLIGHT))
    for each, allowed in found:
        stage.settle(each, allowed=allowed)
    await stage.read_files(load)
    await stage.read_mails()
