"""The conference provider `local`: meetings in rooms on this server, without an external contract."""

# ruff: noqa: ARG002 - it is stateless

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

from atg_core.conferencing.local_rooms import LocalRooms
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed

_LEAST_ID = 10**10


class LocalProvider:
    """`Provider` with links to `{base_url}/meet?token={token}`. Stateless: it does not track participants, and records
    nothing."""

    def __init__(self, base_url: str, rooms: LocalRooms) -> None:
        self._base_url, self._rooms = base_url.rstrip("/"), rooms

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """`Provider.create`. Ids have eleven digits, like Zoom's."""
        meeting_id = str(_LEAST_ID + secrets.randbelow(9 * _LEAST_ID))
        return Meeting(
            id=meeting_id,
            uuid=str(uuid4()),
            start_url=self._url(meeting_id, is_host=True),
            join_url=self._url(meeting_id, is_host=False),
        )

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """`Provider.find`."""
        return None

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """`Provider.is_running`."""
        return False

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """`Provider.end`. Does nothing: a room is open while the lesson's lease is live."""

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

    def _url(self, meeting_id: str, *, is_host: bool) -> str:
        """The token is in the query string, which is not logged."""
        return f"{self._base_url}/meet?token={self._rooms.token(meeting_id, is_host=is_host)}"
