"""Who learns what, and how far they are (spec: catalog-learning)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID


class EnrollmentStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """A user's way through one course; `progress_percent` is 0 to 100."""

    id: UUID
    user_id: UUID
    course_id: UUID
    progress_percent: int
    status: EnrollmentStatus
    started_at: datetime | None
    completed_at: datetime | None
    hours_studied: Decimal
    last_activity: datetime | None
    due_at: datetime | None
    cancelled_at: datetime | None

    @classmethod
    def begin(cls, enrollment_id: UUID, user_id: UUID, course_id: UUID, now: datetime) -> Self:
        return cls(
            id=enrollment_id,
            user_id=user_id,
            course_id=course_id,
            progress_percent=0,
            status=EnrollmentStatus.IN_PROGRESS,
            started_at=now,
            completed_at=None,
            hours_studied=Decimal(0),
            last_activity=now,
            due_at=None,
            cancelled_at=None,
        )

    def resumed(self, now: datetime) -> Self:
        """The enrollment after enrolling again: what was not begun begins, what was cancelled goes on where it was."""
        begun = self.status is not EnrollmentStatus.NOT_STARTED
        return replace(
            self,
            status=self.status if begun else EnrollmentStatus.IN_PROGRESS,
            started_at=self.started_at or now,
            cancelled_at=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledCourse:
    """An enrollment as a learner's list shows it, with what is to be known of the course."""

    course_id: UUID
    progress_percent: int
    title: str
    description: str | None
    station_id: int | None
    status: EnrollmentStatus
    started_at: datetime | None
    completed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    id: UUID
    title: str
    issued_at: datetime
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a learner's statistics are made of; `active_at` are the moments at which topics were completed."""

    progress_percents: list[int]
    hours_studied: Decimal
    topics_completed: int
    tests_passed: int
    best_scores: list[int]
    active_at: list[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """A learner's totals; `total_progress` is the sum of the percents, `average_score` the mean of the best scores."""

    active_courses: int
    completed_courses: int
    total_progress: int
    total_hours_studied: Decimal
    certificates_count: int
    topics_completed: int
    tests_passed: int
    average_score: float
    streak_days: int

    @classmethod
    def of(cls, facts: Facts, *, certificates: int, now: datetime, timezone: tzinfo) -> Self:
        percents, scores = facts.progress_percents, facts.best_scores
        return cls(
            active_courses=sum(percent < 100 for percent in percents),
            completed_courses=sum(percent == 100 for percent in percents),
            total_progress=sum(percents),
            total_hours_studied=facts.hours_studied,
            certificates_count=certificates,
            topics_completed=facts.topics_completed,
            tests_passed=facts.tests_passed,
            average_score=round(sum(scores) / len(scores), 2) if scores else 0.0,
            streak_days=streak(
                (at.astimezone(timezone).date() for at in facts.active_at),
                now.astimezone(timezone).date(),
            ),
        )


def streak(days: Iterable[date], today: date) -> int:
    """Consecutive days of activity up to today; a day that is not over yet breaks nothing, so it may end yesterday."""
    active = set(days)
    day = today if today in active else today - timedelta(days=1)
    length = 0
    while day in active:
        length, day = length + 1, day - timedelta(days=1)
    return length
