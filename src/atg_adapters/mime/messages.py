"""MIME messages (RFC 5322): headers, text and HTML parts."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import sha256

import idna

from atg_core.mailing.addresses import Sender, is_address
from atg_core.mailing.model import MailRefused, Message

_SAFE_KEY = re.compile(r"[A-Za-z0-9-]{1,100}")
_BREAKS = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class MimeMessage:
    """A message with its envelope addresses."""

    sender: str
    recipient: str
    content: EmailMessage

    @property
    def needs_utf8(self) -> bool:
        """Whether the server must support SMTPUTF8 (RFC 6531)."""
        return not self.recipient.isascii()

    def as_bytes(self) -> bytes:
        """ASCII if the address is: accepted by every server without extensions."""
        return self.content.as_bytes(policy=SMTPUTF8 if self.needs_utf8 else _ASCII)


_ASCII = SMTP.clone(cte_type="7bit")


def mime_message(message: Message, sender: Sender, now: datetime) -> MimeMessage:
    """Message-ID is derived from the key. Raises MailRefused for an invalid address."""
    recipient = deliverable(message.to)
    content = EmailMessage(policy=_ASCII)
    content["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    content["To"] = recipient
    content["Subject"] = one_line(message.subject)
    content["Date"] = format_datetime(now)
    content["Message-ID"] = f"<{file_name(message.key)}@{sender.host}>"
    content["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        content["List-Unsubscribe"] = f"<{message.unsubscribe}>"  # RFC 2369, section 3.2
        if message.unsubscribe.startswith("https:"):  # RFC 8058, section 3.1: an address of HTTPS alone
            content["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    content.set_content(message.text)
    content.add_alternative(message.html, subtype="html")
    return MimeMessage(sender.address, recipient, content)


def deliverable(address: str) -> str:
    """The address with an IDNA 2008 encoded domain. Raises MailRefused."""
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            domain = ""
    if not is_address(f"{local}@{domain}"):
        raise MailRefused("this is no mail address")
    return f"{local}@{domain}"


def one_line(text: str) -> str:
    """Removes line breaks (header injection) and encoded words (RFC 2047)."""
    words = "".join(" " if unicodedata.category(char) in _BREAKS else char for char in text).split()
    return " ".join(words).replace("=?", "= ?")


def file_name(key: str) -> str:
    """The key, or its digest if it has unsafe characters."""
    return key if _SAFE_KEY.fullmatch(key) else sha256(key.encode(errors="surrogatepass")).hexdigest()
