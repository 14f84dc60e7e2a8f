"""Concurrency limit of the routes that hash a password."""

import asyncio
from collections.abc import Awaitable, Callable, Set
from http import HTTPStatus
from typing import cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from atg_core.concurrency_limit import Abandoned, ConcurrencyLimit, Overloaded
from atg_core.words import Words, phrase
from atg_entrypoints.http.errors import problem, problem_of
from atg_entrypoints.http.problem import ProblemResponse, send_problem

MAX_BODY_BYTES = 32 * 1024
"""Of these routes, since so many of their bodies wait in memory."""
_TOO_LARGE = phrase("The body is larger than 32 KB")

type Refuse = Callable[[HTTPScope, Send, ProblemResponse], Awaitable[None]]
"""How a refusal is told."""


class ConcurrencyLimitMiddleware:
    """A `POST` to some paths waits before anything is done for it, once its body is complete.

    Who leaves meanwhile is not served. When a request gets 503, all waiting requests get 503 at once, instead of each
    running into its own timeout. `refuse`: by default by problems.
    """

    def __init__(
        self,
        app: ASGIApp,
        paths: Set[str],
        limit: Callable[[], ConcurrencyLimit],
        words: Callable[[], Words],
        refuse: Refuse | None = None,
    ) -> None:
        self._app, self._paths, self._limit = app, paths, limit
        self._refuse = refuse or (lambda scope, send, reply: send_problem(scope, send, reply, words()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].rstrip("/") not in self._paths or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            body = await _whole_body(receive)
            await self._wait_and_serve(body, scope, receive, send)
        except Abandoned:
            return
        except _BodyTooLarge:
            await self._refuse(scope, send, problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE))
        except Overloaded as error:
            await self._refuse(scope, send, problem_of(error))

    async def _wait_and_serve(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit()
        await _acquire(limit, receive)
        try:
            await self._app(scope, _replaying(body, receive), _refusing_others(limit, send))
        finally:
            limit.release()


class _BodyTooLarge(Exception):
    pass


async def _whole_body(receive: Receive) -> bytes:
    """Raises Abandoned if the client leaves before its end."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Abandoned
        body += message["body"]
        if len(body) > MAX_BODY_BYTES:
            raise _BodyTooLarge
        if not message["more_body"]:
            return body


async def _acquire(limit: ConcurrencyLimit, receive: Receive) -> None:
    """After its body, all that can be received of a client is that it has left."""
    if not limit.is_reached:
        await limit.acquire()
        return
    left = asyncio.ensure_future(receive())
    try:
        await limit.acquire(left)
    finally:
        left.cancel()


def _replaying(body: bytes, receive: Receive) -> Receive:
    bodies = [body]

    async def replaying() -> HTTPReceiveMessage:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        return cast("HTTPReceiveMessage", await receive())

    return replaying


def _refusing_others(limit: ConcurrencyLimit, send: Send) -> Send:
    async def refusing(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
            limit.refuse_waiting()
        await send(message)

    return refusing
