"""Spans of statements, with their text, in which every value is a parameter."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from atg_adapters.sql.drivers import Driver
from atg_adapters.sql.merging import Bound
from atg_adapters.sql.result import Result, Row
from atg_adapters.sql.statements import CompiledStatement

type Child = Callable[[str, Mapping[str, str | int]], AbstractContextManager[None]]
"""A span inside of the current one: its name and attributes."""

_MOST_CHARACTERS = 2_000
"""Of a text: one with a long list of parameters would be mostly that."""


class TracedDriver:
    """`Driver`; what runs nothing is the other driver's."""

    def __init__(self, driver: Driver, child: Child) -> None:
        self._driver, self._child = driver, child

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    async def run(self, compiled: CompiledStatement, text: str, parameters: Sequence[Any]) -> Result:
        with self._statement(text):
            return await self._driver.run(compiled, text, parameters)

    async def run_together(self, bound: Sequence[Bound]) -> list[Result]:
        with self._together(bound):
            return await self._driver.run_together(bound)

    async def run_many(self, text: str, parameters: Sequence[Sequence[Any]]) -> Result:
        with self._statement(text, len(parameters)):
            return await self._driver.run_many(text, parameters)

    async def run_text(self, text: str) -> None:
        with self._statement(text):
            await self._driver.run_text(text)

    async def commit(self, bound: Sequence[Bound]) -> None:
        with self._together(bound, "COMMIT"):
            await self._driver.commit(bound)

    async def batches(
        self, compiled: CompiledStatement, text: str, parameters: Sequence[Any], size: int
    ) -> AsyncGenerator[Sequence[Row]]:
        """Without a span: it would be current in whatever runs between two batches."""
        async for batch in self._driver.batches(compiled, text, parameters, size):
            yield batch

    def _statement(self, text: str, times: int = 1) -> AbstractContextManager[None]:
        operation = text.split(None, 1)[0].upper()
        return self._child(operation, self._attributes(operation, text, times))

    def _together(self, bound: Sequence[Bound], last: str = "") -> AbstractContextManager[None]:
        texts = [text for _, text, _ in bound] + ([last] if last else [])
        if len(texts) == 1:
            return self._statement(texts[0])
        return self._child("BATCH", self._attributes("BATCH", "; ".join(texts), len(texts)))

    def _attributes(self, operation: str, text: str, size: int) -> Mapping[str, str | int]:
        """https://opentelemetry.io/docs/specs/semconv/database/database-spans/"""
        attributes: dict[str, str | int] = {
            "db.system.name": self._driver.dialect.name,
            "db.operation.name": operation,
            "db.query.text": text[:_MOST_CHARACTERS],
        }
        return attributes | {"db.operation.batch.size": size} if size > 1 else attributes
