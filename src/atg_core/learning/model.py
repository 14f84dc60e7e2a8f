"""Who learns what, and how far they are (spec: catalog-learning)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

_SECONDS_IN_A_HUNDREDTH = 36  # of an hour


class EnrollmentStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """A user's way through one course; `progress_percent` is 0 to 100.

    `seconds_over`: what was studied beyond the hundredths of an hour in `hours_studied`.
    """

    id: UUID
    user_id: UUID
    course_id: UUID
    progress_percent: int
    status: EnrollmentStatus
    started_at: datetime | None
    completed_at: datetime | None
    hours_studied: Decimal
    seconds_over: int = 0
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

    @classmethod
    def assigned(cls, enrollment_id: UUID, user_id: UUID, course_id: UUID, due_at: datetime | None) -> Self:
        """Not begun by its learner."""
        return cls(
            id=enrollment_id,
            user_id=user_id,
            course_id=course_id,
            progress_percent=0,
            status=EnrollmentStatus.NOT_STARTED,
            started_at=None,
            completed_at=None,
            hours_studied=Decimal(0),
            last_activity=None,
            due_at=due_at,
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

    def studied(self, seconds: int, now: datetime) -> Self:
        """The enrollment after some activity, and so many seconds of study."""
        hundredths, over = divmod(self.seconds_over + seconds, _SECONDS_IN_A_HUNDREDTH)
        begun = self.resumed(now)
        return replace(
            begun,
            hours_studied=self.hours_studied + Decimal(hundredths) / 100,
            seconds_over=over,
            last_activity=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An enrollment and the facts that count for it: active topics of the course's programs, and active final tests.

    `reached_at`: when the latest of these facts came about; `certified`: whether there is a certificate.
    """

    enrollment: Enrollment
    course_title: str
    topics: int
    topics_completed: int
    final_tests: int
    final_tests_passed: int
    reached_at: datetime | None
    certified: bool

    @property
    def percent(self) -> int:
        """Completed of all topics, rounded down; 0 where there is none."""
        return self.topics_completed * 100 // self.topics if self.topics else 0

    @property
    def is_complete(self) -> bool:
        """All topics are completed and every final test is passed; a course without topics never is complete."""
        return self.percent == 100 and self.final_tests_passed == self.final_tests

    def settled(self) -> Enrollment:
        """As the facts say; a course once completed stays so (spec: catalog-learning, Rules)."""
        enrollment = replace(self.enrollment, progress_percent=self.percent)
        if not self.is_complete or enrollment.status is EnrollmentStatus.COMPLETED:
            return enrollment
        moments = [moment for moment in (self.reached_at, enrollment.started_at) if moment]
        return replace(
            enrollment,
            status=EnrollmentStatus.COMPLETED,
            started_at=enrollment.started_at or self.reached_at,
            completed_at=max(moments),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose enrollments: of one user or some users, in the courses of one station; without any of these, all."""

    user_id: UUID | None = None
    user_ids: tuple[UUID, ...] | None = None
    station_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicProgress:
    """How far a user is with a topic; `position_seconds`: where the video stopped."""

    user_id: UUID
    topic_id: int
    completed: bool
    completed_at: datetime | None
    position_seconds: int


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
    """That a user completed a course; whoever has its number and its code may verify it."""

    id: UUID
    user_id: UUID
    course_id: UUID
    title: str
    issued_at: datetime
    number: str
    verification_code: str
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of a learner's facts, which the store keeps; `best_scores` is the sum of the best score of each test."""

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
        """The mean of the best scores."""
        return round(self.best_scores / self.tests_taken, 2) if self.tests_taken else 0.0


def streak(moments: Iterable[datetime], now: datetime, timezone: tzinfo) -> int:
    """Consecutive days of activity up to today; a day that is not over yet breaks nothing, so it may end yesterday."""
    active = {moment.astimezone(timezone).date() for moment in moments}
    today = now.astimezone(timezone).date()
    day = today if today in active else today - timedelta(days=1)
    length = 0
    while day in active:
        length, day = length + 1, day - timedelta(days=1)
    return length
