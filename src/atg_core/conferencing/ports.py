"""Who makes meetings, and where accounts, leases and recordings are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from atg_core.conferencing.model import (
    Account,
    AccountInUse,
    Credentials,
    EndReason,
    HostedLesson,
    Lease,
    Meeting,
    NewMeeting,
    Recording,
    RecordingFile,
    Usage,
)
from atg_core.errors import BadGateway, Conflict, NotFound, TooLarge, TooMany, Unavailable


class LessonNotFound(NotFound):
    """Lesson not found"""


class AccountNotFound(NotFound):
    """Conference account not found"""


class OccurrenceNotFound(NotFound):
    """The rule has no lesson on this day"""


class LeaseNotFound(NotFound):
    """Lease not found"""


class LessonNotStartable(Conflict):
    """A lesson can be started from shortly before its start until its end"""


class LessonNotLive(Conflict):
    """This lesson is not live"""


class StartUnderWay(Unavailable):
    """This lesson is being started, try again soon"""


class AccountBusy(Conflict):
    """This account hosts a lesson just now"""


class LabelTaken(Conflict):
    """There is a conference account of this label already"""


class PoolExhausted(TooMany):
    """All conference accounts are busy, try again soon"""


class PoolOvertaken(Unavailable):
    """Others have taken what was free a moment ago, try again"""


class RecordingTooLarge(TooLarge):
    """This recording is larger than allowed"""


class ConferenceProviderFailed(BadGateway):
    """The conference provider did not do what it was asked"""


class ConferenceProviderTimedOut(ConferenceProviderFailed):
    """The conference provider did not answer, and may have done what it was asked"""

    code = ConferenceProviderFailed.code


class Provider(Protocol):
    """A service that hosts meetings. Every verb raises ConferenceProviderFailed, or ConferenceProviderTimedOut where
    it is not known what has become of the request; neither has a text of the provider's, nor a credential.

    `credentials`: of the account, where the provider needs some.
    """

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """Makes a meeting that the account hosts."""

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """The meeting that was made for this lease, if it was."""

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """Whether somebody is in the meeting; False for one that is over or that nobody knows."""

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """The meeting is over, whatever it was before, and can not be begun again; one that nobody knows is no
        error."""

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        """What was recorded of a meeting that is over; none is no error."""

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a recording, in chunks. The credentials go to the provider's own hosts alone."""


class Vault(Protocol):
    """Keeps credentials encrypted. The first key seals, all of them open."""

    def seal(self, credentials: Credentials) -> str: ...

    def open(self, sealed: str) -> Credentials:
        """Raises ConferenceProviderFailed for what no key opens."""

    def resealed(self, sealed: str) -> str:
        """Sealed with the first key. Raises as `open` does."""


class Pool(Protocol):
    """Accounts, leases and the lessons that they serve, within one transaction."""

    async def lesson(self, lesson_id: int, teacher_id: UUID | None = None) -> HostedLesson:
        """Held until the end of the transaction. `teacher_id`: another's lesson is as none. Raises LessonNotFound."""

    async def hold_lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson | None]:
        """Those that exist, held until the end of the transaction; None for one that somebody else holds at this
        moment, for whom nobody waits."""

    async def find_lease(self, lesson_id: int) -> Lease | None:
        """The one lease of the lesson that has not ended."""

    async def find_leases(self, lesson_ids: Collection[int]) -> Mapping[int, Lease]:
        """As `find_lease`, by lesson."""

    async def lease(self, lease_id: UUID) -> Lease:
        """Raises LeaseNotFound."""

    async def claim_accounts(self, leases: Sequence[Lease]) -> Mapping[int, tuple[Lease, Account]]:
        """Takes a place for each, of the account that has been asked least today, and counts a new meeting on it.

        With k free places, k simultaneous claims succeed, the first of these leases before the others; a place whose
        account may make no more meetings today is not free. Leases without their `account_id` go in, with it they come
        back, by lesson. Raises PoolOvertaken where others have changed accounts meanwhile; the transaction is to be
        undone then, and another look shows what is left.
        """

    async def count_refusals(self, lesson_ids: Collection[int], now: datetime) -> None: ...

    async def account(self, account_id: int) -> Account:
        """Raises AccountNotFound."""

    async def make_alone(self, lease_ids: Collection[UUID], now: datetime, until: datetime) -> Mapping[UUID, Account]:
        """The accounts of those leases whose meeting the caller alone is to make until then: nobody else is at it, and
        there is none yet."""

    async def save_meeting(self, lease_id: UUID, meeting: Meeting, now: datetime) -> bool:
        """The lesson is live. False, and nothing is changed, if the lease has ended or has a meeting."""

    async def renew_urls(self, lease_id: UUID, meeting: Meeting, now: datetime) -> None:
        """Of a lesson that is live; of a lease that has ended nothing changes."""

    async def extend(self, lease_id: UUID, expires_at: datetime) -> None: ...

    async def release(self, lease_id: UUID, reason: EndReason, now: datetime) -> bool:
        """Frees the place; a lesson that was live has ended. False, and nothing is changed, if the lease had ended."""

    async def has_free_place(self, now: datetime) -> bool:
        """Whether another lesson could begin."""

    async def find_by_meeting(self, meeting_id: str | None, meeting_uuid: str | None) -> Lease | None:
        """The newest lease of a meeting, ended or not: by its uuid if there is one, else by its id."""

    async def overdue(self, made_before: datetime, now: datetime) -> list[Lease]:
        """Leases that have not ended: of lessons that should have ended `LEASE_OUTLASTS` ago, and those without a
        meeting that were begun before."""


class Accounts(Protocol):
    """What administrators do with accounts, within one transaction."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> Account:
        """Raises LabelTaken."""

    async def change(self, account_id: int, values: Mapping[str, Any], now: datetime) -> Account:
        """Raises AccountNotFound, LabelTaken."""

    async def delete(self, account_id: int) -> None:
        """Its past leases stay. Raises AccountNotFound, AccountBusy."""

    async def sealed(self) -> list[tuple[int, str]]:
        """The encrypted credentials of every account that has some, held."""


class Recordings(Protocol):
    """Recordings, within one transaction."""

    async def add_link(self, lesson_id: int, teacher_id: UUID | None, url: str, now: datetime) -> Recording:
        """Raises LessonNotFound, also where the lesson is another's."""

    async def add_copy(self, lesson_id: int, storage_key: str, duration_seconds: int | None, now: datetime) -> bool:
        """Whether this key was not known yet."""

    async def copied(self, storage_keys: Collection[str]) -> set[str]:
        """Which of the keys are known."""


class RecordingStore(Protocol):
    """Where the bytes of recordings are kept: an object store."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, most_bytes: int) -> object:
        """Stores an object whole, or, if anything fails, not at all; an older one of the key is replaced.

        Raises what `chunks` raises, and errors of its own, one of them for more than `most_bytes`.
        """


class Conferences(Protocol):
    """Plain reads."""

    async def accounts(self, *, limit: int, offset: int) -> tuple[list[AccountInUse], int]:
        """By id."""

    async def account(self, account_id: int) -> AccountInUse:
        """Raises AccountNotFound."""

    async def usage(self, start: datetime, end: datetime, now: datetime) -> Usage:
        """Hours and refusals within the span; places and how many are taken as of now."""

    async def lesson(self, lesson_id: int, viewer_id: UUID | None) -> HostedLesson:
        """For its teacher and the students of its group; None: for anyone. Raises LessonNotFound."""

    async def meeting_lesson(self, meeting_id: str) -> tuple[HostedLesson, bool]:
        """The lesson of a meeting, and whether it is on. Raises LessonNotFound."""

    async def recordings(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Recording], int]:
        """Oldest first."""


type MakeLesson = Callable[[int, date, UUID | None], Awaitable[int]]
"""The lesson of an occurrence of a rule, made once; `None`: whoever's rule it is. Raises NotFound."""
