"""A mixed load through nginx."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.faults.client import Client, NotAcknowledged, Reply
from tests.faults.ledger import Ledger
from tests.faults.roles import Role, everybody
from tests.faults.world import World

_SECONDS_OF_REST = 0.02


class Load:
    """`replies`: all that came. Each person waits for a reply before the next request, and rests a moment."""

    def __init__(self, url: str, world: World, ledger: Ledger) -> None:
        self._url, self._world, self.ledger = url, world, ledger
        self.replies: list[Reply] = []
        self._ends = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What has begun is finished at the end; what went wrong is raised."""
        async with asyncio.TaskGroup() as group:
            for role in everybody(self._world):
                group.create_task(self._act(role))
            try:
                yield
            finally:
                self._ends.set()

    async def _act(self, role: Role) -> None:
        client = Client(self._url, self.ledger, self.replies, self._ends)
        try:
            async for _ in role(client, self._world):
                if self._ends.is_set():
                    return
                await asyncio.sleep(_SECONDS_OF_REST)
        except NotAcknowledged:
            return
        finally:
            await client.close()

    async def wrong_files(self) -> list[str]:
        """The keys of acknowledged uploads that can not be read, or are not what was sent."""
        async with httpx.AsyncClient(base_url=self._url, timeout=30, headers=self._world.author.headers) as client:
            read = {key: (await client.get(f"/files/stream/{key}")).content for key in self.ledger.files}
        return [f"file {key}" for key, content in self.ledger.files.items() if read[key] != content]
