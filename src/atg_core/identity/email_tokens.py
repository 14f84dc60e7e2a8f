"""Tokens in links of emails, each for one purpose and with an expiry.

A token is an HMAC over the id of its record (RFC 2104), so that jobs carry no token in their arguments and resend the
same one. The record stores only the SHA-256 of the token.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from atg_core.errors import NotFound


class LinkNotFound(NotFound):
    """This link is not valid, or no longer"""


class Purpose(StrEnum):
    """What a token permits."""

    CONFIRM_EMAIL = "confirm_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose
    REVOKE_SESSION = "revoke_session"


LIFETIMES: Mapping[Purpose, timedelta] = {
    Purpose.CONFIRM_EMAIL: timedelta(days=7),
    Purpose.CHANGE_EMAIL: timedelta(days=1),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.REVOKE_SESSION: timedelta(days=7),
}
REVOCABLE = (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)
"""What a change of password, email or owner revokes."""
RETENTION = timedelta(days=30)
"""How long records are kept after expiry, for support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailToken:
    """`email`: the recipient, and the address that is verified; `session_id`: the session to revoke."""

    id: UUID
    purpose: Purpose
    token_hash: bytes
    user_id: UUID
    email: str
    session_id: UUID | None = None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class EmailTokenSigner:
    """Tokens of 256 bits, in 43 characters of A-Z, a-z, 0-9, _ and -."""

    key: bytes = field(repr=False)

    def token(self, token_id: UUID, purpose: Purpose) -> str:
        digest = hmac.digest(self.key, f"{purpose}:{token_id}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> bytes:
    """The SHA-256 that is stored of a token."""
    return sha256(token.encode(errors="replace")).digest()
