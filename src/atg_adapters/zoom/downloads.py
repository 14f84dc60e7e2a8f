"""Recordings, from where Zoom keeps them.

A file's address leads to another one of Zoom's that is signed and wants no token (`download_url` of zoom.us goes on to
ssrweb.zoom.us), so the token goes to the first host alone. No other host than Zoom's is asked at all.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager

import httpx

from atg_adapters.zoom.exchange import Exchange, ZoomRefused, refusal, reported
from atg_adapters.zoom.tokens import Tokens
from atg_core.conferencing.model import Credentials, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_ROUTE = "/a-recording"
_CHUNK = 256 * 1024
_MOST_STEPS = 5
_NO_RECORDING = ("text/", "application/json", "application/problem")
type _Origin = tuple[str, str, int | None]


class Downloads:
    """Asks hosts of `domains` by https, and the addresses `known` as they are."""

    def __init__(
        self,
        exchange: Exchange,
        tokens: Tokens,
        *,
        known: Collection[str],
        domains: Collection[str],
        seconds: float,
    ) -> None:
        self._exchange, self._tokens, self._domains, self._seconds = exchange, tokens, tuple(domains), seconds
        self._known = {_origin(httpx.URL(url)) for url in known}

    @asynccontextmanager
    async def open(self, credentials: Credentials, recording: RecordingFile) -> AsyncIterator[AsyncIterator[bytes]]:
        """Raises ConferenceProviderFailed, also for what is shorter than Zoom has said."""
        token = await self._tokens.token(credentials)
        try:
            response = await self._follow(recording.url, token)
        except ZoomRefused as refused:
            if refused.status != 401:
                raise
            self._tokens.drop(credentials, token)
            response = await self._follow(recording.url, await self._tokens.token(credentials))
        try:
            async with aclosing(self._chunks(response, recording.size)) as chunks:
                yield chunks
        finally:
            await response.aclose()

    async def _follow(self, url: str, token: str) -> httpx.Response:
        here = first = self._allowed(url)
        for _ in range(_MOST_STEPS):
            response = await self._ask(here, token if _origin(here) == _origin(first) else None)
            if not response.has_redirect_location:
                return await self._checked(response)
            await response.aclose()
            here = self._allowed(response.headers["Location"], here)
        raise ConferenceProviderFailed

    async def _ask(self, url: httpx.URL, token: str | None) -> httpx.Response:
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = self._exchange.client.build_request(
            "GET",
            url.copy_with(raw_path=_ROUTE.encode()),
            headers=headers,
            timeout=self._seconds,
            extensions={"path": url.raw_path},
        )
        with reported(_ROUTE):
            return await self._exchange.client.send(request, stream=True)

    async def _checked(self, response: httpx.Response) -> httpx.Response:
        """To those who may not have a recording Zoom shows a page, and says 200."""
        is_page = response.headers.get("Content-Type", "").lower().startswith(_NO_RECORDING)
        if response.status_code == 200 and not is_page:
            return response
        try:
            if response.is_success:
                raise ConferenceProviderFailed
            with reported(_ROUTE):
                await response.aread()
            raise refusal(_ROUTE, response, self._exchange.pause)
        finally:
            await response.aclose()

    async def _chunks(self, response: httpx.Response, size: int | None) -> AsyncGenerator[bytes]:
        received = 0
        with reported(_ROUTE):
            async for chunk in response.aiter_bytes(_CHUNK):
                received += len(chunk)
                yield chunk
        if received < (size or 0):
            raise ConferenceProviderTimedOut

    def _allowed(self, url: str, beside: httpx.URL | None = None) -> httpx.URL:
        """Raises ConferenceProviderFailed."""
        try:
            read = beside.join(url) if beside else httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise ConferenceProviderFailed from None
        is_zooms = any(read.host == domain or read.host.endswith(f".{domain}") for domain in self._domains)
        is_safe = read.scheme == "https" and read.port is None and is_zooms
        if read.userinfo or not (is_safe or _origin(read) in self._known):
            raise ConferenceProviderFailed
        return read.copy_with(fragment=None)


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.host, url.port
