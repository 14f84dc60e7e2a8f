"""Access tokens by Server-to-Server OAuth (developers.zoom.us/docs/internal-apps/s2s-oauth): an hour each, and no
refresh token."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial

import msgspec

from atg_adapters.zoom.exchange import Call, Exchange
from atg_core.conferencing.model import Credentials
from atg_core.conferencing.ports import ConferenceProviderFailed

_SPARE = 60.0
_TOKEN = re.compile(r"[!-~]+")


class Granted(msgspec.Struct, frozen=True):
    """What Zoom grants."""

    access_token: str
    expires_in: float


class Tokens:
    """One token for each credentials, kept until a minute before it expires, and fetched once however many wait for it.

    `monotonic`: seconds that only go on.
    """

    def __init__(self, exchange: Exchange, url: str, monotonic: Callable[[], float]) -> None:
        self._exchange, self._url, self._monotonic = exchange, url, monotonic
        self._kept: dict[Credentials, tuple[str, float]] = {}
        self._flights: dict[Credentials, asyncio.Task[str]] = {}

    async def token(self, credentials: Credentials) -> str:
        """Raises ConferenceProviderFailed: whatever became of this request, nothing else was asked yet."""
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
        """Zoom does not take this token; one that was fetched since stays."""
        if self._kept.get(credentials, ("", 0.0))[0] == token:
            del self._kept[credentials]

    async def close(self) -> None:
        """Nobody waits any longer."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _fetch(self, credentials: Credentials) -> str:
        form = {"grant_type": "account_credentials", "account_id": credentials.account_id}
        call = Call("POST", "/oauth/token", form=form)
        basic = b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
        asked = self._monotonic()
        answer = await self._exchange.patiently(lambda: self._exchange.send(self._url, call, f"Basic {basic}"))
        try:
            granted = msgspec.json.decode(answer, type=Granted)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ConferenceProviderFailed from None
        if not _TOKEN.fullmatch(granted.access_token):
            raise ConferenceProviderFailed
        self._keep(credentials, granted.access_token, asked + granted.expires_in - _SPARE)
        return granted.access_token

    def _keep(self, credentials: Credentials, token: str, until: float) -> None:
        now = self._monotonic()
        self._kept = {whose: kept for whose, kept in self._kept.items() if kept[1] > now}
        self._kept[credentials] = token, until

    def _landed(self, credentials: Credentials, flight: asyncio.Task[str]) -> None:
        del self._flights[credentials]
        if not flight.cancelled():
            flight.exception()  # else asyncio complains of it when nobody has waited until the end
