"""Parsing of ATG_SMTP_URL, and the default sender."""

import re
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from atg_core.mailing.addresses import Sender, is_address

_PORTS = {"smtp": 587, "smtps": 465}
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9._:-]*")
_STARTTLS = {"required": True, "never": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """`starttls`: whether STARTTLS is required; None for opportunistic."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    implicit_tls: bool
    starttls: bool | None

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def smtp_server(url: str) -> SmtpServer:
    """Parses smtp://user:password@host:587, or smtps:// for implicit TLS.

    Raises ValueError, whose message contains nothing of the URL, because of the password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ValueError("is no URL; in a password, write other characters than letters as %XX") from None
    if parts.scheme not in _PORTS:
        raise ValueError("begins with neither smtp:// nor smtps://")
    if not _HOST.fullmatch(host) or port == 0 or parts.path.strip("/") or parts.fragment:
        raise ValueError("needs the form smtp://user:password@host:587, other characters in a password as %XX")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a user needs a password, and a password a user")
    implicit = parts.scheme == "smtps"
    if asked.keys() - {"starttls"} or asked.get("starttls", "never") not in _STARTTLS or (asked and implicit):
        raise ValueError("may end in ?starttls=required or ?starttls=never after smtp://, and in nothing else")
    server = SmtpServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        implicit_tls=implicit,
        starttls=False if implicit else _STARTTLS.get(asked.get("starttls", "")),
    )
    return _require_tls(server)


def _require_tls(server: SmtpServer) -> SmtpServer:
    """Requires TLS if a password is sent to another machine."""
    if server.password is None or server.implicit_tls or server.is_here or server.starttls:
        return server
    if server.starttls is False:
        raise ValueError("a password may not go to another machine with ?starttls=never")
    return replace(server, starttls=True)


def default_sender(base_url: str) -> Sender:
    """The default sender, at the host of the service's public URL if it has a name."""
    host = urlsplit(base_url).hostname or ""
    named = is_address(f"no-reply@{host}") and not host.rpartition(".")[2].isdigit()
    return Sender("ATG", f"no-reply@{host if named else 'localhost'}")
