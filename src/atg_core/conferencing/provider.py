"""A conference account together with its provider and its credentials."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from atg_core.conferencing.credentials import are_complete
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, ProviderName, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, Provider, Vault

REQUEST_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProvider:
    """A `Provider` bound to one account and its credentials. Raises as `Provider` does."""

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
class ConferenceProviders:
    """All providers by name, and the vault that decrypts the credentials of accounts."""

    providers: Mapping[ProviderName, Provider]
    vault: Vault

    def for_account(self, account: Account) -> AccountProvider:
        """Raises ConferenceProviderFailed for credentials that no key decrypts, and incomplete ones."""
        credentials = self.vault.open(account.sealed) if account.sealed else None
        if credentials and not are_complete(account.provider, credentials):
            raise ConferenceProviderFailed
        return AccountProvider(provider=self.providers[account.provider], account=account, credentials=credentials)

    async def try_to_end(self, account: Account, meeting_id: str) -> bool:
        """Whether the provider has confirmed within ten seconds that the meeting is over."""
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                await self.for_account(account).end(meeting_id)
        except (ConferenceProviderFailed, TimeoutError):
            return False
        return True
