"""A fast client that guesses passwords over persistent connections."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import chain, cycle, islice
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tests.people import PASSWORD

WRONG = "wrong password"


class Answer(NamedTuple):
    """`retry_after`: seconds, 0 without the header; `cookie`: that of the device; `seconds`: from request to reply."""

    status: int
    body: bytes
    retry_after: int
    cookie: str
    seconds: float


class Guesser:
    """One connection to a server that trusts it as a proxy, so that each try comes from the address it names."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str) -> AsyncIterator[Self]:
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()
            await writer.wait_closed()

    async def sign_in(
        self, username: str, password: str = PASSWORD, *, address: str, cookie: str = "", path: str = "/auth/login"
    ) -> Answer:
        """`address`: what X-Forwarded-For says."""
        body = json.dumps({"username": username, "password": password}).encode()
        lines = [
            *(f"POST {path} HTTP/1.1", "host: atg", "content-type: application/json", f"x-forwarded-for: {address}"),
            *(f"content-length: {len(body)}", *([f"cookie: {cookie}"] if cookie else []), "", ""),
        ]
        begun = time.perf_counter()
        self._writer.write("\r\n".join(lines).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        told = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(
            status=int(head[0].split()[1]),
            body=told,
            retry_after=int(headers.get("retry-after", 0)),
            cookie=headers.get("set-cookie", "").partition(";")[0],
            seconds=time.perf_counter() - begun,
        )


async def guess(
    urls: Sequence[str], username: str, *, addresses: Sequence[str], tries: int, connections: int = 8
) -> list[Answer]:
    """So many wrong passwords for one account, from each address in turn, to each server in turn."""
    turns = iter(range(tries))

    async def go_on(guesser: Guesser) -> list[Answer]:
        return [await guesser.sign_in(username, WRONG, address=addresses[turn % len(addresses)]) for turn in turns]

    async with AsyncExitStack() as stack:
        places = islice(cycle(urls), connections)
        guessers = [await stack.enter_async_context(Guesser.at(place)) for place in places]
        return list(chain(*await asyncio.gather(*map(go_on, guessers))))
