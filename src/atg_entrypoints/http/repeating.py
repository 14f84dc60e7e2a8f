"""`Idempotency-Key`: a creating `POST` that is sent twice is done once (spec: README, Conventions)."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from litestar import Request
from litestar.enums import HttpMethod, ScopeType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.openapi.spec import OpenAPIType, Parameter, Schema
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.idempotency import Call, Repeatable, Reply
from atg_entrypoints.http.documenting import OrderedOperation
from atg_entrypoints.http.envelope import CUSTOMER_CALLS, SERVICE_CALLS

HEADER = "Idempotency-Key"
REPLAYED = b"idempotency-replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class MalformedKey(Invalid):
    """Idempotency-Key has 1 to 255 visible ASCII characters"""


def is_repeatable(handler: BaseRouteHandler) -> bool:
    """Whether a route makes something; `repeatable=False` in its own line excepts it."""
    if not isinstance(handler, HTTPRouteHandler) or not handler.opt.get("repeatable", True):
        return False
    return handler.http_methods == {HttpMethod.POST} and handler.status_code == 201


@dataclass
class RepeatableOperation(OrderedOperation):
    """Documents the header, too."""

    def __post_init__(self) -> None:
        super().__post_init__()
        schema = Schema(type=OpenAPIType.STRING, min_length=1, max_length=255, pattern="^[!-~]+$")
        told = "The same key and body within 24 hours give the first reply again"
        header = Parameter(name=HEADER, param_in="header", required=False, schema=schema, description=told)
        self.parameters = [*(self.parameters or []), header]


class RepeatableMiddleware(ASGIMiddleware):
    """Runs a call that has a key in one transaction with the keeping of its reply.

    A reply is kept if the call succeeded: what was refused has changed nothing and may be tried anew.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        if not is_repeatable(scope["route_handler"]) or HEADER not in request.headers:
            await next_app(scope, receive, send)
            return
        call = await _call(request)
        repeatable: Repeatable = request.app.state.container.repeatable()
        clock: Clock = request.app.state.container.clock()
        held = _Held()
        try:
            async with repeatable.running(call) as kept:
                if reply := await kept.find(call, clock()):
                    held.repeat(reply)
                else:
                    await next_app(scope, receive, held.send)
                    if held.succeeded():
                        await kept.keep(call, held.reply(), clock())
                    held.require_no_bug()
        except _Undone:
            pass
        await held.send_to(send)


class _Undone(Exception):
    """The call failed in a way that nobody has thought of, so that none of it may stay."""


class _Held:
    """The messages of a reply that is not sent before the transaction is over."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self._messages.append(message)

    def repeat(self, reply: Reply) -> None:
        headers = [
            (b"content-type", reply.media_type.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (REPLAYED, b"true"),
        ]
        self._messages = [
            {"type": "http.response.start", "status": reply.status, "headers": headers},
            {"type": "http.response.body", "body": reply.body, "more_body": False},
        ]

    def reply(self) -> Reply:
        headers = {name.lower(): value for name, value in self._start["headers"]}
        body = b"".join(message["body"] for message in self._messages if message["type"] == "http.response.body")
        return Reply(status=self._start["status"], media_type=headers[b"content-type"].decode(), body=body)

    def succeeded(self) -> bool:
        return 200 <= self._start["status"] < 300

    def require_no_bug(self) -> None:
        if self._start["status"] >= 500:
            raise _Undone

    @property
    def _start(self) -> HTTPResponseStartEvent:
        return cast("HTTPResponseStartEvent", self._messages[0])

    async def send_to(self, send: Send) -> None:
        for message in self._messages:
            await send(message)


async def _call(request: Request[Any, Any, Any]) -> Call:
    """What makes two calls the same: who calls, the key, and then the path and the body. Raises MalformedKey."""
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise MalformedKey(field=HEADER)
    owner = _owner(request)
    asked = f"{request.method} {request.scope['raw_path'].decode('latin-1').rstrip('/')}\0{request.url.query}\0"
    return Call(owner=owner, key=key, fingerprint=sha256(asked.encode() + await request.body()).digest())


def _owner(request: Request[Any, Any, Any]) -> str:
    """Who calls; where nobody is known, from where."""
    caller, state = request.scope.get("user"), request.scope["state"]
    if caller is not None:
        return str(caller.id)
    if CUSTOMER_CALLS in state:
        return f"customer {state[CUSTOMER_CALLS]}"
    return str(state.get(SERVICE_CALLS) or f"address {request.client.host if request.client else ''}")
