"""Accepting and declining an invitation, signed in with the invited email or by the mailed link."""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from atg_core.clock import Clock
from atg_core.errors import NotSignedIn
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.schedule.invitations import (
    InvitationNotFound,
    InvitationQueries,
    Invitations,
    InvitationStatus,
    InvitationTokens,
    ReceivedInvitation,
)
from atg_core.schedule.model import Group
from atg_core.unit_of_work import UnitOfWork

ANSWERS = RateLimit(name="invitation-answers", max_hits=10, minutes=10)
"""Of one invitation by its link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Who answers: a user with the confirmed email of the invitation, or whoever has the token of the mailed link."""

    user_id: UUID | None = None
    confirmed_email: str | None = None
    token: str | None = None


class AdmitInvited(Protocol):
    """The account of an email that its owner has confirmed by following the mailed link."""

    async def needs_password(self, email: str) -> bool:
        """Whether there is none whose email is confirmed, so that the owner sets a password."""

    async def __call__(self, email: str, *, user_id: UUID | None, password: str | None, full_name: str | None) -> UUID:
        """Opens an account as a student where there is none, and confirms the email. `user_id`: who is signed in.

        Raises NotFound for a deactivated account, Invalid for a missing or weak password.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInvitation:
    """Raises NotSignedIn, and InvitationNotFound for one that is not open, or another's."""

    open: UnitOfWork[Invitations]
    invitation_queries: InvitationQueries
    invitation_tokens: InvitationTokens
    admit_invited: AdmitInvited
    sign_in_rate_limiter: RateLimiter
    clock: Clock

    async def find(self, token: str) -> ReceivedInvitation:
        """That of a mailed link."""
        return await self._own(self.invitation_tokens.invitation_id(token), Invitee(token=token))

    async def accept(
        self, invitation_id: UUID, invitee: Invitee, *, password: str | None = None, full_name: str | None = None
    ) -> Group:
        """By the mailed link it also confirms the email. Raises what AdmitInvited raises, and TooMany: passwords are
        rated and hashed on the way."""
        found = await self._own(invitation_id, invitee)
        user_id = invitee.user_id
        if invitee.token is not None or user_id is None:
            (await self.sign_in_rate_limiter.hit(ANSWERS, str(invitation_id))).require()
            user_id = await self.admit_invited(found.email, user_id=user_id, password=password, full_name=full_name)
        return await self._close(invitation_id, InvitationStatus.ACCEPTED, user_id)

    async def decline(self, invitation_id: UUID, invitee: Invitee) -> None:
        await self._own(invitation_id, invitee)
        await self._close(invitation_id, InvitationStatus.DECLINED)

    async def _own(self, invitation_id: UUID, invitee: Invitee) -> ReceivedInvitation:
        found = await self.invitation_queries.find(invitation_id, self.clock())
        if invitee.token is not None:
            if self.invitation_tokens.invitation_id(invitee.token) != invitation_id:
                raise InvitationNotFound
        elif invitee.user_id is None:
            raise NotSignedIn
        elif found is None or found.email != invitee.confirmed_email:
            raise InvitationNotFound
        if found is None:
            raise InvitationNotFound
        return found

    async def _close(self, invitation_id: UUID, status: InvitationStatus, student_id: UUID | None = None) -> Group:
        async with self.open() as store:
            # The group is locked first, as everywhere, so that concurrent transactions can not deadlock.
            group = await store.group((await store.invitation(invitation_id)).group_id or 0, None)
            invitation = await store.invitation(invitation_id)
            if not invitation.is_open(self.clock()):
                raise InvitationNotFound
            await store.save_invitation(replace(invitation, status=status))
            if student_id:
                await store.add_students(group.id, [student_id])
            return await store.group(group.id, None)
