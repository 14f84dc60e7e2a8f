"""Unit tests open no sockets (except asyncio's own socket pair) and run in memory."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_socket import disable_socket, enable_socket

if TYPE_CHECKING:
    from atg_entrypoints.container import Container
    from atg_entrypoints.settings import Settings


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


@pytest.fixture
async def twin(settings: "Settings") -> "AsyncIterator[Container]":
    """ATG over another empty memory."""
    from atg_entrypoints.container import close, create_container

    twin = create_container(settings)
    yield twin
    await close(twin)
