"""Addresses of frontends elsewhere, to which signing in with a provider may lead back."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from atg_core.errors import Invalid

MAX_ADDRESS_LENGTH = 1000
_OURS = {"code", "error"}
_LETTERS = r"A-Za-z0-9._~!$&'()*+,;=:@%/-"
# Nothing that browsers read in another way: no user, backslash, fragment, white space, nor capitals in a host.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?"
    rf"(?P<path>/[{_LETTERS}]*)?(\?(?P<query>[{_LETTERS}?]*))?",
    re.ASCII,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


class AddressNotAllowed(Invalid):
    """is no address of a frontend to which signing in may lead back"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontendAddress:
    """`query`: without the question mark. The port is empty where it is that of the scheme."""

    scheme: str
    host: str
    port: str
    path: str
    query: str

    @classmethod
    def parsed(cls, text: str) -> "FrontendAddress":
        """Raises AddressNotAllowed for whatever a browser might take for another address than is read here."""
        found = _ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_LENGTH else None
        if found is None or any(_DOTS.fullmatch(segment) for segment in (found["path"] or "/").split("/")):
            raise AddressNotAllowed(field="return_to")
        port = found["port"] or ""
        return cls(
            scheme=found["scheme"],
            host=found["host"],
            port="" if port == _DEFAULT_PORTS[found["scheme"]] else port,
            path=found["path"] or "/",
            query=found["query"] or "",
        )

    def leads_to(self, other: "FrontendAddress") -> bool:
        """Whether the other is this address; if this one ends in a slash, also whether it is below it."""
        if (self.scheme, self.host, self.port) != (other.scheme, other.host, other.port):
            return False
        return other.path == self.path or (self.path.endswith("/") and other.path.startswith(self.path))


@dataclass(frozen=True, slots=True)
class ReturnAddresses:
    """The addresses to which signing in with a provider may lead back."""

    allowed: tuple[FrontendAddress, ...]

    @classmethod
    def of(cls, addresses: Collection[str]) -> "ReturnAddresses":
        return cls(tuple(FrontendAddress.parsed(address) for address in addresses))

    def require(self, address: str) -> None:
        """A query is the frontend's own, without `code` and `error`. Raises AddressNotAllowed."""
        asked = FrontendAddress.parsed(address)
        names = {name for name, _ in parse_qsl(asked.query, keep_blank_values=True)}
        if names & _OURS or not any(allowed.leads_to(asked) for allowed in self.allowed):
            raise AddressNotAllowed(field="return_to")


def with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """The address with more parameters in its query."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
