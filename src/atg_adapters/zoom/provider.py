"""Meetings at Zoom (developers.zoom.us/docs/api/meetings), by an app of the kind Server-to-Server OAuth."""

# ruff: noqa: ARG002 - a meeting's id says at Zoom whose it is

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, timedelta
from typing import Any

from atg_adapters.zoom.downloads import Downloads
from atg_adapters.zoom.exchange import Call, ConnectionLost, Exchange, ZoomRefused, within
from atg_adapters.zoom.tokens import Tokens
from atg_adapters.zoom.wire import ZoomMeeting, ZoomMeetings, ZoomRecordings, read
from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut

_SCHEDULED = 2
_ONE_REQUEST = 0.6
"""Of the time that a verb has, so that one which fell silent leaves time to see what it has done."""
_MOST_PAGES = 50
_IN_PROGRESS, _HAS_ENDED = 3002, 3007
_TIMES_TO_DELETE = 4


class ZoomProvider:
    """`Provider` by Zoom's REST API.

    A verb has `seconds`, other than a download, which may be silent for `download_seconds` at a time. `pause`: seconds
    before something is asked again. `auto_recording`: `cloud`, `local` or `none`. `download_domains`: of Zoom's, from
    which recordings come. An account without `provider_user_id` is the owner of the app (`me`).
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
        self._exchange = Exchange(seconds=seconds * _ONE_REQUEST, pause=pause)
        self._tokens = Tokens(self._exchange, oauth_url, monotonic)
        self._downloads = Downloads(
            self._exchange,
            self._tokens,
            known=(oauth_url, api_url),
            domains=download_domains,
            seconds=download_seconds,
        )

    async def close(self) -> None:
        """Gives back the connections."""
        await self._tokens.close()
        await self._exchange.client.aclose()

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """`Provider.create`. Where it is not clear what has become of the request, Zoom's own list says; one that is
        not there is asked for again, unless Zoom may still be about to make it."""
        async with within(self._seconds):
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
        async with within(self._seconds):
            return await self._find(account, credentials, new)

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """`Provider.is_running`."""
        async with within(self._seconds):
            return await self._is_running(credentials, meeting_id)

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """`Provider.end`. A meeting that is only ended could be begun again by its host, so it is deleted, which leaves
        its recordings where they are; no mail is sent about it."""
        async with within(self._seconds):
            try:
                await self._ask(credentials, Call("PUT", "/meetings/:id/status", (meeting_id,), body={"action": "end"}))
            except ZoomRefused as refused:
                if refused.is_unknown:
                    return
                # Zoom does not document how it refuses to end what has not begun.
                if refused.status != 400 or await self._is_running(credentials, meeting_id):
                    raise
            await self._delete(credentials, meeting_id)

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        """`Provider.recording_files`."""
        async with within(self._seconds):
            try:
                answer = await self._ask(credentials, Call("GET", "/meetings/:id/recordings", (meeting_uuid,)))
            except ZoomRefused as refused:
                if refused.is_unknown:
                    return []
                raise
            found = (told.as_file() for told in read(answer, ZoomRecordings).recording_files)
            return [file for file in found if file]

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """`Provider.download`."""
        return self._downloads.open(_needed(credentials), recording)

    async def _post(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        call = Call("POST", "/users/:id/meetings", (_host(account),), body=self._described(new))
        return read(await self._ask(credentials, call, is_harmless=False), ZoomMeeting).as_made()

    def _described(self, new: NewMeeting) -> dict[str, Any]:
        """A meeting for a class: it is on while its teacher is there, and whoever has the link comes in at once,
        silent, since the link is given to the students of the group alone."""
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
        """`scheduled` has those too whose time is over."""
        query = {"type": "scheduled", "page_size": "300"}
        for _ in range(_MOST_PAGES):
            call = Call("GET", "/users/:id/meetings", (_host(account),), query)
            page = read(await self._ask(credentials, call), ZoomMeetings)
            for listed in page.meetings:
                if listed.topic.rstrip().endswith(new.tag):
                    found = await self._get(credentials, str(listed.id))
                    return found.as_made() if found else None
            if not page.next_page_token:
                return None
            query = {**query, "next_page_token": page.next_page_token}
        raise ConferenceProviderFailed

    async def _is_running(self, credentials: Credentials | None, meeting_id: str) -> bool:
        found = await self._get(credentials, meeting_id)
        return found is not None and found.status == "started"

    async def _get(self, credentials: Credentials | None, meeting_id: str) -> ZoomMeeting | None:
        try:
            return read(await self._ask(credentials, Call("GET", "/meetings/:id", (meeting_id,))), ZoomMeeting)
        except ZoomRefused as refused:
            if refused.is_unknown:
                return None
            raise

    async def _delete(self, credentials: Credentials | None, meeting_id: str) -> None:
        """A meeting takes a moment to end, and until then can not be deleted."""
        query = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}
        for left in reversed(range(_TIMES_TO_DELETE)):
            try:
                await self._ask(credentials, Call("DELETE", "/meetings/:id", (meeting_id,), query))
            except ZoomRefused as refused:
                if refused.is_unknown or refused.fault == _HAS_ENDED:
                    return
                if refused.fault != _IN_PROGRESS or not left:
                    raise
                await asyncio.sleep(self._pause)
            else:
                return

    async def _ask(self, credentials: Credentials | None, call: Call, *, is_harmless: bool = True) -> bytes:
        whose = _needed(credentials)
        return await self._exchange.patiently(lambda: self._ask_once(whose, call), is_harmless=is_harmless)

    async def _ask_once(self, credentials: Credentials, call: Call) -> bytes:
        """A token that Zoom does not take is replaced, once."""
        token = await self._tokens.token(credentials)
        try:
            return await self._exchange.send(self._api_url, call, f"Bearer {token}")
        except ZoomRefused as refused:
            if refused.status != 401:
                raise
        self._tokens.drop(credentials, token)
        token = await self._tokens.token(credentials)
        return await self._exchange.send(self._api_url, call, f"Bearer {token}")


def _host(account: Account) -> str:
    return account.provider_user_id or "me"


def _is_over(unclear: ConferenceProviderFailed) -> bool:
    """Zoom does no more about the request, and does not ask to be left alone."""
    if isinstance(unclear, ZoomRefused):
        return unclear.wait is not None
    return isinstance(unclear, ConnectionLost)


def _needed(credentials: Credentials | None) -> Credentials:
    if credentials is None:
        raise ConferenceProviderFailed
    return credentials
