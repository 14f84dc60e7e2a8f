"""A provider of meetings that fails whenever a test wants it to, and during whose work other things happen."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from itertools import count

from atg_core.conferencing.model import Account, Credentials, Meeting, NewMeeting, RecordingFile
from atg_core.conferencing.ports import ConferenceProviderFailed, ConferenceProviderTimedOut


class Death(BaseException):
    """The process is gone."""


class Fault(Enum):
    """What becomes of a request, and whether it was done before that."""

    FAILS = (ConferenceProviderFailed, False)
    FAILS_AFTER = (ConferenceProviderTimedOut, True)
    TIMES_OUT = (TimeoutError, False)
    TIMES_OUT_AFTER = (TimeoutError, True)
    DIES = (Death, False)
    DIES_AFTER = (Death, True)


@dataclass
class Kept:
    """A meeting. `is_over`: nobody can begin it any more; until then its host can, again and again.

    `told_times`: how often its URLs were told; to start, each one is another.
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
    """What somebody else does during a request: `late`, when it is done but not answered."""

    do: Callable[[], Awaitable[object]]
    late: bool


class FickleProvider:
    """`Provider`. `faults` and `meanwhile` are of the next request alone; one that is away does nothing at all.

    `ended`: called with each meeting that has ended, as Zoom would tell.
    """

    def __init__(self, ended: Callable[[Kept], None]) -> None:
        self.meetings: dict[str, Kept] = {}
        self.fault: Fault | None = None
        self.meanwhile: Meanwhile | None = None
        self.is_away = False
        self._ended, self._numbers = ended, count(80_000_000_001)

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        assert account.provider == "local" or credentials is not None
        return (await self._served(lambda: self._make(account, new))).told()

    def _make(self, account: Account, new: NewMeeting) -> Kept:
        number = str(next(self._numbers))
        made = self.meetings[number] = Kept(number, f"uuid-{number}==", account.id, new.tag)
        return made

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        def found() -> Kept | None:
            mine = (each for each in self.meetings.values() if not each.is_over and each.account_id == account.id)
            return next((each for each in mine if each.tag == new.tag), None)

        kept = await self._served(found)
        return kept and kept.told()

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        return await self._served(lambda: self.meetings[meeting_id].is_on)

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        await self._served(lambda: self._end(self.meetings[meeting_id]))

    def _end(self, meeting: Kept) -> None:
        meeting.is_over = True
        self.leave(meeting)

    def leave(self, meeting: Kept) -> None:
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
