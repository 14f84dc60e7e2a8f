"""What the catalog shows, kept by the process until the catalog changes (docs/decisions/0033)."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sized

from atg_core.catalog.ports import CatalogVersion

SHOWN_TABLES = (
    "stations",
    "station_gas_supply_sources",
    "station_equipment",
    "station_specifications",
    "station_safety_systems",
    "station_safety_system_features",
    "station_photos",
    "station_documents",
    "courses",
    "course_prerequisites",
    "course_programs",
    "course_program_learning_outcomes",
    "course_program_requirements",
    "course_program_target_audience",
    "lessons",
    "topics",
    "topic_files",
    "lesson_tests",
    "final_tests",
)
"""A write to any of these changes the version of the catalog, which makes everything in the cache stale."""

_MAX_AGE_SECONDS = 1.0
_MAX_BYTES = 16 * 1024 * 1024


class CatalogCache[Value: Sized]:
    """An LRU cache of values by key; none is older than a second after a write of any process.

    The version is asked for at most once a second, before what is then kept under it is read: a value can be newer
    than its version, never older. Concurrent callers share a question and a load (single flight).

    `monotonic`: a monotonic clock in seconds.
    """

    def __init__(
        self,
        catalog_version: CatalogVersion,
        *,
        max_bytes: int = _MAX_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalog_version, self._max_bytes, self._monotonic = catalog_version, max_bytes, monotonic
        self._version: str | None = None
        self._asked_at = float("-inf")
        self._question: asyncio.Task[None] | None = None
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._bytes = 0
        self._loads: dict[tuple[str | None, Hashable], asyncio.Task[Value]] = {}

    async def get(self, key: Hashable, load: Callable[[], Awaitable[Value]]) -> Value:
        """The value of this version, loaded if it is not there. Raises what `load` raises, which is not kept."""
        oldest = self._monotonic() - _MAX_AGE_SECONDS
        while self._asked_at < oldest:
            if self._question is None:
                self._question = asyncio.create_task(self._ask())
            await asyncio.shield(self._question)
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
            return value
        flight = self._version, key
        if flight not in self._loads:
            self._loads[flight] = asyncio.create_task(self._load(self._version, key, load))
        return await asyncio.shield(self._loads[flight])

    async def _ask(self) -> None:
        try:
            now = self._monotonic()
            version = await self._catalog_version.current()
            if version != self._version:
                self._values.clear()
                self._version, self._bytes = version, 0
            self._asked_at = now
        finally:
            self._question = None

    async def _load(self, version: str | None, key: Hashable, load: Callable[[], Awaitable[Value]]) -> Value:
        try:
            value = await load()
        finally:
            del self._loads[version, key]
        if version is not None and version == self._version and len(value) <= self._max_bytes:
            self._keep(key, value)
        return value

    def _keep(self, key: Hashable, value: Value) -> None:
        self._values[key] = value
        self._bytes += len(value)
        while self._bytes > self._max_bytes:
            _, dropped = self._values.popitem(last=False)
            self._bytes -= len(dropped)
