"""Cleanup of meetings that a provider did not end, or may have created: jobs that retry."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.conferencing.model import Lease, NewMeeting
from atg_core.conferencing.ports import AccountNotFound, LeaseNotFound, LessonNotFound, Pool
from atg_core.conferencing.provider import ConferenceProviders
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import JobQueue
from atg_core.unit_of_work import UnitOfWork

END_MEETING = "end_meeting"
CLEAN_UP_MEETING = "tidy_meeting"
_IN_FLIGHT = timedelta(minutes=1)
"""How long a request that timed out may still take effect at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCleanup:
    """Enqueues cleanup jobs within the transaction that is open."""

    jobs: JobQueue

    async def end_later(self, account_id: int, meeting_id: str) -> None:
        """Ends the meeting as soon as the provider answers; the account is free meanwhile."""
        await self.jobs.enqueue(END_MEETING, {"account_id": account_id, "meeting_id": meeting_id})

    async def clean_up_later(self, lease_id: UUID, now: datetime) -> None:
        """Searches for a meeting that may have been created for this lease, once no request can be in flight."""
        await self.jobs.enqueue(CLEAN_UP_MEETING, {"lease_id": str(lease_id)}, not_before=now + _IN_FLIGHT)

    async def after_release(
        self, released: Lease, now: datetime, *, over: str | None = None, is_sure: bool = False
    ) -> None:
        """No meeting outlasts its lease: one that is over but not deleted could be started again by its host.

        `released`: the lease as it is stored by now. `over`: id of the meeting that was ended at the provider.
        `is_sure`: if the lease has no meeting, none was created.
        """
        if released.meeting_id is None:
            if not is_sure:
                await self.clean_up_later(released.id, now)
        elif released.meeting_id != over:
            await self.end_later(released.account_id or 0, released.meeting_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMeeting:
    """Job `end_meeting`. Raises ConferenceProviderFailed; does nothing if the account was deleted."""

    open: UnitOfWork[Pool]
    conference_providers: ConferenceProviders

    async def __call__(self, arguments: Arguments) -> None:
        try:
            async with self.open() as store:
                account = await store.account(arguments["account_id"])
        except AccountNotFound:
            return
        await self.conference_providers.for_account(account).end(arguments["meeting_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUpMeeting:
    """Job `tidy_meeting`: ends the meeting that was created for a lease which has ended without one.

    Raises ConferenceProviderFailed.
    """

    open: UnitOfWork[Pool]
    conference_providers: ConferenceProviders

    async def __call__(self, arguments: Arguments) -> None:
        try:
            async with self.open() as store:
                lease = await store.lease(UUID(arguments["lease_id"]))
                account = await store.account(lease.account_id or 0)
                new = await meeting_of(store, lease)
        except (LeaseNotFound, AccountNotFound, LessonNotFound):
            return
        if lease.ended_at is None or lease.meeting_id is not None:
            return
        provider = self.conference_providers.for_account(account)
        if found := await provider.find(new):
            await provider.end(found.id)


async def meeting_of(store: Pool, lease: Lease) -> NewMeeting:
    """The meeting that the provider was asked to create for a lease. Raises LessonNotFound."""
    return NewMeeting.of(await store.lesson(lease.lesson_id), lease)
