"""Client addresses as they are counted."""

from ipaddress import AddressValueError, IPv6Address, IPv6Network

_PREFIX = 64


def network_of(address: str | None) -> str:
    """The key under which an address is counted and remembered.

    A provider gives a client a whole IPv6 /64, which therefore counts as one address; an IPv4 address mapped into IPv6
    (RFC 4291, section 2.5.5.2) counts as itself. Empty if there is no address.
    """
    if not address or ":" not in address:
        return address or ""
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, _PREFIX), strict=False))
