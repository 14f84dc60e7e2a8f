"""Links that are sent by mail: whoever has one may do a single thing with an account, until a time.

The token in a link is a MAC over the id of its record (RFC 2104), so that a job that sends it needs no token in its
arguments, and one that sends again sends the same. The record keeps the SHA-256 of the token alone: whoever reads the
database has no link.
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
    """What a link is good for."""

    CONFIRM_EMAIL = "confirm_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose
    REVOKE_SESSION = "revoke_session"


LIVES: Mapping[Purpose, timedelta] = {
    Purpose.CONFIRM_EMAIL: timedelta(days=7),
    Purpose.CHANGE_EMAIL: timedelta(days=1),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.REVOKE_SESSION: timedelta(days=7),
}
KEPT_FOR = timedelta(days=30)
"""After its end a record is of use for questions alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailToken:
    """`email`: where the link goes, and which address it confirms; `session_id`: which session it ends."""

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
class LinkTokens:
    """Tokens of 256 bits, in 43 characters of A-Z, a-z, 0-9, _ and -."""

    key: bytes = field(repr=False)

    def token(self, token_id: UUID, purpose: Purpose) -> str:
        digest = hmac.digest(self.key, f"{purpose}:{token_id}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode(errors="replace")).digest()
