"""The HTTP server of `tests.zoom_api`, in threads, with fault injection."""

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Fault:
    """A reply instead of the usual one; `status` 0 is none. `done`: the request takes effect before."""

    status: int = 0
    code: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    page: bytes | None = None
    done: bool = False
    drop: bool = False

    @property
    def answer(self) -> "Answer":
        return Answer(self.status, self.page or {"code": self.code, "message": self.message}, self.headers)


SILENCE = Fault()
SILENCE_AFTER = Fault(done=True)
DROP = Fault(drop=True)
DROP_AFTER = Fault(drop=True, done=True)
INTERNAL = Fault(500, 1000, "Internal Server Error: anna@example.org")
INTERNAL_AFTER = Fault(500, 1000, "Internal Server Error: anna@example.org", done=True)
BAD_GATEWAY = Fault(502, page=b"<html><h1>502 Bad Gateway</h1></html>")
UNREADABLE = Fault(200, page=b'{"meetings": [{"id": 1', done=True)
FLOOD = Fault(429, 429, "You have reached the maximum per-second rate limit for this API. Try again later.")
INVALID_TOKEN = Fault(401, 124, "Invalid access token.")
NO_SCOPE = Fault(400, 4711, "Invalid access token, does not contain scopes:[meeting:write:meeting:admin].")


@dataclass(frozen=True)
class Asked:
    """A received request. `path` is not decoded; `told` is the JSON or form body, else the query."""

    method: str
    path: str
    told: Mapping[str, Any]
    authorization: str | None
    cookie: str | None


@dataclass(frozen=True)
class Answer:
    """`body`: bytes as they are, or what goes as JSON; None is nothing. `length`: what is said of a longer body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


class Api(Protocol):
    """Handles requests."""

    port: int

    def take(self, asked: Asked) -> tuple[Answer | None, bool]:
        """What is answered; without an answer, whether the connection ends (or nothing ever happens)."""

    def wait_until_over(self) -> None: ...


class Listener(ThreadingHTTPServer):
    """Closes its connections when it stops."""

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, api: Api) -> None:
        self.api = api
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", api.port), Conversation)

    def end(self) -> None:
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores clients that disconnect."""


class Conversation(BaseHTTPRequestHandler):
    """Requests over one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def setup(self) -> None:
        self.server.open.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.open.discard(self.request)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Nothing."""

    def do_POST(self) -> None:
        api = self.server.api
        answer, drop = api.take(self._asked())
        if answer:
            self._answer(answer)
            return
        if not drop:
            api.wait_until_over()
        self.close_connection = True

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names are http.server's

    def _asked(self) -> Asked:
        content = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        if self.headers.get("Content-Type") == "application/json":
            told = json.loads(content)
        else:
            told = dict(parse_qsl(content or urlsplit(self.path).query))
        authorization, cookie = self.headers["Authorization"], self.headers["Cookie"]
        return Asked(self.command, urlsplit(self.path).path, told, authorization, cookie)

    def _answer(self, answer: Answer) -> None:
        is_json = not isinstance(answer.body, bytes | None)
        content = json.dumps(answer.body).encode() if is_json else answer.body or b""
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json" if is_json else "text/html"}
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(answer.length or len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = answer.length is not None
