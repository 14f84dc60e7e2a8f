"""Stopping mails by a link in them, without signing in (RFC 8058).

The token is signed and names the person and the kinds of the mail, so that nothing is stored of it. It does not expire:
a mail can be old.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotFound
from atg_core.notices.model import Channel
from atg_core.notices.ports import NoticeSettings, RecipientNotFound
from atg_core.notifier import NoticeKind
from atg_core.unit_of_work import UnitOfWork

_MAC_BYTES = 16
_KINDS: Sequence[NoticeKind] = tuple(NoticeKind)


class UnsubscribeLinkNotFound(NotFound):
    """This link is not valid"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscription:
    """What a link stops: mails of these kinds."""

    user_id: UUID
    kinds: frozenset[NoticeKind]


@dataclass(frozen=True, slots=True)
class UnsubscribeLinks:
    """`key`: of HMAC-SHA256 (RFC 2104), whose first 128 bits are the signature."""

    key: bytes = field(repr=False)
    base_url: str

    def link(self, user_id: UUID, kinds: Collection[NoticeKind]) -> str:
        return f"{self.base_url}/notices/unsubscribe?{urlencode({'token': self.token(user_id, kinds)})}"

    def token(self, user_id: UUID, kinds: Collection[NoticeKind]) -> str:
        """Characters of A-Z, a-z, 0-9, _ and -."""
        names = ",".join(sorted(set(kinds)))
        body = user_id.bytes + names.encode()
        return urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, token: str) -> Unsubscription:
        """Raises UnsubscribeLinkNotFound."""
        try:
            signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (NoBase64, ValueError):
            raise UnsubscribeLinkNotFound from None
        mac, body = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise UnsubscribeLinkNotFound
        names = body[16:].decode().split(",")
        return Unsubscription(user_id=UUID(bytes=body[:16]), kinds=frozenset(each for each in _KINDS if each in names))

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self.key, body, "sha256")[:_MAC_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """Stops the mails of a link's kinds, or all notices by mail. Idempotent. Raises UnsubscribeLinkNotFound."""

    open: UnitOfWork[NoticeSettings]
    unsubscribe_links: UnsubscribeLinks
    clock: Clock

    async def __call__(self, token: str, *, everything: bool = False) -> None:
        found = self.unsubscribe_links.read(token)
        async with self.open() as store:
            try:
                await store.recipient(found.user_id)
            except RecipientNotFound:
                return
            if everything:
                await store.put_switches(found.user_id, {"email_notifications": False}, self.clock())
            else:
                await store.put_choices(found.user_id, {(kind, Channel.MAIL): False for kind in found.kinds})
