"""The conference provider `link`: a room with a fixed address, as of Jitsi, Telemost or a school's own server."""

# ruff: noqa: ARG002 - it is stateless

from atg_adapters.unattended_rooms import UnattendedRooms
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting
from atg_core.conferencing.ports import ConferenceProviderFailed


class LinkProvider(UnattendedRooms):
    """`Provider` that gives the address of the account, and calls nobody: who is in the room is not known here."""

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """`Provider.create`."""
        if credentials is None:
            raise ConferenceProviderFailed
        url = credentials["url"]
        return Meeting.of_room(new.lease_id, url, start_url=credentials.get("start_url"))
