"""Signing in with an account elsewhere (OAuth 2.0, RFC 6749): what a provider is asked, and what a browser keeps.

A provider is named as in the path of its routes, such as `vk`.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from atg_core.errors import BadGateway, Conflict, Invalid, NotFound
from atg_core.identity.model import Role

ATTEMPT_LIVES = timedelta(minutes=10)


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
    """What a provider says of somebody.

    `subject`: who it is, for good; `email_verified`: whether the email is known to be theirs.
    """

    subject: str
    email: str | None
    email_verified: bool
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthIdentity:
    """An account at a provider, and the user whom it signs in."""

    provider: str
    subject: str
    user_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way to a provider and back. `role`: what a newcomer has chosen to be.

    `verifier`: 43 characters, for PKCE (RFC 7636, section 4.1); `nonce`: for ID tokens (OpenID Connect Core, 2).
    """

    role: Role | None
    state: str
    verifier: str = field(repr=False)
    nonce: str


class SignInProvider(Protocol):
    """Where people have accounts already."""

    def start(self, attempt: Attempt) -> str:
        """The URL at which the provider asks its user."""

    async def finish(self, answer: Mapping[str, str], attempt: Attempt) -> Claims:
        """What the provider says, for the parameters with which it has sent the browser back.

        Raises ProviderRefused if its user said no or the code is not good, ProviderFailed.
        """


class OAuthIdentities(Protocol):
    """Who is known by which account elsewhere, within the transaction that is open."""

    async def find_identity(self, provider: str, subject: str) -> UUID | None:
        """The user's id."""

    async def add_identity(self, identity: OAuthIdentity) -> None:
        """Raises IdentityTaken, and the transaction may go on."""

    async def forget_identities(self, user_id: UUID) -> None:
        """The user is signed in by none any more."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Binds an attempt to the browser in which it was begun.

    The browser keeps a seed, the provider, the role and an end, with a MAC over them (RFC 2104). State, verifier and
    nonce are MACs over the same: who reads what is kept does not know the verifier, and who has seen the state can not
    make what is kept.
    """

    key: bytes = field(repr=False)

    def begin(self, provider: str, role: Role | None, now: datetime) -> tuple[str, Attempt]:
        """What the browser keeps, and the attempt."""
        ends = int((now + ATTEMPT_LIVES).timestamp())
        kept = f"{secrets.token_urlsafe(32)}.{provider}.{role or ''}.{ends}"
        return f"{kept}.{self._mac('kept', kept)}", self._attempt(kept, role)

    def resume(self, signed: str, provider: str, state: str, now: datetime) -> Attempt:
        """Raises AttemptNotValid for what was not made here, for this provider and this state, or too long ago."""
        kept, _, mac = signed.rpartition(".")
        if not _are_same(self._mac("kept", kept), mac):
            raise AttemptNotValid
        _, whose, role, ends = kept.split(".")
        attempt = self._attempt(kept, Role(role) if role else None)
        if whose != provider or now.timestamp() >= int(ends) or not _are_same(attempt.state, state):
            raise AttemptNotValid
        return attempt

    def _attempt(self, kept: str, role: Role | None) -> Attempt:
        state, verifier, nonce = (self._mac(purpose, kept) for purpose in ("state", "verifier", "nonce"))
        return Attempt(role=role, state=state, verifier=verifier, nonce=nonce)

    def _mac(self, purpose: str, kept: str) -> str:
        digest = hmac.digest(self.key, f"{purpose}:{kept}".encode(errors="replace"), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _are_same(made: str, given: str) -> bool:
    """In a time that tells nothing."""
    return hmac.compare_digest(made.encode(), given.encode(errors="replace"))
