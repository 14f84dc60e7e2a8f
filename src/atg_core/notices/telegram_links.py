"""Linking a person to their chat with the bot, by a code that they send to it as `/start CODE`.

The code is signed and names the person, its expiry and the chat that was linked when it was made: it works once, and
nothing is stored of it. It fits into the parameter of a link to a bot (core.telegram.org/bots/features#deep-linking:
64 characters of A-Z, a-z, 0-9, _ and -).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.notices.ports import NoticeSettings, RecipientNotFound
from atg_core.unit_of_work import UnitOfWork

LIFETIME = timedelta(minutes=15)
_MAC_BYTES = 16
_BODY_BYTES = 20


class LinkingCodeNotFound(NotFound):
    """There is no such code, or no longer"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingCode:
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkingCodes:
    """`key`: of HMAC-SHA256 (RFC 2104), whose first 128 bits are the signature."""

    key: bytes = field(repr=False)

    def code(self, user_id: UUID, chat_id: int | None, expires_at: datetime) -> str:
        """48 characters of A-Z, a-z, 0-9, _ and -."""
        body = user_id.bytes + int(expires_at.timestamp()).to_bytes(4)
        return urlsafe_b64encode(self._mac(body, chat_id) + body).decode()

    def user_id(self, code: str) -> UUID:
        """Whom the code names; nothing is checked. Raises LinkingCodeNotFound."""
        return UUID(bytes=_read(code)[_MAC_BYTES:][:16])

    def require_valid(self, code: str, chat_id: int | None, now: datetime) -> None:
        """`chat_id`: that is linked now. Raises LinkingCodeNotFound."""
        signed = _read(code)
        mac, body = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        expires_at = datetime.fromtimestamp(int.from_bytes(body[16:]), UTC)
        if not hmac.compare_digest(mac, self._mac(body, chat_id)) or expires_at <= now:
            raise LinkingCodeNotFound

    def _mac(self, body: bytes, chat_id: int | None) -> bytes:
        return hmac.digest(self.key, body + str(chat_id).encode(), "sha256")[:_MAC_BYTES]


def _read(code: str) -> bytes:
    try:
        signed = urlsafe_b64decode(code.encode("ascii"))
    except (NoBase64, ValueError):
        raise LinkingCodeNotFound from None
    if len(signed) != _MAC_BYTES + _BODY_BYTES:
        raise LinkingCodeNotFound
    return signed


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTelegram:
    """Links a person's chat with the bot, and ends that. A chat is one person's: who links it last has it."""

    open: UnitOfWork[NoticeSettings]
    linking_codes: LinkingCodes
    clock: Clock

    async def make_code(self, user_id: UUID) -> LinkingCode:
        """Raises RecipientNotFound."""
        async with self.open() as store:
            recipient = await store.recipient(user_id)
        expires_at = (self.clock() + LIFETIME).replace(microsecond=0)
        return LinkingCode(code=self.linking_codes.code(user_id, recipient.chat_id, expires_at), expires_at=expires_at)

    async def link(self, code: str, chat_id: int) -> None:
        """What the bot was sent. The same chat again changes nothing. Raises LinkingCodeNotFound."""
        now, user_id = self.clock(), self.linking_codes.user_id(code)
        async with self.open() as store:
            try:
                recipient = await store.recipient(user_id)
            except RecipientNotFound:
                raise LinkingCodeNotFound from None
            self.linking_codes.require_valid(code, recipient.chat_id, now)
            await store.link(user_id, chat_id, now)

    async def unlink(self, user_id: UUID) -> None:
        async with self.open() as store:
            await store.unlink(user_id)
