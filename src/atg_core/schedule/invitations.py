"""Invitations into groups: nobody is put into a group by a teacher who does not teach them yet (spec: schedule)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.errors import NotFound, TooMany
from atg_core.schedule.model import Viewer
from atg_core.schedule.ports import Groups

LIFETIME = timedelta(days=30)
MAX_OPEN = 200
MAX_A_DAY = 50
A_DAY = timedelta(days=1)
A_MONTH = timedelta(days=30)
"""A teacher mails the same email once in this time; records are kept as long."""


class InvitationNotFound(NotFound):
    """There is no such invitation, or no longer"""


class TooManyInvitations(TooMany):
    """More invitations than a teacher may send in a day, try again tomorrow"""


class TooManyOpenInvitations(TooMany):
    """More invitations than a teacher may have open: withdraw some, or wait until they are answered"""


class InvitationStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class InvitationResult(StrEnum):
    """What became of an email; `invited` tells nothing of whether it has an account."""

    ADDED = "added"
    INVITED = "invited"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`email`: in lower case; `mailed_at`: when it was last mailed; `group_id`: None once the group is deleted."""

    id: UUID
    group_id: int | None
    teacher_id: UUID
    email: str
    status: InvitationStatus
    created_at: datetime
    mailed_at: datetime | None
    expires_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.status is InvitationStatus.OPEN and self.group_id is not None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInvitation:
    """An open invitation as the invited sees it; `language`: the teacher's."""

    id: UUID
    email: str
    group_name: str
    teacher_name: str
    language: str
    created_at: datetime
    mailed_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentInvitations:
    """How many invitations of a teacher are open, and how many were mailed since some moment."""

    open: int
    mailed: int


class Invitations(Groups, Protocol):
    """Invitations, with the groups that they are into, within one transaction, which other units of work join."""

    async def sent_invitations(self, teacher_id: UUID, now: datetime, since: datetime) -> SentInvitations:
        """Locks the teacher until the end of the transaction, so that simultaneous requests count each other."""

    async def invitations_of(self, group_id: int, emails: Collection[str]) -> Mapping[str, Invitation]:
        """Those of a group by email, whatever their status."""

    async def mailed_to(self, teacher_id: UUID, emails: Collection[str], since: datetime) -> set[str]:
        """Emails that the teacher has mailed an invitation to since then, into whatever group."""

    async def save_invitation(self, invitation: Invitation) -> None:
        """Adds or replaces it."""

    async def invitation(self, invitation_id: UUID) -> Invitation:
        """Raises InvitationNotFound."""

    async def delete_invitations(self, before: datetime) -> int:
        """Deletes those that had expired, and were mailed, before then; their number."""


class InvitationQueries(Protocol):
    """Open invitations, newest first."""

    async def sent(
        self, viewer: Viewer, group_id: int, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Invitation], int]:
        """Raises GroupNotFound, also for those who do not teach the group."""

    async def received(
        self, email: str, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[ReceivedInvitation], int]:
        """Those of active teachers, for an email in lower case."""

    async def find(self, invitation_id: UUID, now: datetime) -> ReceivedInvitation | None:
        """The open invitation of an active teacher."""

    async def mails_before(self, invitation: ReceivedInvitation, since: datetime) -> int:
        """How many invitations were mailed to its email since then, before it was."""


@dataclass(frozen=True, slots=True)
class InvitationTokens:
    """Tokens of mailed links: the id of the invitation and an HMAC over it (RFC 2104), so that none is stored."""

    key: bytes = field(repr=False)

    def token(self, invitation_id: UUID) -> str:
        return urlsafe_b64encode(invitation_id.bytes + self._mac(invitation_id)).decode()

    def invitation_id(self, token: str) -> UUID:
        """Raises InvitationNotFound."""
        try:
            invitation_id = UUID(bytes=urlsafe_b64decode(token.encode("ascii"))[:16])
        except (ValueError, BadBase64):
            raise InvitationNotFound from None
        if not hmac.compare_digest(self.token(invitation_id), token):
            raise InvitationNotFound
        return invitation_id

    def _mac(self, invitation_id: UUID) -> bytes:
        return hmac.digest(self.key, b"invitation:" + invitation_id.bytes, "sha256")
