"""Fixtures of the authorisation tests."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.authorisation.service_setup import settled
from tests.authorisation.world import World


class InTheWorld:
    """The fixtures `client` and `stocked` say over which database; it has nothing but the world."""

    @pytest.fixture
    def stocked_tables(self) -> dict[str, dict[Any, Any]]:
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def worlds(cls) -> Iterator[list[World]]:
        """The one that was made for the first of these tests."""
        made: list[World] = []
        yield made
        for world in made:
            world.kept.close()

    @pytest.fixture
    async def world(self, client: httpx.AsyncClient, stocked: Container, worlds: list[World]) -> AsyncIterator[World]:
        with settled(stocked):
            if worlds:
                yield worlds[0].moved_to(stocked, client)
            else:
                worlds.append(await World.make(stocked, client))
                yield worlds[0]
