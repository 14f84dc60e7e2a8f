"""Codes that a frontend elsewhere exchanges for tokens, after signing in with a provider."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from atg_core.errors import Invalid
from atg_core.identity.email_tokens import hash_of
from atg_core.identity.model import Device

EXCHANGE_LIFETIME = timedelta(minutes=1)


class ExchangeCodeNotValid(Invalid):
    """is not valid, was used already, or is older than a minute: sign in again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeCode:
    """Proof of the first factor, for who has the code. The device is that of the browser at the callback."""

    code_hash: bytes
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    ip_address: str | None = None
    user_agent: str | None = None
    device_hash: bytes | None = field(default=None, repr=False)

    @classmethod
    def new(cls, user_id: UUID, device: Device, now: datetime) -> tuple[str, "ExchangeCode"]:
        """The text of a code, of which only the hash is stored."""
        text = secrets.token_urlsafe(32)
        return text, cls(
            code_hash=hash_of(text),
            user_id=user_id,
            created_at=now,
            expires_at=now + EXCHANGE_LIFETIME,
            ip_address=device.ip_address,
            user_agent=device.user_agent,
            device_hash=device.hash,
        )

    @property
    def device(self) -> Device:
        return Device(ip_address=self.ip_address, user_agent=self.user_agent, hash=self.device_hash)


class ExchangeCodes(Protocol):
    """Codes of sign-ins that a frontend elsewhere completes, within the open transaction."""

    async def add_exchange_code(self, code: ExchangeCode) -> None: ...

    async def find_exchange_code(self, code_hash: bytes) -> UUID | None:
        """Whose it is, also of an expired one."""

    async def use_exchange_code(self, code_hash: bytes, now: datetime) -> ExchangeCode | None:
        """Deletes a live code and returns it; of concurrent calls one gets it."""

    async def delete_exchange_codes(self, before: datetime) -> int:
        """Deletes codes that expired before then; their number."""
