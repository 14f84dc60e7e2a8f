"""Messages as mail carries them (RFC 5322, MIME): with all headers, as text and as HTML."""

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
class Letter:
    """A message on its way: the addresses of the envelope, and what is in it."""

    sender: str
    recipient: str
    content: EmailMessage

    @property
    def needs_utf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) can take it."""
        return not self.recipient.isascii()

    def as_bytes(self) -> bytes:
        """In ASCII wherever the address is: every server takes that, without extensions."""
        return self.content.as_bytes(policy=SMTPUTF8 if self.needs_utf8 else _ASCII)


_ASCII = SMTP.clone(cte_type="7bit")


def letter_of(message: Message, sender: Sender, now: datetime) -> Letter:
    """The same message has the same Message-ID each time. Raises MailRefused where the address is none."""
    recipient = deliverable(message.to)
    content = EmailMessage(policy=_ASCII)
    content["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    content["To"] = recipient
    content["Subject"] = one_line(message.subject)
    content["Date"] = format_datetime(now)
    content["Message-ID"] = f"<{file_name(message.key)}@{sender.host}>"
    content["Auto-Submitted"] = "auto-generated"
    content.set_content(message.text)
    content.add_alternative(message.html, subtype="html")
    return Letter(sender.address, recipient, content)


def deliverable(address: str) -> str:
    """The address with its domain as DNS knows it (IDNA 2008). Raises MailRefused."""
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
    """Without what would end a header, such as line breaks, and without what readers would decode (RFC 2047)."""
    words = "".join(" " if unicodedata.category(char) in _BREAKS else char for char in text).split()
    return " ".join(words).replace("=?", "= ?")


def file_name(key: str) -> str:
    """The key, or its digest if it has other characters than letters, digits and hyphens."""
    return key if _SAFE_KEY.fullmatch(key) else sha256(key.encode(errors="surrogatepass")).hexdigest()
