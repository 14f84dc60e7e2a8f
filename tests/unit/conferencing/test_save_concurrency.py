"""The concurrency limit of saving meetings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from atg_core.conferencing.ports import ConferenceProviderFailed, Pool
from atg_entrypoints.container import Container
from tests.account_pool import pooled
from tests.contracts.conferencing.faulty_provider import Fault


@pytest.mark.parametrize("fault", [None, Fault.FAILS])
async def test_no_more_save_at_once_than_the_gate_lets_through(container: Container, fault: Fault | None) -> None:
    """The same limit holds for releases after a failure."""
    with pooled(container) as pool:
        await pool.begin()
        await pool.account(capacity=20)
        inside = most = 0

        @asynccontextmanager
        async def open_store() -> AsyncIterator[Pool]:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)  # as a database lets others go on
            async with container.open_pool()() as store:
                yield store
            inside -= 1

        start = replace(container.start_lesson(), open=open_store, gate=asyncio.Semaphore(3))
        create = pool.provider.create

        async def fail(*args: object) -> object:
            pool.provider.fault = fault
            return await create(*args)  # type: ignore[arg-type]

        pool.provider.create = fail  # type: ignore[assignment,method-assign]
        lessons = [await pool.lesson() for _ in range(20)]
        told = await asyncio.gather(*(start(lesson, pool.teacher.id) for lesson in lessons), return_exceptions=True)
        assert {isinstance(each, ConferenceProviderFailed) for each in told} == {fault is not None}
        assert len(await pool.leases()) == (0 if fault else 20)
        assert most == 3
