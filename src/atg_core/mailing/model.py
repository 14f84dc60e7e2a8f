"""Email messages, and the ports of mailer and templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from atg_core.errors import Unavailable
from atg_core.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`key`: identifies the message (letters, digits, hyphens); a resent message has the same key.

    `unsubscribe`: the address at which one stops such messages by one request (RFC 8058), if that is possible.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None


class MailAway(Unavailable):
    """The mail server is away"""


class MailDeferred(Unavailable):
    """The mail server does not take a message for this address now"""


class MailRefused(Exception):
    """The mail server permanently refuses messages for this address."""


class Mailer(Protocol):
    """Sends messages through a mail server."""

    async def send(self, message: Message) -> None:
        """Returns when the server has accepted it.

        Raises MailAway (the server is unavailable, or timed out and may have accepted the message), MailDeferred (4xx
        for this message), MailRefused (5xx for this message, or an invalid address). The error texts contain neither
        the message nor the address.
        """


class MailTemplates(Protocol):
    def message(
        self,
        name: str,
        language: Language,
        *,
        key: str,
        to: str,
        values: Mapping[str, Any],
        unsubscribe: str | None = None,
    ) -> Message:
        """Renders the template `name`; values are escaped in HTML."""
