"""Unit tests open no socket (asyncio's own pair of Unix sockets apart) and see one database: memory."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture
def database_url() -> str:
    return "memory://"


@pytest.fixture
def stocked_url() -> str:
    return "memory://"
