"""Downloads of recordings from Zoom.

A `download_url` of zoom.us redirects to a signed URL (ssrweb.zoom.us) that needs no token, so the token is sent to the
first origin only. Redirects to hosts other than Zoom's are refused (SSRF).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager

import httpx

from atg_adapters.zoom.access_tokens import AccessTokens
from atg_adapters.zoom.client import ZoomClient
from atg_adapters.zoom.errors import ZoomRefused, refused_error, translated_errors
from atg_core.conferencing.model import Credentials, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_ROUTE = "/a-recording"
_CHUNK = 256 * 1024
_MOST_STEPS = 5
_NO_RECORDING = ("text/", "application/json", "application/problem")
type _Origin = tuple[str, str, int | None]


class RecordingDownloads:
    """Downloads from hosts of `domains` over https, and from the origins of the URLs `known`."""

    def __init__(
        self,
        client: ZoomClient,
        tokens: AccessTokens,
        *,
        known: Collection[str],
        domains: Collection[str],
        seconds: float,
    ) -> None:
        self._client, self._tokens, self._domains, self._seconds = client, tokens, tuple(domains), seconds
        self._known = {_origin(httpx.URL(url)) for url in known}

    @asynccontextmanager
    async def open(self, credentials: Credentials, recording: RecordingFile) -> AsyncIterator[AsyncIterator[bytes]]:
        """Raises ConferenceProviderFailed, also for a file shorter than its `size`."""
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
        request = self._client.http.build_request(
            "GET",
            url.copy_with(raw_path=_ROUTE.encode()),
            headers=headers,
            timeout=self._seconds,
            extensions={"path": url.raw_path},
        )
        with translated_errors(_ROUTE):
            return await self._client.http.send(request, stream=True)

    async def _checked(self, response: httpx.Response) -> httpx.Response:
        """Zoom replies with a page and status 200 if access is denied."""
        is_page = response.headers.get("Content-Type", "").lower().startswith(_NO_RECORDING)
        if response.status_code == 200 and not is_page:
            return response
        try:
            if response.is_success:
                raise ConferenceProviderFailed
            with translated_errors(_ROUTE):
                await response.aread()
            raise refused_error(_ROUTE, response, self._client.pause)
        finally:
            await response.aclose()

    async def _chunks(self, response: httpx.Response, size: int | None) -> AsyncGenerator[bytes]:
        received = 0
        with translated_errors(_ROUTE):
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
