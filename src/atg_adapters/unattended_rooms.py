"""What conference providers have in common that know nothing of who is in their rooms, and record nothing."""

# ruff: noqa: ARG002 - they are stateless

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed


class UnattendedRooms:
    """`Provider` but for `create`."""

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """`Provider.find`."""
        return None

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """`Provider.is_running`."""
        return False

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """`Provider.end`. Does nothing: a room of this server is open while the lesson's lease is live, and whoever is
        in one of another may stay."""

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        """`Provider.recording_files`."""
        return []

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """`Provider.download`."""
        raise ConferenceProviderFailed
