"""A fake `Provider` with fault injection, and with hooks that run during a request."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from itertools import count

from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut


class Death(BaseException):
    """The process dies."""


class Fault(Enum):
    """The error of a request, and whether the request had taken effect before."""

    FAILS = (ConferenceProviderFailed, False)
    FAILS_AFTER = (ConferenceProviderTimedOut, True)
    TIMES_OUT = (TimeoutError, False)
    TIMES_OUT_AFTER = (TimeoutError, True)
    DIES = (Death, False)
    DIES_AFTER = (Death, True)


@dataclass
class FakeMeeting:
    """A meeting. `is_over`: it can not be started any more; until then its host can start it repeatedly.

    `told_times`: how often its URLs were returned; each start URL is different.
    """

    id: str
    uuid: str
    account_id: int
    tag: str
    is_on: bool = False
    is_over: bool = False
    told_times: int = 0

    @property
    def start_url(self) -> str:
        return f"https://x/s/{self.id}?{self.told_times}"

    def told(self) -> Meeting:
        self.told_times += 1
        return Meeting(id=self.id, uuid=self.uuid, start_url=self.start_url, join_url=f"https://x/j/{self.id}")


@dataclass(frozen=True)
class Meanwhile:
    """A hook that runs during a request; `late`: after it took effect, before the reply."""

    do: Callable[[], Awaitable[object]]
    late: bool


class FaultyProvider:
    """`Provider`. `fault` and `meanwhile` apply to the next request only; with `is_away` every request fails.

    `ended`: called with each meeting that has ended, like Zoom's webhook.
    """

    def __init__(self, ended: Callable[[FakeMeeting], None]) -> None:
        self.meetings: dict[str, FakeMeeting] = {}
        self.fault: Fault | None = None
        self.meanwhile: Meanwhile | None = None
        self.is_away = False
        self._ended, self._numbers = ended, count(80_000_000_001)

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        assert account.provider == "local" or credentials is not None
        return (await self._served(lambda: self._make(account, new))).told()

    def _make(self, account: Account, new: NewMeeting) -> FakeMeeting:
        number = str(next(self._numbers))
        made = self.meetings[number] = FakeMeeting(number, f"uuid-{number}==", account.id, new.tag)
        return made

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        def found() -> FakeMeeting | None:
            mine = (each for each in self.meetings.values() if not each.is_over and each.account_id == account.id)
            return next((each for each in mine if each.tag == new.tag), None)

        kept = await self._served(found)
        return kept and kept.told()

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        return await self._served(lambda: self.meetings[meeting_id].is_on)

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        await self._served(lambda: self._end(self.meetings[meeting_id]))

    def _end(self, meeting: FakeMeeting) -> None:
        meeting.is_over = True
        self.leave(meeting)

    def leave(self, meeting: FakeMeeting) -> None:
        """Whoever was there."""
        if meeting.is_on:
            meeting.is_on = False
            self._ended(meeting)

    async def _served[T](self, do: Callable[[], T]) -> T:
        fault, meanwhile = self.fault, self.meanwhile
        self.fault = self.meanwhile = None
        if meanwhile and not meanwhile.late:
            await meanwhile.do()
        if self.is_away:
            raise ConferenceProviderFailed
        if fault and not fault.value[1]:
            raise fault.value[0]
        done = do()
        if meanwhile and meanwhile.late:
            await meanwhile.do()
        if fault:
            raise fault.value[0]
        return done

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        return []

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise ConferenceProviderFailed
