"""Access tokens by Server-to-Server OAuth (developers.zoom.us/docs/internal-apps/s2s-oauth), valid for an hour."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial

import msgspec

from atg_adapters.zoom.client import ApiRequest, ZoomClient
from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed

_SPARE = 60.0
_TOKEN = re.compile(r"[!-~]+")


class TokenResponse(msgspec.Struct, frozen=True):
    """Response of the token endpoint (RFC 6749, section 5.1)."""

    access_token: str
    expires_in: float


class AccessTokens:
    """Caches a token for each credentials until a minute before it expires; concurrent callers share one request.

    `monotonic`: a monotonic clock in seconds.
    """

    def __init__(self, client: ZoomClient, url: str, monotonic: Callable[[], float]) -> None:
        self._client, self._url, self._monotonic = client, url, monotonic
        self._kept: dict[Credentials, tuple[str, float]] = {}
        self._flights: dict[Credentials, asyncio.Task[str]] = {}

    async def token(self, credentials: Credentials) -> str:
        """Raises ConferenceProviderFailed, never a timeout: no request to the API was sent yet."""
        token, until = self._kept.get(credentials, ("", 0.0))
        if token and self._monotonic() < until:
            return token
        flight = self._flights.get(credentials)
        if flight is None:
            flight = self._flights[credentials] = asyncio.create_task(self._fetch(credentials))
            flight.add_done_callback(partial(self._landed, credentials))
        try:
            return await asyncio.shield(flight)
        except ConferenceProviderFailed:
            raise ConferenceProviderFailed from None

    def drop(self, credentials: Credentials, token: str) -> None:
        """Forgets a token that Zoom has rejected; a newer one stays."""
        if self._kept.get(credentials, ("", 0.0))[0] == token:
            del self._kept[credentials]

    async def close(self) -> None:
        """Cancels pending requests."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _fetch(self, credentials: Credentials) -> str:
        form = {"grant_type": "account_credentials", "account_id": credentials["account_id"]}
        request = ApiRequest("POST", "/oauth/token", form=form)
        basic = b64encode(f"{credentials['client_id']}:{credentials['client_secret']}".encode()).decode()
        asked = self._monotonic()
        answer = await self._client.with_retry(lambda: self._client.send(self._url, request, f"Basic {basic}"))
        try:
            response = msgspec.json.decode(answer, type=TokenResponse)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ConferenceProviderFailed from None
        if not _TOKEN.fullmatch(response.access_token):
            raise ConferenceProviderFailed
        self._keep(credentials, response.access_token, asked + response.expires_in - _SPARE)
        return response.access_token

    def _keep(self, credentials: Credentials, token: str, until: float) -> None:
        now = self._monotonic()
        self._kept = {whose: kept for whose, kept in self._kept.items() if kept[1] > now}
        self._kept[credentials] = token, until

    def _landed(self, credentials: Credentials, flight: asyncio.Task[str]) -> None:
        del self._flights[credentials]
        if not flight.cancelled():
            flight.exception()  # retrieved, or asyncio would log it if no caller is left
