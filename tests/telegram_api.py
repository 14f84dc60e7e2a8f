"""A fake of Telegram's Bot API: HTTP in threads, with faults on demand.

    with TelegramApi() as api:
        api.faults["refundStarPayment"] = [BAD_GATEWAY, SILENCE_AFTER]    # one for each request, then none
        charge = api.pay(7, 250, "purchase-1")                            # a customer pays
        ...                                       # TELEGRAM_BOT_TOKEN=TOKEN, ATG_TELEGRAM_API_URL=api.url
        assert api.refunded == [(7, charge)]

It implements `sendMessage`, `sendVideo` of a file, `refundStarPayment`, `getStarTransactions`, `sendInvoice` and the
answers to queries, as JSON and as a form. An unknown charge is refunded too, so that a test can invent one. `asked` has
every request with its arguments, also failed ones.
"""

import hmac
import json
import socket
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl
from uuid import uuid4

TOKEN = f"{4242}:{'Test-of_the-shop' * 2}abc"
NOW = 1_773_057_600
NO_TEXT = {"chat_id", "user_id", "offset", "limit", "ok", "prices", "protect_content", "reply_markup", "show_alert"}


@dataclass(frozen=True)
class Fault:
    """A reply instead of the usual one; `status` 0: no reply. `done`: the request was executed before."""

    status: int = 0
    description: str = ""
    retry_after: int | None = None
    page: bytes | None = None
    done: bool = False
    drop: bool = False


SILENCE = Fault()
SILENCE_AFTER = Fault(done=True)
DROP = Fault(drop=True)
DROP_AFTER = Fault(drop=True, done=True)
BAD_GATEWAY = Fault(502, page=b"<html><h1>502 Bad Gateway</h1></html>")
INTERNAL = Fault(500, "Internal Server Error")
FLOOD = Fault(429, "Too Many Requests: retry after 7", retry_after=7)
BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")
NO_CHAT = Fault(400, "Bad Request: chat not found")
ALREADY_REFUNDED = Fault(400, "Bad Request: CHARGE_ALREADY_REFUNDED")


class TelegramApi:
    """A context manager: a server on 127.0.0.1 for the bot with `token`."""

    def __init__(self, *, token: str = TOKEN, port: int = 0) -> None:
        self.token, self.port, self.prefix = token, port, ""
        self.sent: list[tuple[int, str]] = []
        self.refunded: list[tuple[int, str]] = []
        self.transactions: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.faults: defaultdict[str, list[Fault]] = defaultdict(list)
        self.over = Event()
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._server = Listener(self)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=[0.05], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.end()

    def pay(self, telegram_id: int, amount: int, payload: str, *, date: int = NOW, charge: str | None = None) -> str:
        """Makes a customer's payment for an invoice; returns the charge id."""
        charge = charge or f"stx{uuid4().hex}"
        other = {"type": "user", "transaction_type": "invoice_payment", "user": user(telegram_id)}
        source = {**other, "invoice_payload": payload}
        self.transactions.append({"id": charge, "amount": amount, "date": date, "source": source})
        return charge

    def withdraw(self, amount: int, *, date: int = NOW) -> None:
        """A withdrawal by the bot's owner."""
        receiver = {"type": "fragment"}
        self.transactions.append({"id": uuid4().hex, "amount": amount, "date": date, "receiver": receiver})

    def reply(self, method: str, arguments: dict[str, Any]) -> tuple[int, Any]:
        do = {
            "sendMessage": self._send,
            "sendVideo": self._send_video,
            "refundStarPayment": self._refund,
            "getStarTransactions": self._list,
            "sendInvoice": self._invoice,
            "answerPreCheckoutQuery": self._answer_checkout,
            "answerCallbackQuery": lambda _: (200, {"ok": True, "result": True}),
        }.get(method)
        return do(arguments) if do else refusal(404, "Not Found")

    def _send(self, told: dict[str, Any]) -> tuple[int, Any]:
        text = told.get("text", "")
        if not text.strip():
            return refusal(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            return refusal(400, "Bad Request: message is too long")
        self.sent.append((told["chat_id"], text))
        chat = {"id": told["chat_id"], "type": "private", "first_name": "Anna"}
        return 200, {"ok": True, "result": {"message_id": len(self.sent), "date": NOW, "chat": chat, "text": text}}

    def _send_video(self, told: dict[str, Any]) -> tuple[int, Any]:
        """A file of the form, which `video` names (core.telegram.org/bots/api#sending-files)."""
        name, content = told["files"][told["video"].removeprefix("attach://")]
        if not content:
            return refusal(400, "Bad Request: file must be non-empty")
        chat = {"id": told["chat_id"], "type": "private", "first_name": "Anna"}
        video = {"file_id": name, "file_unique_id": name, "width": 1, "height": 1, "duration": 1}
        return 200, {"ok": True, "result": {"message_id": 1, "date": NOW, "chat": chat, "video": video}}

    def _invoice(self, told: dict[str, Any]) -> tuple[int, Any]:
        """An invoice in Stars has one price and no provider (core.telegram.org/bots/api#sendinvoice)."""
        prices = told["prices"]
        for name, most in (("title", 32), ("description", 255), ("payload", 128)):
            if not 1 <= len(told[name].encode() if name == "payload" else told[name]) <= most:
                return refusal(400, f"Bad Request: invalid {name}")
        if told["currency"] != "XTR" or told.get("provider_token") or len(prices) != 1 or prices[0]["amount"] < 1:
            return refusal(400, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID")
        shown = {name: told[name] for name in ("title", "description", "currency")}
        invoice = {**shown, "start_parameter": told.get("start_parameter", ""), "total_amount": prices[0]["amount"]}
        chat = {"id": told["chat_id"], "type": "private", "first_name": "Anna"}
        return 200, {"ok": True, "result": {"message_id": 1, "date": NOW, "chat": chat, "invoice": invoice}}

    def _answer_checkout(self, told: dict[str, Any]) -> tuple[int, Any]:
        if not told["ok"] and not told.get("error_message"):
            return refusal(400, "Bad Request: error message is empty")
        return 200, {"ok": True, "result": True}

    def _refund(self, told: dict[str, Any]) -> tuple[int, Any]:
        telegram_id, charge = told["user_id"], told["telegram_payment_charge_id"]
        if (telegram_id, charge) in self.refunded:
            return refusal(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
        self.refunded.append((telegram_id, charge))
        for paid in [paid for paid in self.transactions if paid["id"] == charge and "source" in paid]:
            self.transactions.append(
                {"id": charge, "amount": paid["amount"], "date": paid["date"] + 60, "receiver": paid["source"]}
            )
        return 200, {"ok": True, "result": True}

    def _list(self, told: dict[str, Any]) -> tuple[int, Any]:
        offset, limit = told.get("offset", 0), told.get("limit", 100)
        if not 1 <= limit <= 100:
            return refusal(400, "Bad Request: limit must be between 1 and 100")
        return 200, {"ok": True, "result": {"transactions": self.transactions[offset : offset + limit]}}


def user(telegram_id: int) -> dict[str, Any]:
    return {"id": telegram_id, "is_bot": False, "first_name": "Anna", "language_code": "ru"}


def form(content: str) -> dict[str, Any]:
    """Arguments of a form: all but texts are in JSON."""
    told: dict[str, Any] = dict(parse_qsl(content, keep_blank_values=True))
    return {name: json.loads(value) if name in NO_TEXT else value for name, value in told.items()}


def multipart_form(content_type: str, content: bytes) -> dict[str, Any]:
    """Arguments of a form with files: `files` has the name and the content of each."""
    message = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content)
    told: dict[str, Any] = {"files": {}}
    for part in message.get_payload():
        name, file = (str(part.get_param(which, "", "content-disposition")) for which in ("name", "filename"))
        value = part.get_payload(decode=True)
        if file:
            told["files"][name] = (file, value)
        else:
            told[name] = json.loads(value) if name in NO_TEXT else value.decode()
    return told


def refusal(status: int, description: str, retry_after: int | None = None) -> tuple[int, Any]:
    parameters = {"parameters": {"retry_after": retry_after}} if retry_after is not None else {}
    return status, {"ok": False, "error_code": status, "description": description, **parameters}


class Listener(ThreadingHTTPServer):
    """Closes all connections when it ends."""

    daemon_threads = False

    def __init__(self, api: TelegramApi) -> None:
        self.api = api
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", api.port), Handler)

    def end(self) -> None:
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects is no error."""


class Handler(BaseHTTPRequestHandler):
    """Handles the requests of one connection."""

    protocol_version = "HTTP/1.1"
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
        content, content_type = self._content(), self.headers.get("Content-Type", "")
        if content_type.startswith("multipart/form-data"):
            told = multipart_form(content_type, content)
        elif content_type.startswith("application/x-www-form-urlencoded"):
            told = form(content.decode())
        else:
            told = json.loads(content or b"{}")
        _, bot, method = self.path.removeprefix(api.prefix).split("/")
        with api.lock:
            api.asked.append((method, told))
            if not hmac.compare_digest(bot, f"bot{api.token}"):
                self._answer(*refusal(401, "Unauthorized"))
                return
            fault = api.faults[method].pop(0) if api.faults[method] else None
            status, body = api.reply(method, told) if fault is None or fault.done else (0, None)
        if fault is None:
            self._answer(status, body)
        elif fault.status:
            self._answer(*refusal(fault.status, fault.description, fault.retry_after), page=fault.page)
        else:
            self._say_nothing(fault)

    def _content(self) -> bytes:
        """The body, in one piece or in chunks (RFC 9112, section 7.1)."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _say_nothing(self, fault: Fault) -> None:
        if not fault.drop:
            self.server.api.over.wait()
        self.close_connection = True

    def _answer(self, status: int, body: Any, *, page: bytes | None = None) -> None:
        content = page or json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
