"""The providers with whose accounts people sign in."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from atg_core.clock import Clock
from atg_core.identity.oauth_providers import SignInProvider
from atg_entrypoints.settings import Settings

if TYPE_CHECKING:
    import httpx

_SECONDS = 10.0


def oauth_providers(
    settings: Settings,
    clock: Clock,
    opened: AsyncExitStack,
    *,
    transport: "httpx.AsyncBaseTransport | None" = None,
    seconds: float = _SECONDS,
) -> Mapping[str, SignInProvider]:
    """Those at which an application is registered, by their names in paths. Imported here: not every process asks."""
    if not (settings.vk_client_id or settings.yandex_client_id):
        return {}
    from atg_adapters.oauth.client import OAuthProvider  # noqa: PLC0415
    from atg_adapters.oauth.providers import vk, yandex  # noqa: PLC0415

    at_yandex = yandex(settings.yandex_oauth_url.rstrip("/"), settings.yandex_login_url.rstrip("/"))
    registered = {
        "vk": (vk(settings.vk_id_url.rstrip("/")), settings.vk_client_id, settings.vk_client_secret),
        "yandex": (at_yandex, settings.yandex_client_id, settings.yandex_client_secret),
    }
    made = {
        name: OAuthProvider(
            provider,
            client_id=client_id,
            client_secret=secret,
            redirect_uri=f"{settings.base_url}/auth/oauth/{name}/callback",
            clock=clock,
            transport=transport,
            seconds=seconds,
        )
        for name, (provider, client_id, secret) in registered.items()
        if client_id
    }
    for provider in made.values():
        opened.push_async_callback(provider.close)
    return made
