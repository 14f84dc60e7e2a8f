"""Deadlines for the head and the body of a request, which uvicorn does not have."""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from atg_core.words import English, Language, phrase

_UPLOAD_PATHS = (
    *("/files/signed/", "/files/upload", "/files/multipart/upload-part", "/users/me/avatar"),
    *("/submissions/", "/app/submissions/", "/app/api/submissions/"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds; `linger`: for the rest of a body that was refused; `rate`: bytes a second of an upload in a `window`.

    `last`: for a request that was sent before the server ended, and has not been read.
    """

    head: float = 10
    body: float = 30
    linger: float = 10
    window: float = 30
    rate: int = 1024
    last: float = 0.3


class _Phase(Enum):
    """What a connection owes."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()
    UPLOAD = auto()
    REST = auto()


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which answers 408 and closes the connection of a client that is too slow.

    A timer runs only while a request is incomplete after what was received; the time during which the application
    does not take a body does not count.
    """

    deadlines: ClassVar = Deadlines()
    is_draining: ClassVar = False
    """Whether the process ends soon: each reply then ends its connection, so that none is in use at the end."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._phase, self._has_begun = _Phase.HEAD, False
        self._timer: asyncio.TimerHandle | None = None
        self._window_bytes, self._was_held, self._is_last = 0, False, False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._enter(_Phase.NOTHING)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._phase is _Phase.NOTHING and self._is_idle():
            self._enter(_Phase.HEAD)  # bytes that begin nothing have ended uvicorn's own timer
        if self._timer is None and self._phase is not _Phase.NOTHING:
            self._start_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun = True
        self._enter(_Phase.HEAD)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if (self.is_draining or self._is_last) and self.cycle is not None:
            self.cycle.keep_alive = False
        upload = self.scope.get("path", "").startswith(_UPLOAD_PATHS)
        self._enter(_Phase.UPLOAD if upload else _Phase.BODY)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._window_bytes += len(body)
        self._was_held = self._was_held or self.flow.read_paused

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._has_begun = False
        self._enter(_Phase.NOTHING)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase in {_Phase.BODY, _Phase.UPLOAD} and self.cycle.response_complete:
            self._enter(_Phase.REST)
            self._start_timer()

    def shutdown(self) -> None:
        """The server ends: a connection without a request is closed a moment later.

        uvicorn's own would close it at once, although a request may be on its way or lie here unread.
        """
        self._is_last = True
        if self._is_served():
            self.loop.call_later(self.deadlines.last, super().shutdown)
        else:
            super().shutdown()

    def _is_served(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_idle(self) -> bool:
        return self.timeout_keep_alive_task is None and self._is_served()

    def _enter(self, phase: _Phase) -> None:
        self._phase = phase
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_timer(self) -> None:
        if self.transport.is_closing():
            return
        seconds = {
            _Phase.HEAD: self.deadlines.head,
            _Phase.BODY: self.deadlines.body,
            _Phase.UPLOAD: self.deadlines.window,
            _Phase.REST: self.deadlines.linger,
        }[self._phase]
        self._window_bytes, self._was_held = 0, False
        self._timer = self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        self._timer = None
        fast = self._window_bytes >= self.deadlines.rate * self.deadlines.window
        if self._is_held() or (self._phase is _Phase.UPLOAD and fast):
            self._start_timer()
        elif not self.transport.is_closing():
            self._refuse()

    def _is_held(self) -> bool:
        """Whether the client could not send: the application did not take what it sent, or has to answer first."""
        if self.cycle is None or self._phase is _Phase.REST:
            return False
        if self._phase is _Phase.HEAD:
            return not self.cycle.response_complete
        return self._was_held or self.flow.read_paused or self.cycle.waiting_for_100_continue

    def _refuse(self) -> None:
        """Answers, if a request has begun that has no response yet, and closes the connection."""
        if self._phase in {_Phase.BODY, _Phase.UPLOAD} and self.cycle.response_started:
            self.transport.close()
            return
        if self._phase is not _Phase.REST and self._has_begun:
            self.transport.write(_timed_out())
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


@cache
def _timed_out() -> bytes:
    """In English: what the client asks for may be what did not arrive."""
    from atg_entrypoints.http.problem import JSON, Refusal  # noqa: PLC0415 - the application imports it

    status = HTTPStatus.REQUEST_TIMEOUT
    refusal = Refusal(status=status, template=phrase("The request did not arrive in time"))
    body = msgspec.json.encode(refusal.told(English(), Language.EN))
    lines = [
        f"HTTP/1.1 {status} {status.phrase}",
        f"content-type: {JSON}",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
