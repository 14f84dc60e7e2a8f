"""An account with the provider that it is at, and what is done at a provider after the fact."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from atg_core.conferencing.model import (
    Account,
    Credentials,
    Lease,
    Meeting,
    NewMeeting,
    ProviderName,
    RecordingFile,
)
from atg_core.conferencing.ports import (
    AccountNotFound,
    ConferenceProviderFailed,
    LeaseNotFound,
    LessonNotFound,
    Pool,
    Provider,
    Vault,
)
from atg_core.jobs.model import Arguments
from atg_core.jobs.ports import Jobs
from atg_core.opening import Open

END_MEETING = "end_meeting"
TIDY_MEETING = "tidy_meeting"
SECONDS_TO_ASK = 10
_ON_ITS_WAY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """An account that is asked to do something. Raises as `Provider` does."""

    provider: Provider
    account: Account
    credentials: Credentials | None

    async def create(self, new: NewMeeting) -> Meeting:
        return await self.provider.create(self.account, self.credentials, new)

    async def find(self, new: NewMeeting) -> Meeting | None:
        return await self.provider.find(self.account, self.credentials, new)

    async def is_running(self, meeting_id: str) -> bool:
        return await self.provider.is_running(self.account, self.credentials, meeting_id)

    async def end(self, meeting_id: str) -> None:
        await self.provider.end(self.account, self.credentials, meeting_id)

    async def recording_files(self, meeting_uuid: str) -> Sequence[RecordingFile]:
        return await self.provider.recording_files(self.account, self.credentials, meeting_uuid)

    def download(self, recording: RecordingFile) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return self.provider.download(self.account, self.credentials, recording)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """All providers, and what opens the credentials."""

    providers: Mapping[ProviderName, Provider]
    vault: Vault

    def host(self, account: Account) -> Host:
        """Raises ConferenceProviderFailed for credentials that no key opens."""
        credentials = self.vault.open(account.sealed) if account.sealed else None
        return Host(provider=self.providers[account.provider], account=account, credentials=credentials)

    async def try_to_end(self, account: Account, meeting_id: str) -> bool:
        """Whether it is over now, as far as is known within ten seconds."""
        try:
            async with asyncio.timeout(SECONDS_TO_ASK):
                await self.host(account).end(meeting_id)
        except (ConferenceProviderFailed, TimeoutError):
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """Jobs for what a provider did not do, or may have done; within the transaction that is open."""

    jobs: Jobs

    async def end_later(self, account_id: int, meeting_id: str) -> None:
        """The account is free for others, and its meeting is ended as soon as the provider answers."""
        await self.jobs.enqueue(END_MEETING, {"account_id": account_id, "meeting_id": meeting_id})

    async def tidy_later(self, lease_id: UUID, now: datetime) -> None:
        """A meeting that was perhaps made for this lease is looked for when no request can be on its way any more."""
        await self.jobs.enqueue(TIDY_MEETING, {"lease_id": str(lease_id)}, not_before=now + _ON_ITS_WAY)

    async def after(self, released: Lease, now: datetime, *, over: str | None = None, is_sure: bool = False) -> None:
        """No meeting outlasts its lease: one that is only over could be begun again by its host.

        `released`: as it is in the store by now. `over`: the meeting that was ended at the provider. `is_sure`: if the
        lease has no meeting, none was made.
        """
        if released.meeting_id is None:
            if not is_sure:
                await self.tidy_later(released.id, now)
        elif released.meeting_id != over:
            await self.end_later(released.account_id or 0, released.meeting_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMeeting:
    """Job `end_meeting`. Raises ConferenceProviderFailed; an account that is gone has no meetings."""

    open: Open[Pool]
    hosting: Hosting

    async def __call__(self, arguments: Arguments) -> None:
        try:
            async with self.open() as store:
                account = await store.account(arguments["account_id"])
        except AccountNotFound:
            return
        await self.hosting.host(account).end(arguments["meeting_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyMeeting:
    """Job `tidy_meeting`: ends the meeting that was made for a lease which has ended without one.

    Raises ConferenceProviderFailed.
    """

    open: Open[Pool]
    hosting: Hosting

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
        host = self.hosting.host(account)
        if found := await host.find(new):
            await host.end(found.id)


async def meeting_of(store: Pool, lease: Lease) -> NewMeeting:
    """What the provider was asked to make for a lease. Raises LessonNotFound."""
    return NewMeeting.of(await store.lesson(lease.lesson_id), lease)
