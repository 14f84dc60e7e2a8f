"""Meetings on this server, so that a lesson can be started without a contract with anybody."""

# ruff: noqa: ARG002 - nothing is remembered

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed
from atg_core.conferencing.rooms import LocalRooms

_LEAST_ID = 10**10


class LocalProvider:
    """`Provider` of links to `{base_url}/meet?token={token}`. It keeps nothing: nobody is counted in a room, and
    nothing is recorded."""

    def __init__(self, base_url: str, rooms: LocalRooms) -> None:
        self._base_url, self._rooms = base_url.rstrip("/"), rooms

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """`Provider.create`. Eleven digits, as Zoom's ids have."""
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
        """`Provider.end`. Whether a room is open is the lesson's matter."""

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
        """The token is in the query, which no log has."""
        return f"{self._base_url}/meet?token={self._rooms.token(meeting_id, is_host=is_host)}"
