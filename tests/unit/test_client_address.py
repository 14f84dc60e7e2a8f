"""What counts as one address."""

import pytest

from atg_core.client_address import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (None, ""),
        ("", ""),
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
        ("no:address", "no:address"),
    ],
)
def test_an_ipv6_network_of_64_bits_is_one_address(address: str | None, network: str) -> None:
    assert network_of(address) == network
