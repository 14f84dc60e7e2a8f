"""The conference provider `local`: meetings in rooms on this server, without an external contract."""

# ruff: noqa: ARG002 - it is stateless

import secrets
from uuid import uuid4

from atg_adapters.unattended_rooms import UnattendedRooms
from atg_core.conferencing.local_rooms import LocalRooms
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting

_LEAST_ID = 10**10


class LocalProvider(UnattendedRooms):
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

    def _url(self, meeting_id: str, *, is_host: bool) -> str:
        """The token is in the query string, which is not logged."""
        return f"{self._base_url}/meet?token={self._rooms.token(meeting_id, is_host=is_host)}"
