"""Ports of conferencing: the provider, the vault, and the stores of accounts, leases and recordings."""

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
    PoolState,
    Recording,
    RecordingFile,
    TeacherLease,
    Usage,
)
from atg_core.errors import BadGateway, Conflict, NotFound, TooLarge, TooMany, Unavailable


class LessonNotFound(NotFound):
    """There is no such lesson"""


class AccountNotFound(NotFound):
    """Conference account not found"""


class OccurrenceNotFound(NotFound):
    """The rule has no lesson on this day"""


class LeaseNotFound(NotFound):
    """Lease not found"""


class LessonNotStartable(Conflict):
    """A lesson can be started from shortly before its start until its end"""


class LessonTooLong(Conflict):
    """This lesson is longer than a lesson may last, so that it can not be started"""


class LessonRunning(Conflict):
    """Another lesson of the teacher is running: end it first

    `lesson_id`: that one.
    """

    def __init__(self, lesson_id: int) -> None:
        super().__init__()
        self.beside = {"lesson_id": lesson_id}


class TooManyStarts(TooMany):
    """The teacher has started as many lessons today as one may"""


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
    """A service that hosts meetings. Every method raises ConferenceProviderFailed, or ConferenceProviderTimedOut if the
    outcome of the request is unknown; neither contains text of the provider, nor a credential.

    `credentials`: of the account, if the provider needs any.
    """

    async def create(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting:
        """Creates a meeting that the account hosts."""

    async def find(self, account: Account, credentials: Credentials | None, new: NewMeeting) -> Meeting | None:
        """The meeting that was created for this lease, if any."""

    async def is_running(self, account: Account, credentials: Credentials | None, meeting_id: str) -> bool:
        """Whether the meeting is in progress; False for one that is over or unknown."""

    async def end(self, account: Account, credentials: Credentials | None, meeting_id: str) -> None:
        """Ends the meeting, so that it can not be started again; idempotent, an unknown meeting is no error."""

    async def recording_files(
        self, account: Account, credentials: Credentials | None, meeting_uuid: str
    ) -> Sequence[RecordingFile]:
        """The recordings of a meeting that is over; empty if there are none."""

    def download(
        self, account: Account, credentials: Credentials | None, recording: RecordingFile
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a recording, in chunks. Credentials are sent to the provider's own hosts only."""


class Vault(Protocol):
    """Encrypts credentials. The first key encrypts, all keys decrypt."""

    def seal(self, credentials: Credentials) -> str: ...

    def open(self, sealed: str) -> Credentials:
        """Raises ConferenceProviderFailed for what no key decrypts."""

    def resealed(self, sealed: str) -> str:
        """Encrypted again with the first key. Raises as `open` does."""


class Pool(Protocol):
    """The pool: accounts, leases and their lessons, within one transaction."""

    async def lesson(self, lesson_id: int, teacher_id: UUID | None = None) -> HostedLesson:
        """Locks the lesson until the end of the transaction. Raises LessonNotFound, also for another teacher's."""

    async def lock_lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson | None]:
        """Locks those that exist until the end of the transaction, without waiting: None for one that is locked by
        another transaction."""

    async def find_lease(self, lesson_id: int) -> Lease | None:
        """The live lease of the lesson."""

    async def find_leases(self, lesson_ids: Collection[int]) -> Mapping[int, Lease]:
        """As `find_lease`, by lesson."""

    async def lease(self, lease_id: UUID) -> Lease:
        """Raises LeaseNotFound."""

    async def claim_accounts(self, leases: Sequence[Lease]) -> Mapping[int, tuple[Lease, Account]]:
        """Claims a place for each lease, on the account with the fewest meetings today, and counts a new meeting on it.

        With k free places k simultaneous claims succeed, in the order of `leases`; a place of an account that has
        reached its daily limit is not free. Returns the leases with their `account_id` set, by lesson. Raises
        PoolOvertaken if another transaction has changed the accounts meanwhile: roll back, and try again.
        """

    async def lease_own_rooms(self, leases: Sequence[Lease]) -> None:
        """Adds leases without an account, for lessons in rooms of their teachers."""

    async def record_refusals(self, lesson_ids: Collection[int], now: datetime) -> None: ...

    async def leases_of_teachers(self, teacher_ids: Collection[UUID], since: datetime) -> Sequence[TeacherLease]:
        """Their live leases of accounts, and those that were leased since then, oldest first.

        Locks the teachers until the end of the transaction, so that simultaneous starts count each other.
        """

    async def account(self, account_id: int) -> Account:
        """Raises AccountNotFound."""

    async def claim_creation(
        self, lease_ids: Collection[UUID], now: datetime, until: datetime
    ) -> Mapping[UUID, Account | None]:
        """Claims the exclusive right to create the meetings of these leases until then. Returns the accounts of those
        that were claimed: leases without a meeting that nobody else has claimed; None for a room of the teacher's."""

    async def return_creation(self, lesson_ids: Collection[int], until: datetime, now: datetime) -> None:
        """Ends the rights to create meetings for these lessons that end then; does nothing where somebody else has it,
        there is a meeting, or the lease has ended."""

    async def save_meeting(self, lease_id: UUID, meeting: Meeting, now: datetime) -> HostedLesson | None:
        """Sets the lesson live. None, and nothing changes, if the lease has ended or has a meeting."""

    async def renew_urls(self, lease_id: UUID, meeting: Meeting, now: datetime) -> None:
        """Replaces the URLs of a live lesson; does nothing if the lease has ended."""

    async def extend(self, lease_id: UUID, expires_at: datetime) -> None: ...

    async def release(self, lease_id: UUID, reason: EndReason, now: datetime) -> bool:
        """Frees the place and ends a live lesson. False, and nothing changes, if the lease had ended."""

    async def has_free_place(self, now: datetime) -> bool:
        """Whether another lesson could start."""

    async def find_by_meeting(self, meeting_id: str | None, meeting_uuid: str | None) -> Lease | None:
        """The newest lease of a meeting, ended or not: by its uuid if there is one, else by its id."""

    async def overdue(self, made_before: datetime, now: datetime) -> list[Lease]:
        """Live leases of lessons that should have ended `LEASE_GRACE` ago, and those without a meeting that were leased
        before `made_before`."""


class Accounts(Protocol):
    """Conference accounts, within one transaction."""

    async def add(self, values: Mapping[str, Any], now: datetime) -> Account:
        """Raises LabelTaken."""

    async def change(self, account_id: int, values: Mapping[str, Any], now: datetime) -> Account:
        """Raises AccountNotFound, LabelTaken."""

    async def delete(self, account_id: int) -> None:
        """Past leases stay. Raises AccountNotFound, AccountBusy."""

    async def sealed(self) -> list[tuple[int, str]]:
        """The encrypted credentials of every account that has any, by account id; locks these accounts."""


class Recordings(Protocol):
    """Recordings of lessons, within one transaction."""

    async def add_external(self, lesson_id: int, teacher_id: UUID | None, url: str, now: datetime) -> Recording:
        """Raises LessonNotFound, also for another teacher's lesson."""

    async def add_copy(self, lesson_id: int, storage_key: str, duration_seconds: int | None, now: datetime) -> bool:
        """False if there is a recording with this key already."""

    async def copied(self, storage_keys: Collection[str]) -> set[str]:
        """The keys that have a recording already."""


class RecordingStore(Protocol):
    """An object store for recordings."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str, max_bytes: int) -> object:
        """Stores an object atomically; replaces an older one of the key.

        Raises what `chunks` raises, and errors of its own, one of them for more than `max_bytes`.
        """


class ConferencingQueries(Protocol):
    """Read-only queries."""

    async def accounts(self, *, limit: int, offset: int) -> tuple[list[AccountInUse], int]:
        """By id."""

    async def account(self, account_id: int) -> AccountInUse:
        """Raises AccountNotFound."""

    async def usage(self, start: datetime, end: datetime, now: datetime) -> Usage:
        """Hours and refusals within the period; `places` and `busy` as of now."""

    async def pool_state(self, now: datetime) -> PoolState:
        """In one statement."""

    async def lesson(self, lesson_id: int, viewer_id: UUID | None) -> HostedLesson:
        """Visible to its teacher and the students of its group; `viewer_id` None sees all. Raises LessonNotFound."""

    async def lessons(self, lesson_ids: Collection[int]) -> Mapping[int, HostedLesson]:
        """Those that exist, by id, in one statement."""

    async def meeting_lesson(self, meeting_id: str) -> tuple[HostedLesson, bool]:
        """The lesson of a meeting, and whether its lease is live. Raises LessonNotFound."""

    async def recordings(self, lesson_id: int, *, limit: int, offset: int) -> tuple[list[Recording], int]:
        """Oldest first."""


type CreateOccurrenceLesson = Callable[[int, date, UUID | None], Awaitable[int]]
"""Creates the lesson of an occurrence, once, and returns its id. The last argument: the teacher, or None for an
administrator. Raises NotFound."""
