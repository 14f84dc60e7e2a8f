"""The upload quota when requests come at once, over two processes and one database."""

import asyncio
from collections import Counter

import httpx

from atg_core.identity.model import Role
from tests.arranging import rows_of
from tests.contracts.files.people import own
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.integration.server_pair import Pair, two_processes
from tests.people import PASSWORD, add_person

GIB = 1024**3
QUOTA = 10 * GIB


async def test_the_quota_of_a_day_holds_for_uploads_at_once(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        await add_person(container, "author", role=Role.INSTRUCTOR)
        author = bearer((await log_in(clients[0], username="author", password=PASSWORD))["token"])
        signed = await asyncio.gather(*(sign(clients[number % 2], number, 3 * GIB, author) for number in range(12)))
        assert Counter(reply.status_code for reply in signed) == {200: 3, 413: 9}
        [counter] = await rows_of(container, "upload_quotas")
        assert counter["bytes"] == 9 * GIB
        unsized = await asyncio.gather(*(sign(clients[number % 2], 20 + number, None, author) for number in range(4)))
        sent = await asyncio.gather(*(put(clients[number % 2], unsized[number]) for number in range(4)))
        assert {reply.status_code for reply in sent} == {200}, "what is left is enough for these"
        [counter] = await rows_of(container, "upload_quotas")
        assert counter["bytes"] == 9 * GIB + 4 * 1000
        assert (await sign(clients[1], 30, GIB, author)).status_code == 413


async def sign(client: httpx.AsyncClient, number: int, size: int | None, author: dict[str, str]) -> httpx.Response:
    body = {"key": f"lessons/{number}.pdf", "size": size}
    return await client.post("/files/presign-upload", json=body, headers=author)


async def put(client: httpx.AsyncClient, signed: httpx.Response) -> httpx.Response:
    body = signed.json()
    return await client.put(own(body["url"]), headers=body["headers"], content=b"x" * 1000)
