"""What promo codes look like, and links that confirm an address."""

import hmac
import secrets
import string
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from atg_core.errors import Invalid

_ALPHABET = string.ascii_uppercase + string.digits
_LENGTHS = (6, 7, 8)
_LINK_LIVES = timedelta(days=30)


class InvalidToken(Invalid):
    """This link is not valid, or no longer"""


def new_code(now: datetime) -> str:
    """Such as PROMO-ABC123-120000: six to eight characters drawn at random, and the time in UTC."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(secrets.choice(_LENGTHS)))
    return f"PROMO-{drawn}-{now.astimezone(UTC):%H%M%S}"


@dataclass(frozen=True, slots=True)
class ConfirmationTokens:
    """Tokens that only whoever reads a participant's mail knows: the participant, an end, and a MAC (RFC 2104)."""

    key: bytes

    def token(self, participant_id: UUID, now: datetime) -> str:
        ends = int((now + _LINK_LIVES).timestamp())
        return f"{participant_id.hex}.{ends}.{self._mac(participant_id.hex, str(ends))}"

    def participant(self, token: str, now: datetime) -> UUID:
        """Raises InvalidToken."""
        participant, _, rest = token.partition(".")
        ends, _, mac = rest.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(participant, ends).encode()):
            raise InvalidToken(field="token")
        if int(ends) < now.timestamp():
            raise InvalidToken(field="token")
        return UUID(hex=participant)

    def _mac(self, participant: str, ends: str) -> str:
        digest = hmac.digest(self.key, f"{participant}.{ends}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
