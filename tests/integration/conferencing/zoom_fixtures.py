"""Fixtures: a fake Zoom and its provider."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from atg_adapters.zoom.provider import ZoomProvider
from atg_core.conferencing.model import Credentials, ProviderName
from tests.contracts.conferencing.provider import an_account
from tests.zoom_api import ZoomApi
from tests.zoom_replies import CREDENTIALS

ACCOUNT = an_account(ProviderName.ZOOM)
OTHER = Credentials(account_id="acc-2", client_id="client-2", client_secret="secret-2")


class WithZoom:
    """`hasty`: a provider with a short timeout."""

    @pytest.fixture
    def zoom(self) -> Iterator[ZoomApi]:
        with ZoomApi() as zoom:
            yield zoom
            assert "unknown" not in zoom.routes()
            assert all(asked.cookie is None for _, asked in zoom.asked)

    @pytest_asyncio.fixture
    async def provider(self, zoom: ZoomApi) -> AsyncIterator[ZoomProvider]:
        provider = connected(zoom)
        yield provider
        await provider.close()

    @pytest_asyncio.fixture
    async def hasty(self, zoom: ZoomApi) -> AsyncIterator[ZoomProvider]:
        provider = connected(zoom, seconds=1.2)
        yield provider
        await provider.close()


def connected(zoom: ZoomApi, **settings: Any) -> ZoomProvider:
    return ZoomProvider(oauth_url=zoom.url, api_url=zoom.api_url, **{"seconds": 5, "pause": 0.01, **settings})


async def downloaded(zoom: ZoomApi, provider: ZoomProvider) -> bytes:
    """The first file of the meeting `uuid==`."""
    file, *_ = await provider.recording_files(ACCOUNT, CREDENTIALS, "uuid==")
    async with provider.download(ACCOUNT, CREDENTIALS, file) as chunks:
        return b"".join([chunk async for chunk in chunks])
