"""A crowd: as many connections as are wanted, each with one request after another."""

import asyncio
import time
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """`status`: 0 where the connection was lost."""

    status: int
    seconds: float
    has_retry_after: bool


async def crowd(url: str, paths: list[str], authorization: str, *, connections: int, seconds: float) -> list[Answer]:
    """What all of them were answered, who asked for one path after another for so long."""
    answers, until = list[Answer](), time.monotonic() + seconds
    heads = [f"GET {path} HTTP/1.1\r\nhost: atg\r\nauthorization: {authorization}\r\n\r\n".encode() for path in paths]
    place = urlsplit(url)

    async def ask(number: int) -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while (begun := time.monotonic()) < until:
            number += 1
            writer.write(heads[number % len(heads)])
            try:
                status, has_retry_after = await _reply(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                answers.append(Answer(0, time.monotonic() - begun, has_retry_after=False))
                break
            answers.append(Answer(status, time.monotonic() - begun, has_retry_after))
        writer.close()

    await asyncio.gather(*map(ask, range(connections)))
    return answers


async def _reply(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split()[1]), b"retry-after:" in head
