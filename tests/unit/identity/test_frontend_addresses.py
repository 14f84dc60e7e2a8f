"""To which addresses signing in leads back."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atg_core.identity.frontend_addresses import AddressNotAllowed, FrontendAddress, ReturnAddresses, with_parameters

ADDRESSES = ReturnAddresses.of(
    ["https://edu.example.com", "https://lms.example.com/signed-in", "http://127.0.0.1:5173/app/", "http://[::1]:3000/"]
)


@pytest.mark.parametrize(
    "address",
    [
        "https://edu.example.com",
        "https://edu.example.com/",
        "https://edu.example.com:443/any/where?state=1",
        "https://edu.example.com?state=a%26b",
        "https://lms.example.com/signed-in",
        "https://lms.example.com/signed-in?a=1&b=2",
        "http://127.0.0.1:5173/app/",
        "http://127.0.0.1:5173/app/deeper/..x/",
        "http://[::1]:3000/x",
    ],
)
def test_what_is_named_or_below_it_is_allowed(address: str) -> None:
    ADDRESSES.require(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://edu.example.com.evil.com/", "https://evil.com/https://edu.example.com/", "https://eduXexample.com/",
        "https://edu.example.com@evil.com/", "https://user:pass@edu.example.com/", "https://edu.example.com:444/",
        "https://edu.example.com:443443443/", "http://edu.example.com/", "ftp://edu.example.com/", "//edu.example.com/",
        "/signed-in", "https:/edu.example.com/", "https:edu.example.com", "https://edu.example.com\\@evil.com/",
        "https://evil.com\\.edu.example.com/", "https://edu.example.com/\\evil", "https://edu.example.com/#@evil.com",
        "https://edu.example.com#x", " https://edu.example.com/", "https://edu.example.com/\n", "https://edu.exam\tple.com/",
        "https://edu.example.com/\r\nSet-Cookie: a=b", "https://EDU.example.com/", "HTTPS://edu.example.com/",
        "https://еdu.example.com/", "https://edu.example.com\u3002evil.com/", "https://edu.example.com%2eevil.com/",
        "https://edu.example.com/я", "https://edu.example.com/<script>", "https://edu.example.com./",
        "https://lms.example.com/", "https://lms.example.com/signed-in/", "https://lms.example.com/signed-inn",
        "https://lms.example.com/signed-in/../other", "https://lms.example.com/x/../signed-in",
        "http://127.0.0.1:5173/app", "http://127.0.0.1:5173/apple/", "http://127.0.0.1:5173/app/../admin",
        "http://127.0.0.1:5173/app/%2e%2e/admin", "http://127.0.0.1:5173/app/.%2E/admin", "http://127.0.0.1:5173/app/%2E/",
        "http://127.0.0.1/app/", "http://127.0.0.1:05173/app/", "http://127.1:5173/app/", "http://[::2]:3000/",
        "https://edu.example.com/?code=x", "https://edu.example.com/?a=1&error=x", "https://edu.example.com/?%63ode=x",
        "https://edu.example.com/" + "x" * 1000, "",
    ],
)  # fmt: skip
def test_nothing_else_is(address: str) -> None:
    with pytest.raises(AddressNotAllowed):
        ADDRESSES.require(address)


def test_without_addresses_nothing_is_allowed() -> None:
    with pytest.raises(AddressNotAllowed):
        ReturnAddresses.of([]).require("https://edu.example.com/")


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_allowed_is_read_alike_by_a_parser_of_urls(before: str, after: str) -> None:
    address = f"https://{before}edu.example.com{after}"
    try:
        ADDRESSES.require(address)
    except AddressNotAllowed:
        return
    parts = urlsplit(address)
    assert (parts.scheme, parts.hostname, parts.username, parts.fragment) == ("https", "edu.example.com", None, "")


def test_parameters_are_added_to_those_of_the_frontend() -> None:
    assert with_parameters("https://a.example/x", {"code": "a b&c"}) == "https://a.example/x?code=a+b%26c"
    assert with_parameters("https://a.example/x?y=1", {"error": "e"}) == "https://a.example/x?y=1&error=e"


def test_a_port_of_the_scheme_is_the_same_as_none() -> None:
    assert FrontendAddress.parsed("http://a.example:80/").port == ""
    assert FrontendAddress.parsed("http://a.example:443/").port == "443"
