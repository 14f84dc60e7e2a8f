"""Request parsing and forwarded headers (request smuggling, spoofed addresses)."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.running import Server, serving

ADMIN = {"username": "admin", "password": "a rather good one"}
HEAD = b"POST /auth/logout HTTP/1.1\r\nhost: atg\r\ncontent-type: application/json\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nhost: atg\r\n\r\n"
AMBIGUOUS = {
    "both lengths": HEAD + b"content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: 40\r\n\r\n{}" + HIDDEN,
    "an odd coding": HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a length that is none": HEAD + b"content-length: +2\r\n\r\n{}" + HIDDEN,
    "a name with a space": HEAD + b"content-length : 2\r\n\r\n{}" + HIDDEN,
}


def replies_to(server: Server, message: bytes) -> bytes:
    """All that comes back until the server closes the connection, or is silent."""
    address, told = urlsplit(server.url), b""
    with socket.create_connection((address.hostname, address.port), timeout=1) as connection:
        connection.sendall(message)
        try:
            while chunk := connection.recv(65_536):
                told += chunk
        except TimeoutError:
            pass
    return told


@pytest.mark.usefixtures("sqlite_url")
def test_a_server_without_a_proxy_believes_neither_doubtful_lengths_nor_addresses_that_are_told(tmp_path: Path) -> None:
    """ASVS V4.2.1: nothing of a message that could end in two ways becomes a request of its own. V4.1.3."""
    environment = {"ATG_ADMIN_USERNAME": ADMIN["username"], "ATG_ADMIN_PASSWORD": ADMIN["password"]}
    with serving(tmp_path, **environment) as server:
        for what, message in AMBIGUOUS.items():
            told = replies_to(server, message)
            assert told.startswith(b"HTTP/1.1 400 "), what
            assert told.count(b"HTTP/1.1 ") == 1, what
        pretended = {"x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9", "forwarded": "for=203.0.113.9"}
        with httpx.Client(base_url=server.url, headers=pretended) as client:
            token = client.post("/auth/login", json=ADMIN).json()["token"]
            [session] = client.get("/auth/sessions", headers={"authorization": f"Bearer {token}"}).json()["items"]
        assert session["ip"] == "127.0.0.1"
    paths = [json.loads(line).get("path") for line in server.log.splitlines()]
    assert "/auth/login" in paths
    assert "/hidden" not in paths
