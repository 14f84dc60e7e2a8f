"""A mail server for tests: real SMTP in a thread, and what a test wants it to do at each step of a conversation.

    with SmtpServer() as server:
        server.answers["rcpt"] = "450 4.2.1 later"    # or HANG, or DROP
        server.hook = lambda step: ...                # such as killing a worker; may return an answer
        ...                                           # ATG_SMTP_URL=server.url
        assert [letter.recipient for letter in server.received] == ["anna@example.org"]

The steps: `connect`, `mail`, `rcpt`, `data` (asked for, not yet sent), `body` (sent and not kept), `accepted` (kept,
and the client does not know yet), `quit` (the client knows). At each, the hook is called first, in a thread; what it
returns, if not None, goes before `answers`. One that kills the client returns DROP: else the server may go on before it
notices, and take a message that it has whole.
"""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread
from types import TracebackType
from typing import Any, Literal, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

type Step = Literal["connect", "mail", "rcpt", "data", "body", "accepted", "quit"]

HANG = "hang"
"""Says nothing until the client goes."""
DROP = "drop"
"""Ends the connection."""


@dataclass(frozen=True)
class Received:
    """What was accepted: `content` as it came; `login` where the client has signed in."""

    sender: str
    recipient: str
    content: bytes
    login: str | None
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


class SmtpServer:
    """Listens on 127.0.0.1 while it is entered.

    `tls`: offered by STARTTLS, or from the first byte where `implicit`. `login`: the one name and password.
    `port`: such as that of a server before, which comes back.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        port: int = 0,
        utf8: bool = True,
    ) -> None:
        self.received: list[Received] = []
        self.steps: list[Step] = []
        self.answers: dict[Step, str] = {}
        self.hook: Callable[[Step], str | None] = lambda _step: None
        self.port = port
        self.login, self.tls, self.implicit, self.utf8 = login, tls, implicit, utf8
        self.open: set[asyncio.BaseTransport] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return self.url_of(*(self.login or ()))

    def url_of(self, *login: str) -> str:
        scheme = "smtps" if self.implicit else "smtp"
        return f"{scheme}://{':'.join(login)}{'@' if login else ''}127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening: asyncio.Server = self._run(self._listen()).result(30)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run(self._stop()).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, awaited: Any) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(awaited, self._loop)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: Conversation(self), "127.0.0.1", self.port, ssl=self.tls if self.implicit else None
        )

    async def _stop(self) -> None:
        self._listening.close()
        for transport in self.open:
            cast("asyncio.Transport", transport).abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    async def at(self, step: Step, conversation: "Conversation") -> str | None:
        """What is to be answered in place of the usual."""
        self.steps.append(step)
        answer = await asyncio.to_thread(self.hook, step) or self.answers.get(step)
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == DROP:
            conversation.end()
            await asyncio.Event().wait()
        return answer


class Conversation(SMTP):
    """Asks the server at each step; ends by cancellation when the client goes."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        super().__init__(
            handler=self,
            hostname="localhost",
            enable_SMTPUTF8=server.utf8,
            tls_context=None if server.implicit else server.tls,
            auth_required=server.login is not None and server.tls is not None and not server.implicit,
            auth_require_tls=server.login is not None and server.tls is not None and not server.implicit,
            authenticator=self._authenticated,
            loop=asyncio.get_running_loop(),
        )

    def end(self) -> None:
        cast("asyncio.Transport", self.transport).abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.open.add(transport)
        super().connection_made(transport)

    def _authenticated(self, *arguments: Any) -> AuthResult:
        given: LoginPassword = arguments[-1]
        right = (given.login.decode(), given.password.decode()) == self._server.login
        return AuthResult(success=right, handled=False, auth_data=given if right else None)

    async def _handle_client(self) -> None:
        answer = await self._server.at("connect", self)
        if answer is not None:
            await self.push(answer)
            cast("asyncio.Transport", self.transport).close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the names are aiosmtpd's
        answer = await self._server.at("data", self)
        if answer is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(answer)

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._server.at("mail", self) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self._server.at("rcpt", self)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._server.at("body", self)
        if answer is not None:
            return answer
        login = cast("LoginPassword | None", session.auth_data)
        self._server.received.append(
            Received(
                sender=str(envelope.mail_from),
                recipient=envelope.rcpt_tos[0],
                content=envelope.original_content or b"",
                login=login.login.decode() if login else None,
                encrypted=self._server.implicit or session.ssl is not None,
            )
        )
        return await self._server.at("accepted", self) or "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return await self._server.at("quit", self) or "221 Bye"
