"""A browser that signs in with a fake OAuth provider."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_entrypoints.container import Container
from atg_entrypoints.wiring.oauth import oauth_providers
from tests.arranging import rows_of
from tests.oauth_authority import Person
from tests.oauth_server import OAuthServer

EMAIL = "vera@yandex.ru"
"""Whose owner Yandex knows."""
SECONDS = 0.5
_KEPT = ("users", "user_profiles", "user_sessions", "oauth_identities", "mail_tokens", "jobs")


class AtProviders:
    """ATG as an application at both providers, without a network between them."""

    @pytest.fixture
    def server(self, stocked: Container) -> Iterator[OAuthServer]:
        """Vera is signed in at both; VK knows her address at Yandex, too."""
        server = OAuthServer(people={"yandex": Person("1000034426", EMAIL), "vk": Person("2038", EMAIL)})
        here = structs.replace(stocked.settings(), public_url="http://atg.test", **server.settings)
        stocked.settings.override(here)
        made = providers.Singleton(
            oauth_providers,
            stocked.settings,
            stocked.clock,
            stocked.opened,
            transport=httpx.ASGITransport(server),
            seconds=SECONDS,
        )
        stocked.oauth_providers.override(made)
        yield server
        stocked.oauth_providers.reset_override()


async def begin(client: httpx.AsyncClient, provider: str = "yandex", **query: str) -> str:
    """Where the browser is sent."""
    started = await client.get(f"/auth/oauth/{provider}/start", params=query)
    assert started.status_code == 302, started.text
    return str(started.headers["location"])


async def visit(server: OAuthServer, url: str) -> str:
    """Where the provider sends the browser: the path and the query."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(server)) as browser:
        answered = await browser.get(url)
    assert answered.status_code == 302, answered.text
    parts = urlsplit(answered.headers["location"])
    return f"{parts.path}?{parts.query}"


async def come_by(
    client: httpx.AsyncClient, server: OAuthServer, provider: str = "yandex", **query: str
) -> httpx.Response:
    """All the way: to the provider, and back."""
    return await client.get(await visit(server, await begin(client, provider, **query)))


def parameters(url: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


async def kept(container: Container) -> dict[str, list[dict[str, Any]]]:
    """All that a sign-in might change; of a person, in the same order."""
    return {table: sorted(await rows_of(container, table), key=str) for table in _KEPT}
