"""The console, over memory if a test does not say otherwise, with the example data, as a browser asks for its pages."""

from collections.abc import AsyncIterator

import httpx
import pytest

from atg_entrypoints.console.app import create_app
from atg_entrypoints.container import Container, create_container
from atg_entrypoints.settings import Settings
from tests.api import Api
from tests.conftest import SECRET
from tests.databases import kept_url
from tests.integration.console.classes import school_class
from tests.integration.console.teaching import Groups, open_groups

__all__ = ["school_class"]

OWN = {"sec-fetch-site": "same-origin", "accept": "text/html", "accept-language": "ru"}
"""What a browser tells of a form of the console's own."""


@pytest.fixture(scope="session")
def console_apis() -> dict[bool, Api]:
    """Over memory, and over SQL."""
    made = {}
    for in_memory, url in ((True, "memory://"), (False, "sqlite:///")):
        container = create_container(Settings(database_url=url, secret_key=SECRET))
        made[in_memory] = container, create_app(container)
    return made


@pytest.fixture
def api(console_apis: dict[bool, Api], stocked_url: str) -> Api:
    return console_apis[stocked_url == "memory://"]


@pytest.fixture(params=["memory"])
def stocked_url(request: pytest.FixtureRequest) -> str:
    return kept_url(request.param, request, stocked=True)


@pytest.fixture
async def browser(api: Api, stocked: Container) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps cookies; follows no redirect."""
    _, app = api
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://atg.test", headers=OWN) as browser:
        yield browser


@pytest.fixture
async def groups(browser: httpx.AsyncClient, stocked: Container) -> Groups:
    """The teacher is at `browser`."""
    return await open_groups(browser, stocked)
