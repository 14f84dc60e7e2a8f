"""`Idempotency-Key`: a repeated creating `POST` is executed once (spec: README, Conventions)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Parameter, Schema
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from atg_core.client_address import network_of
from atg_core.errors import Invalid, Unavailable
from atg_core.idempotency import Call, Reply
from atg_entrypoints.container import Container
from atg_entrypoints.http.errors import refused
from atg_entrypoints.http.openapi import OrderedOperation
from atg_entrypoints.http.outer_middleware import CUSTOMER_KEY, SERVICE_KEY
from atg_entrypoints.http.problem import send_problem

HEADER = "Idempotency-Key"
_HEADER = HEADER.lower().encode()
REPLAYED = b"idempotency-replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class MalformedKey(Invalid):
    """Idempotency-Key has 1 to 255 visible ASCII characters"""


def takes_idempotency_key(handler: BaseRouteHandler) -> bool:
    """Whether a route accepts the header: a `POST` that replies 201, unless declared `idempotency_key=False`."""
    if not isinstance(handler, HTTPRouteHandler) or not handler.opt.get("idempotency_key", True):
        return False
    return handler.http_methods == {HttpMethod.POST} and handler.status_code == 201


@dataclass
class IdempotentOperation(OrderedOperation):
    """Documents the header."""

    def __post_init__(self) -> None:
        super().__post_init__()
        schema = Schema(type=OpenAPIType.STRING, min_length=1, max_length=255, pattern="^[!-~]+$")
        told = "The same key and body within 24 hours give the first reply again"
        header = Parameter(name=HEADER, param_in="header", required=False, schema=schema, description=told)
        self.parameters = [*(self.parameters or []), header]


def idempotent(container: Container) -> Callable[[ASGIApp], ASGIApp]:
    """Middleware of a route that takes keys: runs a call with a key and stores its response in one transaction.

    Only successful responses are stored: a refused call has changed nothing and may be retried.
    """

    def around(app: ASGIApp) -> ASGIApp:
        async def executed_once(scope: Scope, receive: Receive, send: Send) -> None:
            if not any(name == _HEADER for name, _ in scope["headers"]):
                await app(scope, receive, send)
                return
            call, clock = await _call(Request(scope, receive, send)), container.clock()
            buffered = _BufferedResponse()
            try:
                async with container.idempotency().running(call) as kept:
                    if reply := await kept.find(call, clock()):
                        buffered.repeat(reply)
                    else:
                        await app(scope, receive, buffered.send)
                        if buffered.succeeded():
                            await kept.keep(call, buffered.reply(), clock())
                        buffered.require_no_server_error()
            except _RolledBack:
                pass
            except Unavailable as error:
                if not buffered.is_complete:
                    raise
                # Of the end of the transaction: to Litestar the call has been answered.
                refusal = refused(Request(scope, receive, send), error)
                await send_problem(scope, send, refusal, container.words())
                return
            await buffered.send_to(send)

        return executed_once

    return around


class _RolledBack(Exception):
    """Rolls back a call that ended with a server error."""


class _BufferedResponse:
    """Buffers a response until the transaction has ended."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self._messages.append(message)

    @property
    def is_complete(self) -> bool:
        return bool(self._messages)

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

    def require_no_server_error(self) -> None:
        if self._start["status"] >= 500:
            raise _RolledBack

    @property
    def _start(self) -> HTTPResponseStartEvent:
        return cast("HTTPResponseStartEvent", self._messages[0])

    async def send_to(self, send: Send) -> None:
        for message in self._messages:
            await send(message)


async def _call(request: Request[Any, Any, Any]) -> Call:
    """The identity of a call: caller, key, and a fingerprint of path and body. Raises MalformedKey."""
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise MalformedKey(field=HEADER)
    owner = _owner(request)
    asked = f"{request.method} {request.scope['raw_path'].decode('latin-1').rstrip('/')}\0{request.url.query}\0"
    return Call(owner=owner, key=key, fingerprint=sha256(asked.encode() + await request.body()).digest())


def _owner(request: Request[Any, Any, Any]) -> str:
    """The scope of keys: the caller, else the address."""
    caller, state = request.scope.get("user"), request.scope["state"]
    if caller is not None:
        return str(caller.id)
    if CUSTOMER_KEY in state:
        return f"customer {state[CUSTOMER_KEY]}"
    return str(state.get(SERVICE_KEY) or f"address {network_of(request.client.host) if request.client else ''}")
