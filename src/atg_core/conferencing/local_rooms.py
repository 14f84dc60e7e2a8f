"""Local rooms: signed tokens for meetings on this server, used by the provider `local`."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from atg_core.errors import NotFound

_HOST, _GUEST = "h", "g"
_TOKEN = re.compile(rf"([0-9]{{1,20}})([{_HOST}{_GUEST}])\.([A-Za-z0-9_-]{{43}})")


class RoomNotFound(NotFound):
    """There is no such room"""


@dataclass(frozen=True, slots=True)
class LocalRooms:
    """Room tokens: the meeting's id, the role (host or guest), and an HMAC over both (RFC 2104)."""

    key: bytes = field(repr=False)

    def token(self, meeting_id: str, is_host: bool) -> str:
        """URL-safe. `meeting_id`: digits."""
        place = f"{meeting_id}{_HOST if is_host else _GUEST}"
        return f"{place}.{self._mac(place)}"

    def verify(self, token: str) -> tuple[str, bool]:
        """The meeting's id, and whether the bearer is its host. Raises RoomNotFound for a forged token."""
        parts = _TOKEN.fullmatch(token)
        if not parts or not hmac.compare_digest(self._mac(parts[1] + parts[2]), parts[3]):
            raise RoomNotFound
        return parts[1], parts[2] == _HOST

    def _mac(self, place: str) -> str:
        digest = hmac.digest(self.key, f"room:{place}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
