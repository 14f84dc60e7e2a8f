"""A client that notes each reply, asks again until it is acknowledged, and keeps the ledger."""

import asyncio
import time
from typing import Any, NamedTuple

import httpx

from tests.faults.ledger import Ledger
from tests.faults.world import Person

_SECONDS_TO_WAIT = 30
_SECONDS_BETWEEN_TRIES = 0.2


class Reply(NamedTuple):
    """`status`: 0 where the connection was lost. `at`, `seconds`: when it came, and after how long."""

    method: str
    path: str
    status: int
    at: float
    seconds: float
    has_retry_after: bool


def _still_runs(reply: httpx.Response) -> bool:
    """The first request with this key, whose client was told 503 already."""
    return reply.status_code == 409 and reply.json()["code"] == "still_running"


class NotAcknowledged(Exception):
    """The load ended before a write was acknowledged."""


class Client:
    """One of several that share `replies`, the ledger and their end."""

    def __init__(self, url: str, ledger: Ledger, replies: list[Reply], ends: asyncio.Event) -> None:
        self.ledger, self._replies, self._ends = ledger, replies, ends
        self._http = httpx.AsyncClient(base_url=url, timeout=_SECONDS_TO_WAIT)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self, method: str, path: str, by: Person | None = None, *, key: str | None = None, **request: Any
    ) -> httpx.Response | None:
        """None where the connection was lost. A refusal is an error of the load. `key`: for idempotency."""
        headers = (by.headers if by else {}) | ({"Idempotency-Key": key} if key else {})
        begun, reply = time.monotonic(), None
        try:
            reply = await self._http.request(method, path, headers=headers, **request)
        except httpx.TransportError:
            status, is_told = 0, False
        else:
            status, is_told = reply.status_code, "retry-after" in reply.headers
        now = time.monotonic()
        self._replies.append(Reply(method, path, status, now, now - begun, is_told))
        assert reply is None or status < 400 or status >= 500 or _still_runs(reply), f"{path}: {status} {reply.text}"
        return reply

    async def must(
        self, method: str, path: str, by: Person | None = None, *, key: str | None = None, **request: Any
    ) -> httpx.Response:
        """Asks again until it is acknowledged. Raises NotAcknowledged."""
        while True:
            reply = await self.ask(method, path, by, key=key, **request)
            if reply is not None and reply.is_success:
                return reply
            if self._ends.is_set():
                raise NotAcknowledged
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def write(
        self,
        what: tuple[str, str],
        method: str,
        path: str,
        by: Person | None = None,
        *,
        key: str | None = None,
        **request: Any,
    ) -> httpx.Response:
        """The same, for the ledger: `what` has its kind and key there."""
        try:
            reply = await self.must(method, path, by, key=key, **request)
        except NotAcknowledged:
            self.ledger.unsure[what] += 1
            raise
        self.ledger.acknowledged[what] += 1
        return reply
