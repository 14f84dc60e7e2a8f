"""Changes that people hear of without asking: published with the change, told once it has committed."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.errors import TooMany, Unavailable


class EventKind(StrEnum):
    """What has changed. The word before the dot is the topic by which pages say what they show."""

    LESSON_STARTED = "lesson.started"
    LESSON_ENDED = "lesson.ended"
    LESSON_CHANGED = "lesson.changed"
    RULE_CHANGED = "lesson.rule_changed"
    HOMEWORK_PUBLISHED = "homework.published"
    HOMEWORK_SUBMITTED = "homework.submitted"
    HOMEWORK_GRADED = "homework.graded"
    NOTICE_TOLD = "notice.told"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Holds nothing of a person.

    `subject_id`: the lesson, the recurring lesson (RULE_CHANGED) or the homework; 0 of notices.
    """

    kind: EventKind
    subject_id: int


MISSED = Event(kind=EventKind.MISSED, subject_id=0)
"""Something may not have been told: look at everything again."""


class TooManySubscriptions(TooMany):
    """Too many pages of yours are open"""


class SubscriptionsEnded(Unavailable):
    """This process is shutting down"""


class EventPublisher(Protocol):
    """Publishes from any process."""

    async def publish(self, event: Event, *, user_ids: Collection[UUID] = (), group_id: int | None = None) -> None:
        """Tells these users and the students of the group, when the open unit of work commits; outside of one at once.

        Nobody is told of what is rolled back. What can not be delivered is lost, and no error.
        """


class Subscription(Protocol):
    """The events of one user. The first is MISSED, since what was before is not known."""

    async def next(self, seconds: float) -> Sequence[Event]:
        """Waits for at least one; empty after that time. Repeated events are told once, too many as MISSED.

        Raises SubscriptionsEnded once it has ended.
        """

    def end(self) -> None: ...


class EventSubscriptions(Protocol):
    """The subscriptions of this process."""

    @property
    def hears_all(self) -> bool:
        """Whether events of other processes are heard of, too."""

    def subscribe(self, user_id: UUID) -> AbstractAsyncContextManager[Subscription]:
        """Raises TooManySubscriptions of the user or the process, SubscriptionsEnded."""

    def end_all(self) -> None:
        """Ends those that are open, and opens no other."""
