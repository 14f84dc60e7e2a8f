"""A learner's totals and streak."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from atg_core.learning.model import Enrollment


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A learner's stored totals; `best_scores` is the sum of the best scores of all tests taken."""

    active_courses: int = 0
    completed_courses: int = 0
    total_progress: int = 0
    total_hours_studied: Decimal = Decimal(0)
    certificates_count: int = 0
    topics_completed: int = 0
    tests_taken: int = 0
    tests_passed: int = 0
    best_scores: int = 0

    @property
    def average_score(self) -> float:
        """The mean of the best scores, in percent."""
        return round(self.best_scores / self.tests_taken, 2) if self.tests_taken else 0.0

    def changed(self, before: Sequence[Enrollment], after: Sequence[Enrollment], *, topics: int = 0) -> Self:
        """After so many more completed topics, and enrollments of the learner that were others before."""

        def active(enrollments: Sequence[Enrollment]) -> int:
            return sum(each.progress_percent < 100 for each in enrollments)

        def hours(enrollments: Sequence[Enrollment]) -> Decimal:
            return sum((each.hours_studied for each in enrollments), start=Decimal(0))

        def percents(enrollments: Sequence[Enrollment]) -> int:
            return sum(each.progress_percent for each in enrollments)

        newly_active = active(after) - active(before)
        return replace(
            self,
            active_courses=self.active_courses + newly_active,
            completed_courses=self.completed_courses + len(after) - len(before) - newly_active,
            total_progress=self.total_progress + percents(after) - percents(before),
            total_hours_studied=self.total_hours_studied + hours(after) - hours(before),
            topics_completed=self.topics_completed + topics,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """The latest consecutive days with a completed topic: the first and the last of them."""

    first_day: date
    last_day: date

    @classmethod
    def of(cls, days: Collection[date]) -> "Streak | None":
        """None without days."""
        if not days:
            return None
        first = last = max(days)
        while (before := first - timedelta(days=1)) in days:
            first = before
        return cls(first_day=first, last_day=last)

    def with_day(self, day: date) -> "Streak":
        """With a day that is not before the first one."""
        if day <= self.last_day:
            return self
        is_next = day - self.last_day == timedelta(days=1)
        return Streak(first_day=self.first_day if is_next else day, last_day=day)

    def days_on(self, today: date) -> int:
        """How many days there are until today or, as long as today is not over, yesterday; else 0."""
        if self.last_day < today - timedelta(days=1):
            return 0
        return max(0, (min(self.last_day, today) - self.first_day).days + 1)
