"""Email confirmation by a link with a signed token."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.campaigns.model import Participant
from atg_core.campaigns.ports import VisitorSessions
from atg_core.clock import Clock
from atg_core.errors import Invalid
from atg_core.unit_of_work import UnitOfWork

_LIFETIME = timedelta(days=30)


class InvalidToken(Invalid):
    """This link is not valid, or no longer"""


@dataclass(frozen=True, slots=True)
class ConfirmationTokens:
    """Tokens of a participant's id, an expiry in Unix seconds, and an HMAC-SHA256 of both (RFC 2104)."""

    key: bytes

    def token(self, participant_id: UUID, now: datetime) -> str:
        expires = int((now + _LIFETIME).timestamp())
        return f"{participant_id.hex}.{expires}.{self._mac(participant_id.hex, str(expires))}"

    def participant(self, token: str, now: datetime) -> UUID:
        """Raises InvalidToken."""
        participant, _, rest = token.partition(".")
        expires, _, mac = rest.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(participant, expires).encode()):
            raise InvalidToken(field="token")
        if int(expires) < now.timestamp():
            raise InvalidToken(field="token")
        return UUID(hex=participant)

    def _mac(self, participant: str, expires: str) -> str:
        digest = hmac.digest(self.key, f"{participant}.{expires}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail:
    """Marks the participant's address as verified. Raises InvalidToken, ParticipantNotFound."""

    open: UnitOfWork[VisitorSessions]
    confirmation_tokens: ConfirmationTokens
    clock: Clock

    async def __call__(self, token: str) -> Participant:
        now = self.clock()
        participant_id = self.confirmation_tokens.participant(token, now)
        async with self.open() as store:
            participant = await store.participant(participant_id)
            if not participant.is_verified:
                participant = replace(participant, is_verified=True, verified_at=now)
                await store.save_participant(participant)
                await store.clear_pending_email(participant)
        return participant
