"""Changes that a signed-in person's pages hear of, as server-sent events (HTML Living Standard, section 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from litestar.types import ASGIApp, HTTPResponseStartEvent, Receive, Scope, Send
from msgspec import json

from atg_core.clock import Clock
from atg_core.errors import AtgError
from atg_core.events import Event, EventSubscriptions, Subscription, SubscriptionsEnded
from atg_core.identity.authentication import Authenticate
from atg_core.identity.model import Caller
from atg_core.identity.ports import AccessClaims
from atg_entrypoints.http.policy import SIGNED_IN, bearer_token

HEARTBEAT_SECONDS = 20.0
"""Shorter than proxies wait for a byte (nginx: 60 s)."""
_SEND_SECONDS = 10.0
"""Who has not read what was sent by then is dropped."""
_RETRY_MS = 2000
_MEDIA_TYPE = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_START: HTTPResponseStartEvent = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (name.lower().encode(), value.encode()) for name, value in {"Content-Type": _MEDIA_TYPE, **_HEADERS}.items()
    ],
}

type StillSignedIn = Callable[[], Awaitable[bool]]


class EventStream(Response[None]):
    """Ends with the session, the access token, or the process; the browser then asks for another one."""

    def __init__(
        self, subscriptions: EventSubscriptions, caller: Caller, seconds_left: float, is_signed_in: StillSignedIn
    ) -> None:
        super().__init__(None)
        self._subscriptions, self._caller = subscriptions, caller
        self._seconds_left, self._is_signed_in = seconds_left, is_signed_in

    def to_asgi_response(self, *_: Any, **_options: Any) -> ASGIApp:  # type: ignore[override]
        async def reply(_scope: Scope, receive: Receive, send: Send) -> None:
            async with (
                self._subscriptions.subscribe(self._caller.id) as subscription,
                _while_there(receive, subscription),
            ):
                await send({**_START})
                await _write(send, _begun(hears_all=self._subscriptions.hears_all))
                with suppress(SubscriptionsEnded):
                    await self._tell(subscription, send)
                await _write(send, b"", more=False)

        async def reply_to_readers(scope: Scope, receive: Receive, send: Send) -> None:
            with suppress(TimeoutError):  # of `_write`; the server closes what is not complete
                await reply(scope, receive, send)

        return reply_to_readers

    async def _tell(self, subscription: Subscription, send: Send) -> None:
        """Until it ends; raises SubscriptionsEnded where the subscription or the session did, TimeoutError."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds_left
        while (left := end - loop.time()) > 0:
            events = await subscription.next(min(HEARTBEAT_SECONDS, left))
            if not await self._is_signed_in():
                raise SubscriptionsEnded
            await _write(send, b"".join(map(_message, events)) or b":\n\n")


@asynccontextmanager
async def _while_there(receive: Receive, subscription: Subscription) -> AsyncIterator[None]:
    """Ends the subscription of a browser that has left."""

    async def until_left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        subscription.end()

    task = asyncio.create_task(until_left())
    try:
        yield
    finally:
        task.cancel()


async def _write(send: Send, data: bytes, *, more: bool = True) -> None:
    """Raises TimeoutError for who does not read."""
    async with asyncio.timeout(_SEND_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": more})


def _begun(*, hears_all: bool) -> bytes:
    """`hears_all`: else the page should look itself now and then."""
    return b"retry: %d\nevent: begun\ndata: %s\n\n" % (_RETRY_MS, json.encode({"hears_all": hears_all}))


def _message(event: Event) -> bytes:
    return b"data: %s\n\n" % json.encode({"kind": event.kind, "id": event.subject_id})


@route("/events", http_method=[HttpMethod.GET, HttpMethod.HEAD], policy=SIGNED_IN, no_store=True)
async def show_events(
    request: Request[Caller, AccessClaims, Any],
    event_subscriptions: NamedDependency[SkipValidation[EventSubscriptions]],
    authenticate: NamedDependency[SkipValidation[Authenticate]],
    clock: NamedDependency[SkipValidation[Clock]],
) -> Response[None]:
    if request.method == HttpMethod.HEAD:
        return Response(None, media_type=_MEDIA_TYPE, headers=_HEADERS)
    token = bearer_token(request) or ""

    async def is_signed_in() -> bool:
        try:
            await authenticate(token)
        except AtgError:  # also a database that is away: the browser asks again
            return False
        return True

    seconds_left = request.auth.exp - clock().timestamp()
    return EventStream(event_subscriptions, request.user, seconds_left, is_signed_in)


HANDLERS: Sequence[BaseRouteHandler] = (show_events,)
