"""Adding and inviting students to a group (spec: schedule, Groups and lessons)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from atg_core.clock import Clock
from atg_core.ids import NewId
from atg_core.jobs.ports import JobQueue
from atg_core.mailing.addresses import is_address
from atg_core.schedule.invitations import (
    A_DAY,
    A_MONTH,
    LIFETIME,
    MAX_A_DAY,
    MAX_OPEN,
    Invitation,
    InvitationNotFound,
    InvitationResult,
    Invitations,
    InvitationStatus,
    TooManyInvitations,
    TooManyOpenInvitations,
)
from atg_core.schedule.model import Group, Viewer
from atg_core.schedule.ports import StudentNotFound
from atg_core.text import canonical_email, fold
from atg_core.unit_of_work import UnitOfWork

SEND_INVITATION = "send_invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStudents:
    """Adds whom the teacher teaches already, and invites the others by email; administrators add anybody at once.

    What a teacher learns and causes is the same whether an email has an account or not: no account is looked up.
    Raises GroupNotFound, and nothing happens: StudentNotFound for ids of others' students, TooManyInvitations,
    TooManyOpenInvitations, and for administrators StudentUnknown.
    """

    open: UnitOfWork[Invitations]
    jobs: JobQueue
    clock: Clock
    new_id: NewId

    async def __call__(
        self, viewer: Viewer, group_id: int, ids: Collection[UUID], emails: Sequence[str]
    ) -> dict[str, InvitationResult]:
        """The result for each email, as it was given."""
        kept = {email: canonical_email(email) for email in emails}
        async with self.open() as store:
            group = await store.group(group_id, viewer.owner)
            if viewer.is_admin:
                await store.add_students(group_id, await store.students_of(ids, set(kept.values())))
                return dict.fromkeys(emails, InvitationResult.ADDED)
            taught = await store.students_taught(viewer.id, ids, set(kept.values()))
            if not set(ids) <= taught.keys():
                raise StudentNotFound
            await store.add_students(group_id, taught)
            known = set(taught.values())
            invited = {email for email in kept.values() if fold(email) not in known and is_address(email)}
            if invited:
                await self._invite(store, group, invited)
        return {email: _result(kept[email], known, invited) for email in emails}

    async def _invite(self, store: Invitations, group: Group, emails: Collection[str]) -> None:
        now = self.clock()
        sent = await store.sent_invitations(group.teacher_id, now, now - A_DAY)
        known = await store.invitations_of(group.id, emails)
        mailed = await store.mailed_to(group.teacher_id, emails, now - A_MONTH)
        renewed = [self._renewed(group, email, known.get(email), now, email in mailed) for email in sorted(emails)]
        changed = [each for each in renewed if each]
        mails = [each for each in changed if each.email not in mailed]
        if sent.open + len(changed) > MAX_OPEN:
            raise TooManyOpenInvitations(retry_after=int(A_DAY.total_seconds()))
        if sent.mailed + len(mails) > MAX_A_DAY:
            raise TooManyInvitations(retry_after=int(A_DAY.total_seconds()))
        for invitation in changed:
            await store.save_invitation(invitation)
        for invitation in mails:
            await self.jobs.enqueue(SEND_INVITATION, {"invitation": str(invitation.id)})

    def _renewed(
        self, group: Group, email: str, known: Invitation | None, now: datetime, was_mailed: bool
    ) -> Invitation | None:
        """None if it is open already, or was declined within the month."""
        if known and (known.is_open(now) or (was_mailed and known.status is InvitationStatus.DECLINED)):
            return None
        return Invitation(
            id=known.id if known else self.new_id(),
            group_id=group.id,
            teacher_id=group.teacher_id,
            email=email,
            status=InvitationStatus.OPEN,
            created_at=now,
            mailed_at=now if not was_mailed else known.mailed_at if known else None,
            expires_at=now + LIFETIME,
        )


def _result(email: str, known: Collection[str], invited: Collection[str]) -> InvitationResult:
    if fold(email) in known:
        return InvitationResult.ADDED
    return InvitationResult.INVITED if email in invited else InvitationResult.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawInvitation:
    """Raises GroupNotFound, InvitationNotFound for one that is not open."""

    open: UnitOfWork[Invitations]
    clock: Clock

    async def __call__(self, viewer: Viewer, group_id: int, invitation_id: UUID) -> None:
        async with self.open() as store:
            await store.group(group_id, viewer.owner)
            invitation = await store.invitation(invitation_id)
            if invitation.group_id != group_id or not invitation.is_open(self.clock()):
                raise InvitationNotFound
            await store.save_invitation(replace(invitation, status=InvitationStatus.WITHDRAWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteExpiredInvitations:
    """The periodic job `forget_invitations`."""

    open: UnitOfWork[Invitations]
    clock: Clock

    async def __call__(self) -> int:
        async with self.open() as store:
            return await store.delete_invitations(self.clock() - A_MONTH)
