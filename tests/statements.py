"""Counts the statements that a request costs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from atg_adapters.sql.drivers import AiosqliteDriver, PsycopgDriver
from atg_adapters.sql.merging import Bound
from atg_adapters.sql.result import Result
from atg_adapters.sql.statements import CompiledStatement
from atg_entrypoints.container import Container


@contextmanager
def counted(container: Container) -> Iterator[list[str]]:
    """The statements that run meanwhile, without those that begin and end a transaction."""
    statements: list[str] = []
    driver = AiosqliteDriver if container.database().is_sqlite else PsycopgDriver
    run, run_many, run_together, commit = driver.run, driver.run_many, driver.run_together, driver.commit

    async def noted_run(self: Any, compiled: CompiledStatement, text: str, parameters: Sequence[Any]) -> Result:
        statements.append(text)
        return await run(self, compiled, text, parameters)

    async def noted_run_many(self: Any, text: str, parameters: Sequence[Sequence[Any]]) -> Result:
        statements.append(text)
        return await run_many(self, text, parameters)

    async def noted_run_together(self: Any, bound: Sequence[Bound]) -> list[Result]:
        if driver is PsycopgDriver:  # the other runs them one after the other
            statements.extend(text for _, text, _ in bound)
        return await run_together(self, bound)

    async def noted_commit(self: Any, bound: Sequence[Bound]) -> None:
        if driver is PsycopgDriver:
            statements.extend(text for _, text, _ in bound)
        await commit(self, bound)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "run", noted_run)
        patch.setattr(driver, "run_many", noted_run_many)
        patch.setattr(driver, "run_together", noted_run_together)
        patch.setattr(driver, "commit", noted_commit)
        yield statements
