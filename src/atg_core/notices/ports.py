"""Ports of notices: stores within a transaction, and queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from atg_core.errors import NotFound
from atg_core.notices.due import DueDays
from atg_core.notices.model import Channel, Notice, QuietHours, Recipient
from atg_core.notifier import NewNotice, NoticeKind


class RecipientNotFound(NotFound):
    """There is no such person"""


class TellingStore(Protocol):
    """Notices that a change tells, within its transaction."""

    async def add(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Those that are there already, by person, kind, subject and occasion, stay as they are; how many are new."""

    async def add_assigned(self, user_ids: Collection[UUID], now: datetime) -> bool:
        """The same for open courses of users, for which a standing assignment holds; whether one is new."""

    async def add_opened(self, opened: Collection[tuple[UUID, UUID]], now: datetime) -> bool:
        """The same for these pairs of a user and a course, where the user has it open."""


class RoundStore(Protocol):
    """Notices that time tells, within a transaction."""

    async def is_done(self, zone: str, day: date) -> bool:
        """Whether the round of this day in this zone has come to its end."""

    async def due_courses(self, before: datetime) -> list[UUID]:
        """The courses that somebody has to complete before that."""

    async def tell_due(self, course_id: UUID, days: DueDays) -> None:
        """Tells everybody who has not completed the course the stage that their due date has reached, once.

        Left out is a stage that had begun when they were told of the assignment with this due date.
        """

    async def tell_managers(self, course_id: UUID, now: datetime) -> None:
        """Tells the managers of everybody for whom the course is overdue, once for each person and due date.

        The subject is `learner:`, the course and the person, as hexadecimal digits with a colon between.
        """

    async def tell_weekly(self, week: datetime, now: datetime) -> None:
        """Tells who wants it of the week that begins then."""

    async def finish(self, zone: str, day: date) -> None: ...

    async def forget(self, before: date) -> None:
        """Forgets rounds of earlier days."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A notice that was not sent yet."""

    id: int
    user_id: UUID
    kind: NoticeKind


class DeliveryStore(Protocol):
    """What is to be sent, within a transaction."""

    async def take(self, now: datetime, people: int) -> list[Untold]:
        """The notices that are due for so many people at most, by person and in their order.

        They are not taken again, unless they are postponed; those that others take just now are left out.
        """

    async def postpone(self, notice_ids: Collection[int], until: datetime) -> None: ...

    async def recipients(self, user_ids: Collection[UUID]) -> list[Recipient]:
        """Those who are active."""

    async def unsent(self, channel: Channel, notice_ids: Collection[int]) -> list[Notice]:
        """Of these the notices that were not sent by this channel yet, oldest first."""

    async def note_sent(self, channel: Channel, notice_ids: Collection[int], now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCourse:
    """A course that a person has not completed. `progress_percent`: 0 to 100."""

    course_id: UUID
    title: str
    due_at: datetime | None
    progress_percent: int


class FactQueries(Protocol):
    """What is true now of what people were told."""

    async def open_courses(self, user_id: UUID) -> list[OpenCourse]:
        """By due date, those without one last."""

    async def overdue_of_team(self, manager_id: UUID, now: datetime) -> set[str]:
        """What is overdue of the people whom this user leads, as subjects of notices."""

    async def open_homework(self, user_id: UUID, homework_ids: Collection[int]) -> set[int]:
        """Of these what is published for a group in which the person is."""

    async def waiting_submissions(self, submission_ids: Collection[int]) -> set[int]:
        """Of these what is not graded yet."""


class NoticeQueries(Protocol):
    """A person's notices."""

    async def listed(self, user_id: UUID, *, unread: bool, limit: int, offset: int) -> tuple[list[Notice], int]:
        """A page, newest first, and how many there are. `unread`: those alone."""

    async def unread_count(self, user_id: UUID) -> int: ...


class ReadingStore(Protocol):
    """What was read, within a transaction."""

    async def mark_read(self, user_id: UUID, notice_ids: Collection[int] | None, now: datetime) -> None:
        """None: all of the person. Those of others stay as they are."""


class NoticeSettings(Protocol):
    """How people want to be told, within a transaction."""

    async def recipient(self, user_id: UUID) -> Recipient:
        """Raises RecipientNotFound, also for who is not active."""

    async def put_quiet_hours(self, user_id: UUID, quiet_hours: QuietHours | None) -> None: ...

    async def put_choices(self, user_id: UUID, choices: Mapping[tuple[NoticeKind, Channel], bool]) -> None:
        """Other choices stay."""

    async def put_switches(self, user_id: UUID, switches: Mapping[str, bool], now: datetime) -> None:
        """Of the profile: `email_notifications`, `push_notifications`, `weekly_report`."""

    async def link(self, user_id: UUID, chat_id: int, now: datetime) -> None:
        """Sends to this chat from now on, and for nobody else."""

    async def unlink(self, user_id: UUID) -> None: ...
