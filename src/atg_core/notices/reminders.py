"""Reminders of courses that were told, and those that are still to come, for who runs trainings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol
from uuid import UUID

from atg_core.notices.due import STAGES, had_begun
from atg_core.notifier import NoticeKind


def subject_of(course_id: UUID) -> str:
    return f"course:{course_id.hex}"


def course_of(subject: str) -> UUID:
    return UUID(subject.partition(":")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOfCourse:
    """A notice about a course. `sent_at`: by mail or Telegram; the list in the console has it since `created_at`."""

    user_id: UUID
    course_id: UUID
    kind: NoticeKind
    occasion: datetime
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


class ReminderQueries(Protocol):
    async def told(self, user_ids: Collection[UUID], course_ids: Collection[UUID]) -> list[ToldOfCourse]:
        """What these people were told of these courses, oldest first, in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCome:
    """A reminder that the daily round of that day will tell."""

    kind: NoticeKind
    day: date


def next_reminder(due_at: datetime, told: Sequence[ToldOfCourse], now: datetime, zone: tzinfo) -> ToCome | None:
    """The next of an open course with this due date, if nothing changes; None once all of them were told.

    `told`: what the person was told of the course.
    """
    due, today = due_at.astimezone(zone).date(), now.astimezone(zone).date()
    starts = [(kind, due - timedelta(days=days)) for kind, days in reversed(STAGES)]
    starts.append((NoticeKind.COURSE_OVERDUE, due + timedelta(days=1)))
    begun = [kind for kind, day in starts if day <= today]
    # Of the stages that have begun the last alone is told.
    open_stages = [(kind, day) for kind, day in starts if kind not in begun[:-1]]
    of_date = [each for each in told if each.occasion == due_at]
    for kind, day in open_stages:
        is_told = any(each.kind is kind for each in of_date)
        is_no_news = any(had_begun(kind, due_at, each.created_at) for each in of_date if each.kind is _ASSIGNED)
        if not (is_told or is_no_news):
            return ToCome(kind=kind, day=max(day, today))
    return None


_ASSIGNED = NoticeKind.COURSE_ASSIGNED
