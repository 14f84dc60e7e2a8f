"""Enrollments, progress and certificates (spec: catalog-learning)."""

from dataclasses import dataclass, replace
from datetime import datetime
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
    """A user's enrollment in a course; `progress_percent` is 0 to 100.

    `hours_studied` has two decimals; `seconds_over`: the seconds studied beyond them.
    `topics_completed`: those that `progress_percent` counts.
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
    topics_completed: int = 0

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
        """An enrollment by assignment, which the learner has not started."""
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
        """After enrolling again: an assigned enrollment starts, a cancelled one continues with its progress."""
        begun = self.status is not EnrollmentStatus.NOT_STARTED
        return replace(
            self,
            status=self.status if begun else EnrollmentStatus.IN_PROGRESS,
            started_at=self.started_at or now,
            cancelled_at=None,
        )

    def studied(self, seconds: int, now: datetime) -> Self:
        """After activity at `now` and so many seconds of study."""
        hundredths, over = divmod(self.seconds_over + seconds, _SECONDS_IN_A_HUNDREDTH)
        begun = self.resumed(now)
        return replace(
            begun,
            hours_studied=self.hours_studied + Decimal(hundredths) / 100,
            seconds_over=over,
            last_activity=now,
        )

    def advanced(self, topics: int) -> Self:
        """After one more of so many topics was completed."""
        completed = self.topics_completed + 1
        return replace(self, topics_completed=completed, progress_percent=percent_of(completed, topics))


def percent_of(completed: int, topics: int) -> int:
    """Completed topics in percent of all, rounded down; 0 without topics."""
    return completed * 100 // topics if topics else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentProgress:
    """An enrollment with what counts for it: active topics of the course's programs, and their active final tests
    that have questions.

    `reached_at`: when the latest of them was completed or passed; `has_certificate`: revoked ones count, too.
    """

    enrollment: Enrollment
    course_title: str
    learner_name: str
    topics: int
    topics_completed: int
    final_tests: int
    final_tests_passed: int
    reached_at: datetime | None
    has_certificate: bool

    @property
    def percent(self) -> int:
        return percent_of(self.topics_completed, self.topics)

    @property
    def is_complete(self) -> bool:
        """All topics are completed and all final tests passed; a course without topics is never complete."""
        return self.percent == 100 and self.final_tests_passed == self.final_tests

    def updated_enrollment(self) -> Enrollment:
        """The enrollment with its current percent and status; completion is final (spec: catalog-learning, Rules)."""
        enrollment = replace(self.enrollment, progress_percent=self.percent, topics_completed=self.topics_completed)
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
    """Selects enrollments: of one user or several, in the courses of one station; all if empty."""

    user_id: UUID | None = None
    user_ids: tuple[UUID, ...] | None = None
    station_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicProgress:
    """A user's progress in a topic; `position_seconds`: the playback position of the video."""

    user_id: UUID
    topic_id: int
    completed: bool = False
    completed_at: datetime | None = None
    position_seconds: int = 0

    def after(self, now: datetime, *, completed: bool, position_seconds: int | None) -> Self:
        """A completed topic stays completed, since its first moment; a position of None keeps the former one."""
        return replace(
            self,
            completed=self.completed or completed,
            completed_at=self.completed_at or (now if completed else None),
            position_seconds=self.position_seconds if position_seconds is None else position_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledCourse:
    """An enrollment with its course, as the learner's list shows it."""

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
    """Issued for a completed course; can be verified with its number and verification code.

    `full_name` and `title` are those of the moment of issue, whatever learner and course are called later.
    """

    id: UUID
    user_id: UUID
    course_id: UUID
    full_name: str
    title: str
    issued_at: datetime
    number: str
    verification_code: str
    revoked_at: datetime | None = None
