"""Files of deleted stations, which do not stay public (spec: catalog-learning, admin pages)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from atg_core.jobs.model import Arguments

DELETE_STATION_FILES = "delete_station_files"
LATE_UPLOADS = timedelta(days=8)
"""After this nothing arrives any more that was signed before the station was deleted: a signature lasts seven days."""


class StationObjects(Protocol):
    """The objects of the store."""

    def below(self, prefix: str) -> AsyncIterator[list[str]]:
        """The keys of all objects below, page by page."""

    async def delete(self, key: str) -> None:
        """Does nothing for what is no valid key, or absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStationFiles:
    """The job `delete_station_files`. What any record still names stays, as it stays public there.

    `named_keys`: those of the keys that records name.
    """

    station_objects: StationObjects
    named_keys: Callable[[Collection[str]], Awaitable[set[str]]]
    public_prefixes: tuple[str, ...]

    def arguments(self, station_id: int, keys: Collection[str]) -> Arguments:
        """`keys`: that the station's records named; of those elsewhere, the public ones are the station's too."""
        bare = {key.removeprefix("/") for key in keys}
        elsewhere = {key for key in bare if key.startswith(self.public_prefixes)}
        folder = _folder(station_id)
        return {"station_id": station_id, "keys": sorted(key for key in elsewhere if not key.startswith(folder))}

    async def __call__(self, arguments: Arguments) -> None:
        """Raises what the store and the database raise when they are away."""
        await self._delete(arguments["keys"])
        async for keys in self.station_objects.below(_folder(arguments["station_id"])):
            await self._delete(keys)

    async def _delete(self, keys: Collection[str]) -> None:
        if keys:
            for key in sorted(set(keys) - await self.named_keys(keys)):
                await self.station_objects.delete(key)


def _folder(station_id: int) -> str:
    """Where the frontend keeps the uploads of a station."""
    return f"stations/{station_id}/"
