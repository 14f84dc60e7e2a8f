"""The authorization code flow with PKCE (RFC 6749, section 4.1, and RFC 7636), with oauthlib and httpx."""

import asyncio
from collections.abc import Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLContext
from typing import Any, NoReturn

import httpx
import msgspec
import structlog
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidGrantError

from atg_adapters.oauth.id_tokens import require_agreement
from atg_adapters.oauth.providers import Contradiction, Provider
from atg_adapters.proxies import proxy_to
from atg_core.clock import Clock
from atg_core.identity.oauth_providers import AuthorizationRequest, Claims, ProviderFailed, ProviderRefused

_MAX_BYTES = 100_000
_MAX_TOLD = 60
_log = structlog.get_logger("atg.oauth")


@cache
def _trusted() -> SSLContext:
    """Created once: that takes longer than a request."""
    return httpx.create_ssl_context()


class OAuthProvider:
    """`SignInProvider` for an application registered with a provider. `seconds`: the timeout of `finish`.

    `redirect_uri`: exactly as registered; `transport`: replaces the network in tests.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float,
    ) -> None:
        self._provider, self._client_id, self._secret = provider, client_id, client_secret
        self._redirect_uri, self._clock, self._seconds = redirect_uri, clock, seconds
        self._http = httpx.AsyncClient(
            transport=transport or httpx.AsyncHTTPTransport(proxy=proxy_to(provider.token_url), verify=_trusted()),
            timeout=seconds,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        # Cookies of one user must not be sent for the next.
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def start(self, authorization: AuthorizationRequest) -> str:
        """`SignInProvider.start`."""
        client = WebApplicationClient(self._client_id)
        url: str = client.prepare_request_uri(
            self._provider.authorize_url,
            redirect_uri=self._redirect_uri,
            scope=self._provider.scope,
            state=authorization.state,
            nonce=authorization.nonce,
            code_challenge=client.create_code_challenge(authorization.verifier, "S256"),
            code_challenge_method="S256",
        )
        return url

    async def finish(self, callback: Mapping[str, str], authorization: AuthorizationRequest) -> Claims:
        """`SignInProvider.finish`. VK needs `device_id` beside the code."""
        if said := callback.get("error"):
            self._refuse_or_fail(said, is_refusal=said == AccessDeniedError.error)
        if not callback.get("code"):
            raise ProviderRefused
        try:
            async with asyncio.timeout(self._seconds):
                granted = await self._granted(callback, authorization)
                told = await self._json(self._provider.ask(granted["access_token"], self._client_id))
            return self._provider.read(told, granted, self._client_id)
        except Contradiction as contradiction:
            self._fail(str(contradiction))
        except (TimeoutError, httpx.HTTPError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._fail(type(error).__name__)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _granted(self, callback: Mapping[str, str], authorization: AuthorizationRequest) -> dict[str, Any]:
        """The token response for the code. Raises ProviderRefused, ProviderFailed."""
        client = WebApplicationClient(self._client_id)
        form = client.prepare_request_body(
            code=callback["code"],
            redirect_uri=self._redirect_uri,
            code_verifier=authorization.verifier,
            client_secret=self._secret or None,
            device_id=callback.get("device_id"),
            state=authorization.state,
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = httpx.Request("POST", self._provider.token_url, content=form, headers=headers)
        told = await self._json(request, also=range(400, 500))
        try:
            granted: dict[str, Any] = client.parse_request_body_response(msgspec.json.encode(told).decode())
        except OAuth2Error as error:
            self._refuse_or_fail(str(error.error), is_refusal=isinstance(error, InvalidGrantError))
        except (TypeError, ValueError, AttributeError):
            raise Contradiction("the token is none") from None
        if not isinstance(granted["access_token"], str) or not granted["access_token"].isascii():
            raise Contradiction("the access token is none")
        if granted.get("state", authorization.state) not in (authorization.state, ""):
            raise Contradiction("the token belongs to another attempt")
        if id_token := granted.get("id_token"):
            now = self._clock().timestamp()
            require_agreement(id_token, client_id=self._client_id, nonce=authorization.nonce, now=now)
        return granted

    async def _json(self, request: httpx.Request, *, also: range = range(0)) -> dict[str, Any]:
        """The JSON object of a response. `also`: further statuses that have one. Redirects are not followed."""
        request.headers.update(self._http.headers)
        request.extensions["timeout"] = self._http.timeout.as_dict()
        response = await self._http.send(request, stream=True)
        try:
            if response.status_code != 200 and response.status_code not in also:
                raise Contradiction(f"status {response.status_code}")
            told = bytearray()
            async for chunk in response.aiter_raw():
                told += chunk
                if len(told) > _MAX_BYTES:
                    raise Contradiction("the answer is too long")
        finally:
            await response.aclose()
        return msgspec.json.decode(told, type=dict[str, Any])

    def _refuse_or_fail(self, error: str, *, is_refusal: bool) -> NoReturn:
        if is_refusal:
            raise ProviderRefused from None
        self._fail(error[:_MAX_TOLD])

    def _fail(self, cause: str) -> NoReturn:
        """Logs the cause, without anything that may be a code or a token."""
        _log.warning("a provider failed", url=self._provider.token_url, cause=cause)
        raise ProviderFailed from None
