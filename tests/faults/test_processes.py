"""Processes that are killed, and restarted one after another."""

import asyncio

import pytest

from tests.faults.installation import kill
from tests.faults.roles import everybody
from tests.faults.scenario import IN_FLIGHT, Stage

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_SECONDS_TO_NOTICE = 1.0


async def test_a_killed_process_loses_only_what_it_had_in_flight(stage: Stage) -> None:
    installation = stage.installation
    for number in range(2):
        async with stage.fault(f"kill -9 of an API process ({number + 1})", allowed=IN_FLIGHT) as fault:
            kill(installation.apis[number])
            await asyncio.sleep(3)
            await asyncio.to_thread(installation.start_api, number)
        lost = [reply for reply in stage.outcomes[-1].replies if reply.status in IN_FLIGHT]
        assert len(lost) <= len(everybody(stage.world))
        assert all(reply.at - fault.begun < _SECONDS_TO_NOTICE for reply in lost)


async def test_a_rolling_restart_loses_nothing(stage: Stage) -> None:
    installation = stage.installation
    async with stage.fault("rolling restart, twice", allowed=()):
        for number in (0, 1, 0, 1):
            installation.apis[number].process.terminate()
            assert await asyncio.to_thread(installation.apis[number].process.wait, 40) == 0
            await asyncio.to_thread(installation.start_api, number)


async def test_the_jobs_of_a_killed_worker_are_done_within_its_lease(stage: Stage) -> None:
    """Mails among them: each is sent, and none twice."""
    installation = stage.installation
    async with stage.fault("kill -9 of the worker", allowed=()):
        for _ in range(3):
            await asyncio.sleep(1.5)
            kill(installation.workers[0])
            installation.start_worker()
