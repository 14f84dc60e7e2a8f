"""Email addresses (RFC 5321, RFC 6531), without quoted local parts and address literals."""

import re
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_SENDER = re.compile(r"(?:(?P<name>[^<>]*)<(?P<named>[^<>]+)>|(?P<bare>[^<>]+))")


def is_address(text: str) -> bool:
    """Whether this is an email address with an ASCII domain; the local part may be internationalized."""
    if not (text.isprintable() and _ADDRESS.fullmatch(text)):
        return False
    return len(text.encode()) <= 254 and len(text.partition("@")[0].encode()) <= 64


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of messages; the name may be empty."""

    name: str
    address: str

    @classmethod
    def of(cls, text: str) -> "Sender":
        """Parses `Name <address>` or a bare address. Raises ValueError."""
        found = _SENDER.fullmatch(text.strip())
        name, address = (found["name"] or "", found["named"] or found["bare"]) if found else ("", "")
        sender = cls(name.strip().strip('"'), address.strip())
        if not (sender.address.isascii() and is_address(sender.address) and sender.name.isprintable()):
            raise ValueError("is neither an address nor of the form: Name <address>, with the address in ASCII")
        return sender

    @property
    def host(self) -> str:
        return self.address.rpartition("@")[2]
