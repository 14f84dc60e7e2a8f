"""Messages by mail, as text and as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from atg_core.errors import Unavailable


class Language(StrEnum):
    RU = "ru"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`key`: what the message is about, in letters, digits and hyphens; the same message sent again has the same."""

    key: str
    to: str
    subject: str
    text: str
    html: str


class MailAway(Unavailable):
    """The mail server is away"""


class MailDeferred(Unavailable):
    """The mail server does not take a message for this address now"""


class MailRefused(Exception):
    """The mail server takes no message for this address."""


class Mail(Protocol):
    """Hands messages to a mail server."""

    async def send(self, message: Message) -> None:
        """Returns when the server has accepted it.

        Raises MailAway (nobody's mail goes now, or the server fell silent and may have accepted it), MailDeferred (4xx
        for this one), MailRefused (5xx for this one, or its address is none). What they say holds neither the message
        nor its address.
        """


class Templates(Protocol):
    def message(self, name: str, language: Language, *, key: str, to: str, values: Mapping[str, Any]) -> Message:
        """The message that the template `name` gives; values are escaped in its HTML."""
