"""When people are told that a course is due: 14 and 3 days before, on the day, and once it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from atg_core.notifier import NoticeKind

STAGES: Sequence[tuple[NoticeKind, int]] = (
    (NoticeKind.COURSE_DUE_0, 0),
    (NoticeKind.COURSE_DUE_3, 3),
    (NoticeKind.COURSE_DUE_14, 14),
)
"""From the last to the first, with the days before the due date on which each begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDays:
    """The stages of due dates, as they are at a moment in a zone.

    `now`: what is due until then is late. `ends`: of each stage the end, in UTC, of the last day that belongs to it.
    """

    now: datetime
    ends: Sequence[tuple[NoticeKind, datetime]]

    @classmethod
    def at(cls, now: datetime, zone: tzinfo) -> "DueDays":
        today = now.astimezone(zone).date()
        return cls(now=now, ends=tuple((kind, _midnight(today, days + 1, zone)) for kind, days in STAGES))

    @property
    def last(self) -> datetime:
        """Of what is due from then on nothing is told yet."""
        return self.ends[-1][1]

    def stage(self, due_at: datetime) -> NoticeKind | None:
        """What is told of a course that is due then; None as long as nothing is.

        A stage holds until the next begins: who could not be told on its first day is told later, of the last alone.
        """
        if due_at <= self.now:
            return NoticeKind.COURSE_OVERDUE
        return next((kind for kind, end in self.ends if due_at < end), None)


def had_begun(kind: NoticeKind, due_at: datetime, told_at: datetime) -> bool:
    """Whether the stage had begun when a person was told of the due date itself: then it is no news."""
    days = dict(STAGES).get(kind)
    return days is not None and due_at - timedelta(days=days) <= told_at


def _midnight(day: date, days: int, zone: tzinfo) -> datetime:
    """The beginning of the day so many days later, in UTC."""
    return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
