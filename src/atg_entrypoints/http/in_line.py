"""Requests that are dear wait in line before anything is done for them."""

import asyncio
from collections.abc import Callable, Set
from http import HTTPStatus

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from atg_entrypoints.http.errors import PROBLEM_JSON, RETRY_SECONDS, problem


class InLine:
    """Lets in as many requests for some paths as there are places; hundreds at the same moment hold nobody else up.

    When one of those inside is told that a part of the service is away, those who wait by then are told so at once:
    each would find it out in its turn, after some seconds of its own.
    """

    def __init__(self, app: ASGIApp, paths: Set[str], places: Callable[[], asyncio.Semaphore]) -> None:
        self._app, self._paths, self._places = app, paths, places
        self._times_away = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].rstrip("/") not in self._paths:
            await self._app(scope, receive, send)
            return
        times_away = self._times_away
        async with self._places():
            if self._times_away == times_away:
                await self._app(scope, receive, self._noting(send))
                return
        await _send_away(send)

    def _noting(self, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
                self._times_away += 1
            await send(message)

        return noting


async def _send_away(send: Send) -> None:
    away = problem(HTTPStatus.SERVICE_UNAVAILABLE, "A part of the service is away, try again soon", code="unavailable")
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"retry-after", str(RETRY_SECONDS).encode())]
    await send({"type": "http.response.start", "status": away.status_code or 503, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(away.content), "more_body": False})
