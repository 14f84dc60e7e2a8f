"""OAuth 2.0 sign-in (RFC 6749): the port of a provider, and authorization requests bound to a browser.

Providers are named as in the paths of the routes, such as `vk`.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from atg_core.errors import BadGateway, Conflict, Invalid, NotFound
from atg_core.identity.model import Role

AUTHORIZATION_LIFETIME = timedelta(minutes=10)


class ProviderNotFound(NotFound):
    """Nobody signs in with this provider here"""


class AttemptNotValid(Invalid):
    """This was not begun in this browser, has been used, or took more than ten minutes: begin again"""

    def __init__(self) -> None:
        super().__init__(field="state")


class ProviderRefused(Invalid):
    """The provider did not let you in: begin again"""


class ProviderFailed(BadGateway):
    """The provider did not answer as it should"""


class AccountExists(Conflict):
    """This email has an account, and the provider does not say that the email is yours: sign in with the password"""


class IdentityTaken(Conflict):
    """This account of the provider belongs to a user already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Claims of a provider about a user. `subject`: the permanent user id at the provider."""

    subject: str
    email: str | None
    email_verified: bool
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthIdentity:
    """An account at a provider that is linked to a user."""

    provider: str
    subject: str
    user_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """An authorization request. `role`: the chosen role of a new user; `return_to`: the address of a frontend.

    `verifier`: the PKCE code verifier, 43 characters (RFC 7636, section 4.1); `nonce`: for ID tokens (OpenID Connect
    Core, section 2).
    """

    role: Role | None
    return_to: str | None
    state: str
    verifier: str = field(repr=False)
    nonce: str


class SignInProvider(Protocol):
    """An OAuth provider."""

    def start(self, authorization: AuthorizationRequest) -> str:
        """The authorization URL."""

    async def finish(self, callback: Mapping[str, str], authorization: AuthorizationRequest) -> Claims:
        """Exchanges the code of a callback for the claims.

        Raises ProviderRefused if the user denied access or the code is invalid, ProviderFailed.
        """


class OAuthIdentities(Protocol):
    """Linked OAuth identities, within the open transaction."""

    async def find_identity(self, provider: str, subject: str) -> UUID | None:
        """The id of the linked user."""

    async def add_identity(self, identity: OAuthIdentity) -> None:
        """Raises IdentityTaken; the transaction stays usable."""

    async def delete_identities(self, user_id: UUID) -> None:
        """Unlinks all identities of the user."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequests:
    """Authorization requests, bound to a browser by a cookie (RFC 6749, section 10.12).

    The cookie holds a seed, the provider, the role, the expiry and the address to return to, with an HMAC over them
    (RFC 2104). State, verifier and nonce are HMACs over the same: the cookie does not reveal the verifier, nor the
    state the cookie.
    """

    key: bytes = field(repr=False)

    def begin(
        self, provider: str, role: Role | None, return_to: str | None, now: datetime
    ) -> tuple[str, AuthorizationRequest]:
        """The cookie value, and the request."""
        ends = int((now + AUTHORIZATION_LIFETIME).timestamp())
        payload = f"{secrets.token_urlsafe(32)}.{provider}.{role or ''}.{ends}"
        if return_to:
            payload += f".{_encoded(return_to)}"
        return f"{payload}.{self._mac('kept', payload)}", self._request(payload, role, return_to)

    def resume(self, cookie: str, provider: str, state: str, now: datetime) -> AuthorizationRequest:
        """Restores the request. Raises AttemptNotValid for a forged or expired cookie, another provider or state."""
        payload, _, mac = cookie.rpartition(".")
        if not _are_same(self._mac("kept", payload), mac):
            raise AttemptNotValid
        _, whose, role, ends, *rest = payload.split(".")
        return_to = _decoded(rest[0]) if rest else ""
        authorization = self._request(payload, Role(role) if role else None, return_to or None)
        if whose != provider or now.timestamp() >= int(ends) or not _are_same(authorization.state, state):
            raise AttemptNotValid
        return authorization

    def _request(self, payload: str, role: Role | None, return_to: str | None) -> AuthorizationRequest:
        state, verifier, nonce = (self._mac(purpose, payload) for purpose in ("state", "verifier", "nonce"))
        return AuthorizationRequest(role=role, return_to=return_to, state=state, verifier=verifier, nonce=nonce)

    def _mac(self, purpose: str, payload: str) -> str:
        digest = hmac.digest(self.key, f"{purpose}:{payload}".encode(errors="replace"), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(text: str) -> str:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def _are_same(made: str, given: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(made.encode(), given.encode(errors="replace"))
