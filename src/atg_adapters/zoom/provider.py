"""Meetings at Zoom (developers.zoom.us/docs/api/meetings), by an app of the kind Server-to-Server OAuth."""

# ruff: noqa: ARG002 - at Zoom a meeting's id identifies its account

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, timedelta
from typing import Any

from atg_adapters.zoom.access_tokens import AccessTokens
from atg_adapters.zoom.client import ApiRequest, ZoomClient
from atg_adapters.zoom.errors import ConnectionLost, ZoomRefused, deadline
from atg_adapters.zoom.recording_downloads import RecordingDownloads
from atg_adapters.zoom.wire import ZoomMeeting, ZoomMeetings, ZoomRecordings, decode
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_SCHEDULED = 2
_ONE_REQUEST = 0.6
"""The share of a method's time for one request, which leaves time to check the outcome after a timeout."""
_MOST_PAGES = 50
_IN_PROGRESS, _HAS_ENDED = 3002, 3007
_TIMES_TO_DELETE = 4


class ZoomProvider:
    """`Provider` by Zoom's REST API.

    `seconds`: timeout of a method, other than a download; `download_seconds`: read timeout of a download. `pause`:
    seconds before a retry. `auto_recording`: `cloud`, `local` or `none`. `download_domains`: allowed hosts of
    recordings. An account without `provider_user_id` is the owner of the app (`me`).
    """

    def __init__(
        self,
        *,
        oauth_url: str = "https://zoom.us",
        api_url: str = "https://api.zoom.us/v2",
        seconds: float = 10.0,
        pause: float = 0.5,
        auto_recording: str = "cloud",
        download_domains: Collection[str] = ("zoom.us",),
        download_seconds: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url, self._seconds, self._pause, self._auto_recording = api_url, seconds, pause, auto_recording
        self._client = ZoomClient(seconds=seconds * _ONE_REQUEST, pause=pause)
        self._tokens = AccessTokens(self._client, oauth_url, monotonic)
        self._downloads = RecordingDownloads(
            self._client,
            self._tokens,
            known=(oauth_url, api_url),
            domains=download_domains,
            seconds=download_seconds,
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._tokens.close()
        await self._client.http.aclose()

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """`Provider.create`. If the outcome of the request is unknown, searches Zoom's list of meetings; retries if the
        meeting is not there, unless Zoom may still be creating it."""
        async with deadline(self._seconds):
            for is_last in (False, True):
                try:
                    return await self._post(account, credentials, new)
                except (ZoomRefused, ConferenceProviderTimedOut) as error:
                    if isinstance(error, ZoomRefused) and error.status < 500:
                        raise
                    unclear = error
                if made := await self._find_made(account, credentials, new):
                    return made
                if is_last or not _is_over(unclear):
                    break
                await asyncio.sleep(self._pause)
            raise unclear

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """`Provider.find`."""
        async with deadline(self._seconds):
            return await self._find(account, credentials, new)

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """`Provider.is_running`."""
        async with deadline(self._seconds):
            return await self._is_running(credentials, meeting_id)

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """`Provider.end`. Ends and deletes the meeting, since its host could start it again otherwise. Recordings stay,
        and no email is sent."""
        async with deadline(self._seconds):
            try:
                await self._ask(
                    credentials, ApiRequest("PUT", "/meetings/:id/status", (meeting_id,), body={"action": "end"})
                )
            except ZoomRefused as refused:
                if refused.is_unknown:
                    return
                # Zoom does not document its reply for a meeting that has not started.
                if refused.status != 400 or await self._is_running(credentials, meeting_id):
                    raise
            await self._delete(credentials, meeting_id)

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        """`Provider.recording_files`."""
        async with deadline(self._seconds):
            try:
                answer = await self._ask(credentials, ApiRequest("GET", "/meetings/:id/recordings", (meeting_uuid,)))
            except ZoomRefused as refused:
                if refused.is_unknown:
                    return []
                raise
            found = (told.to_recording_file() for told in decode(answer, ZoomRecordings).recording_files)
            return [file for file in found if file]

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """`Provider.download`."""
        return self._downloads.open(_needed(credentials), recording)

    async def _post(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        request = ApiRequest("POST", "/users/:id/meetings", (_host(account),), body=self._described(new))
        return decode(await self._ask(credentials, request, is_idempotent=False), ZoomMeeting).to_meeting()

    def _described(self, new: NewMeeting) -> dict[str, Any]:
        """A meeting runs while the teacher is present; students join muted, and without a waiting room, since only the
        group gets the link."""
        return {
            "topic": new.topic,
            "type": _SCHEDULED,
            "start_time": f"{new.start_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "duration": max(1, -((new.start_time - new.end_time) // timedelta(minutes=1))),
            "timezone": "UTC",
            "settings": {
                "join_before_host": False,
                "waiting_room": False,
                "mute_upon_entry": True,
                "use_pmi": False,
                "approval_type": 2,
                "auto_recording": self._auto_recording,
                "email_notification": False,
            },
        }

    async def _find_made(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        try:
            return await self._find(account, credentials, new)
        except ConferenceProviderFailed:
            raise ConferenceProviderTimedOut from None

    async def _find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """The type `scheduled` includes past meetings."""
        query = {"type": "scheduled", "page_size": "300"}
        for _ in range(_MOST_PAGES):
            request = ApiRequest("GET", "/users/:id/meetings", (_host(account),), query)
            page = decode(await self._ask(credentials, request), ZoomMeetings)
            for listed in page.meetings:
                if listed.topic.rstrip().endswith(new.tag):
                    found = await self._get(credentials, str(listed.id))
                    return found.to_meeting() if found else None
            if not page.next_page_token:
                return None
            query = {**query, "next_page_token": page.next_page_token}
        raise ConferenceProviderFailed

    async def _is_running(self, credentials: Credentials | None, meeting_id: str) -> bool:
        found = await self._get(credentials, meeting_id)
        return found is not None and found.status == "started"

    async def _get(self, credentials: Credentials | None, meeting_id: str) -> ZoomMeeting | None:
        try:
            return decode(await self._ask(credentials, ApiRequest("GET", "/meetings/:id", (meeting_id,))), ZoomMeeting)
        except ZoomRefused as refused:
            if refused.is_unknown:
                return None
            raise

    async def _delete(self, credentials: Credentials | None, meeting_id: str) -> None:
        """Retries while the meeting is ending, since it can not be deleted until then."""
        query = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}
        for left in reversed(range(_TIMES_TO_DELETE)):
            try:
                await self._ask(credentials, ApiRequest("DELETE", "/meetings/:id", (meeting_id,), query))
            except ZoomRefused as refused:
                if refused.is_unknown or refused.fault == _HAS_ENDED:
                    return
                if refused.fault != _IN_PROGRESS or not left:
                    raise
                await asyncio.sleep(self._pause)
            else:
                return

    async def _ask(self, credentials: Credentials | None, request: ApiRequest, *, is_idempotent: bool = True) -> bytes:
        whose = _needed(credentials)
        return await self._client.with_retry(lambda: self._ask_once(whose, request), is_idempotent=is_idempotent)

    async def _ask_once(self, credentials: Credentials, request: ApiRequest) -> bytes:
        """Replaces a rejected token, once."""
        token = await self._tokens.token(credentials)
        try:
            return await self._client.send(self._api_url, request, f"Bearer {token}")
        except ZoomRefused as refused:
            if refused.status != 401:
                raise
        self._tokens.drop(credentials, token)
        token = await self._tokens.token(credentials)
        return await self._client.send(self._api_url, request, f"Bearer {token}")


def _host(account: Account) -> str:
    return account.provider_user_id or "me"


def _is_over(unclear: ConferenceProviderFailed) -> bool:
    """Whether Zoom has finished with the request, and does not ask to back off."""
    if isinstance(unclear, ZoomRefused):
        return unclear.wait is not None
    return isinstance(unclear, ConnectionLost)


def _needed(credentials: Credentials | None) -> Credentials:
    if credentials is None:
        raise ConferenceProviderFailed
    return credentials
