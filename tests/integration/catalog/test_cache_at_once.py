"""No reply of the catalog is older than a second after a write, whichever process wrote and whichever answers."""

import asyncio
import itertools
import time

import httpx
import sqlalchemy as sa

from atg_core.identity.model import Role
from tests.arranging import arrange
from tests.integration.command import Atg
from tests.integration.server_pair import Pair, two_processes
from tests.people import sign_in

STATION = {"short_name": "A", "name": "0"}
SECOND = 1.0


async def name_of(client: httpx.AsyncClient) -> int:
    return int((await client.get("/stations/1")).json()["station"]["name"])


async def anonymous_sees(client: httpx.AsyncClient, name: int, since: float) -> None:
    """Reads until a second has passed since the write: from then on all see it."""
    while time.monotonic() - since <= SECOND:
        assert await name_of(client) in {name - 1, name}
        await asyncio.sleep(0.05)
    assert await name_of(client) == name


async def test_a_write_is_seen_within_a_second_and_by_authors_at_once(pair: Pair) -> None:
    async with two_processes(pair) as (container, [first, second]):
        await arrange(container, stations=[STATION])
        headers = {"authorization": f"Bearer {await sign_in(first, container, 'author', role=Role.ADMIN)}"}
        del first.headers["authorization"]
        assert await name_of(first) == await name_of(second) == 0
        file = pair.home / "stations.csv"

        async def by_author(name: int) -> None:
            await first.put("/stations/1/update/", json={"name": str(name)}, headers=headers)

        async def by_import(name: int) -> None:
            file.write_text(f"short_name,name\nA,{name}\n", encoding="utf-8")
            imported = await asyncio.to_thread(Atg(pair.url, pair.home), "import", "stations", str(file))
            assert (imported.returncode, imported.stderr) == (0, "")

        async def by_hand(name: int) -> None:
            async with container.database().transaction() as connection:
                await connection.execute(sa.text(f"UPDATE stations SET name = '{name}'"))

        for name, write in enumerate((by_author, by_import, by_hand), start=1):
            await write(name)
            written_at = time.monotonic()
            for client in (second, first):
                reply = await client.get("/stations/1", headers=headers)
                assert reply.json()["station"]["name"] == str(name)
            await asyncio.gather(*(anonymous_sees(client, name, written_at) for client in (first, second)))


async def test_among_many_writes_no_reply_is_older_than_a_second(pair: Pair) -> None:
    async with two_processes(pair) as (container, clients):
        await arrange(container, stations=[STATION])
        written = [(time.monotonic(), 0)]
        until = written[0][0] + 4

        async def write() -> None:
            for name in itertools.count(1):
                async with container.database().transaction() as connection:
                    await connection.execute(sa.text(f"UPDATE stations SET name = '{name}'"))
                    await asyncio.sleep(0.02)
                written.append((time.monotonic(), name))
                if time.monotonic() > until:
                    return
                await asyncio.sleep(0.05)

        async def read(client: httpx.AsyncClient) -> None:
            while time.monotonic() < until + 1.5:
                begun = time.monotonic()
                oldest = max((name for at, name in written if at <= begun - SECOND), default=0)
                assert await name_of(client) >= oldest
                await asyncio.sleep(0.01)

        await asyncio.gather(write(), *(read(client) for client in clients for _ in range(2)))
        assert [await name_of(client) for client in clients] == [written[-1][1]] * 2
