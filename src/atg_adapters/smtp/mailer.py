"""Mailer over SMTP (RFC 5321), one connection per message."""

import asyncio
import re
from contextlib import suppress
from ssl import SSLContext

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from atg_adapters.mime.messages import MimeMessage, mime_message
from atg_core.clock import Clock
from atg_core.mailing.addresses import Sender
from atg_core.mailing.model import MailAway, MailDeferred, MailRefused, Message

_SECONDS = 20.0
_GOODBYE_SECONDS = 1.0
_NOBODYS_MAIL = {421, 530}  # the server closes; it wants a password first
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


class SmtpMailer:
    """`Mailer` over SMTP; certificates are verified.

    `seconds`: timeout of a session, shorter than the lease of a job. Errors contain the host and the reply codes
    (RFC 3463) but not its text, which may repeat a link or an address.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        implicit_tls: bool = False,
        starttls: bool | None = None,
        sender: Sender,
        clock: Clock,
        seconds: float = _SECONDS,
        tls_context: SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._username, self._password = host, port, username, password
        self._implicit_tls, self._starttls, self._tls_context = implicit_tls, starttls, tls_context
        self._sender, self._clock, self._seconds = sender, clock, seconds

    async def send(self, message: Message) -> None:
        """`Mailer.send`. After a timeout at the end of data the message may have been accepted: MailAway."""
        mime, client = mime_message(message, self._sender, self._clock()), self._client()
        try:
            async with asyncio.timeout(self._seconds):
                await self._hand_over(client, mime)
            with suppress(SMTPException, OSError):  # it is accepted, whatever comes now
                await client.quit(timeout=_GOODBYE_SECONDS)
        except (SMTPRecipientRefused, SMTPDataError) as refused:
            raise self._refusal(refused) from None
        except SMTPResponseException as refused:
            raise MailAway(self._told(_codes(refused))) from None
        except TimeoutError:
            raise MailAway(self._told(f"no answer within {self._seconds:g} seconds")) from None
        except (SMTPException, OSError, UnicodeError) as error:
            raise MailAway(self._told(str(error) or type(error).__name__)) from None
        finally:
            client.close()

    async def check(self) -> None:
        """Connects as for a message, and sends none. Raises MailAway."""
        client = self._client()
        try:
            async with asyncio.timeout(self._seconds):
                await client.connect()
                await client.noop()
        except SMTPResponseException as refused:
            raise MailAway(self._told(_codes(refused))) from None
        except (TimeoutError, SMTPException, OSError) as error:
            raise MailAway(self._told(str(error) or type(error).__name__)) from None
        finally:
            client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._implicit_tls,
            start_tls=self._starttls,
            local_hostname=self._sender.host,
            timeout=self._seconds,
            tls_context=self._tls_context,
        )

    async def _hand_over(self, client: SMTP, mime: MimeMessage) -> None:
        await client.connect()
        if mime.needs_utf8:
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            if not client.supports_extension("smtputf8"):
                raise MailRefused(self._told("takes no address with letters beyond ASCII"))
        encoding, options = ("utf-8", ["SMTPUTF8"]) if mime.needs_utf8 else ("ascii", [])
        await client.mail(mime.sender, options=options, encoding=encoding)
        await client.rcpt(mime.recipient, encoding=encoding)
        await client.data(mime.as_bytes())

    def _refusal(self, refused: SMTPResponseException) -> Exception:
        told = self._told(_codes(refused))
        if refused.code in _NOBODYS_MAIL or refused.code < 400:
            return MailAway(told)
        return MailDeferred(told) if refused.code < 500 else MailRefused(told)

    def _told(self, what: str) -> str:
        return f"{self._host}:{self._port}: {what}"


def _codes(refused: SMTPResponseException) -> str:
    enhanced = _ENHANCED.match(refused.message)
    step = type(refused).__name__.removeprefix("SMTP").removesuffix("Error")
    return f"{refused.code} {enhanced[0] if enhanced else ''} ({step})".replace("  ", " ")
