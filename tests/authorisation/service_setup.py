"""The service as the authorisation tests run it."""

from collections.abc import Iterator
from contextlib import contextmanager

from dependency_injector import providers
from msgspec import structs

from atg_adapters.memory.files.object_store import MemoryObjectStore
from atg_adapters.memory.identity.caller_cache import NoCallerCache
from atg_entrypoints.container import Container
from tests.contracts.conferencing.http_webhooks import NOON
from tests.contracts.conferencing.http_webhooks import SECRET as ZOOM_SECRET
from tests.contracts.shop.bot import SERVICE
from tests.contracts.shop.http_telegram import BOT_TOKEN
from tests.contracts.shop.http_telegram import SECRET as TELEGRAM_SECRET


@contextmanager
def settled(container: Container) -> Iterator[None]:
    """One moment for all, nothing remembered between requests, files in memory, and the secrets of those who call
    without an account. What is changed of the settings, the clock and the callers' cache ends with the test."""
    secrets = {"telegram_bot_token": BOT_TOKEN, "telegram_webhook_secret": TELEGRAM_SECRET}
    secrets |= {"zoom_webhook_secret": ZOOM_SECRET, "service_tokens": [SERVICE]}
    secrets |= {"yandex_client_id": "x", "yandex_client_secret": "x"}
    settings = structs.replace(container.settings(), rate_limit=0, **secrets)
    container.settings.override(providers.Object(settings))
    container.clock.override(providers.Object(lambda: NOON))
    container.caller_cache.override(providers.Object(NoCallerCache()))
    with container.object_store.override(MemoryObjectStore(container.url_signer(), settings.base_url)):
        yield
