"""What people are told: the kinds of notices, and the port by which every context tells them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class NoticeKind(StrEnum):
    """What a notice is about. People choose for each kind by which channels it is sent."""

    COURSE_ASSIGNED = "course_assigned"
    COURSE_DUE_14 = "course_due_14"
    COURSE_DUE_3 = "course_due_3"
    COURSE_DUE_0 = "course_due_0"
    COURSE_OVERDUE = "course_overdue"
    COURSE_REMINDER = "course_reminder"
    TEAM_OVERDUE = "team_overdue"
    CERTIFICATE_ISSUED = "certificate_issued"
    LESSON_MOVED = "lesson_moved"
    LESSON_CANCELLED = "lesson_cancelled"
    LESSON_RESTORED = "lesson_restored"
    RULE_CHANGED = "rule_changed"
    HOMEWORK_PUBLISHED = "homework_published"
    HOMEWORK_WAITING = "homework_waiting"
    HOMEWORK_GRADED = "homework_graded"
    GRADE = "grade"
    WEEKLY_REPORT = "weekly_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """What is told to people: each of them is told once of the same `kind`, `subject` and `occasion`.

    `subject`: what it is about, as `homework:12`. `occasion`: the moment that makes it another one, as a due date.
    `title`: the name of the subject at that time. `details`: further facts by name; names of moments end with `_at`.
    `group_id`: the group that it concerns; its name and its teacher's are told. `about_id`: the same for a person.
    `user_ids`: who is told; None: the students of the group.
    """

    kind: NoticeKind
    subject: str
    occasion: datetime
    title: str
    details: Mapping[str, str | datetime | None] = field(default_factory=dict)
    group_id: int | None = None
    about_id: UUID | None = None
    user_ids: Collection[UUID] | None = None


NO_DUE_DATE = datetime.fromtimestamp(0, UTC)
"""The occasion of an assignment without a due date."""


class Notifier(Protocol):
    async def tell(self, *notices: NewNotice) -> int:
        """Within the open unit of work, with which it is committed or rolled back. Nobody is told twice.

        Returns how many notices are new.
        """

    async def tell_assigned(self, user_ids: Collection[UUID]) -> None:
        """Tells users of the open courses that standing assignments give them, with the due dates as they are now.

        Within the open unit of work, as `tell`.
        """

    async def tell_opened(self, opened: Collection[tuple[UUID, UUID]]) -> None:
        """The same of courses that were opened: who has which, unless they have completed it."""
