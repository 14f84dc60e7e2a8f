"""Enrollments, progress and certificates (spec: catalog-learning)."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from atg_core.learning.prerequisites import Requirement
from atg_core.learning.validity import due_again_from

_SECONDS_IN_A_HUNDREDTH = 36  # of an hour


class EnrollmentStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """A user's enrollment in a course; `progress_percent` is 0 to 100.

    `hours_studied` has two decimals; `seconds_over`: the seconds studied beyond them.
    `topics_completed`: those that `progress_percent` counts. `created_at`: when the learner was enrolled or assigned.
    `due_at`: in the first round the earliest of `own_due_at`, which was given to this enrollment itself, and those of
    obligations; later the earlier of `own_due_at` and `valid_until`.
    `by_assignment`: only an obligation has asked for it.

    A course whose certificate ends is taken in rounds: `round` is the latest, from 1. Percent and status are of it.
    `valid_until`: the end of what was won last, None while there is none and where it has no end; `renews_at`: when
    the next round opens. `tests_since` and `topics_since`: only later results and completed topics count for this
    round, None if all do. `external_certificate_id`: that of elsewhere by which the round is completed.
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
    own_due_at: datetime | None = None
    by_assignment: bool = False
    created_at: datetime | None = None
    round: int = 1
    valid_until: datetime | None = None
    renews_at: datetime | None = None
    tests_since: datetime | None = None
    topics_since: datetime | None = None
    external_certificate_id: UUID | None = None

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
            created_at=now,
        )

    @classmethod
    def assigned(
        cls, enrollment_id: UUID, user_id: UUID, course_id: UUID, due_at: datetime | None, now: datetime
    ) -> Self:
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
            own_due_at=due_at,
            cancelled_at=None,
            created_at=now,
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

    def counts_topic(self, completed_at: datetime | None) -> bool:
        """Whether a topic that was last completed at this moment counts for the open round."""
        return completed_at is not None and (self.topics_since is None or completed_at > self.topics_since)

    def is_due_again(self, now: datetime) -> bool:
        """Whether the next round is to open; nobody is asked who has left."""
        return self.renews_at is not None and self.renews_at <= now and self.cancelled_at is None

    def next_round(self, *, renew_topics: bool) -> Self:
        """The next round, due when what was won ends. Tests are taken anew, and topics if `renew_topics`.

        It begins at the moment by the rule, however late that is noticed. `completed_at` stays that of the last one.
        """
        return replace(
            self,
            round=self.round + 1,
            status=EnrollmentStatus.NOT_STARTED,
            due_at=self.valid_until,
            own_due_at=None,
            renews_at=None,
            tests_since=self.renews_at,
            topics_since=self.renews_at if renew_topics else None,
            external_certificate_id=None,
        )

    def won(self, valid_until: datetime | None, renews_at: datetime | None) -> Self:
        """A completed one, of which the certificate is valid until then."""
        won = replace(self, valid_until=valid_until, renews_at=renews_at)
        return won if self.round == 1 else replace(won, due_at=valid_until, own_due_at=None)

    def advanced(self, topics: int) -> Self:
        """After one more of so many topics was completed."""
        completed = self.topics_completed + 1
        return replace(self, topics_completed=completed, progress_percent=percent_of(completed, topics))


def percent_of(completed: int, topics: int) -> int:
    """Completed topics in percent of all, rounded down; 0 without topics."""
    return completed * 100 // topics if topics else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate of elsewhere that somebody holds of a course."""

    id: UUID
    issued_at: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentProgress:
    """An enrollment with what counts for its open round: active topics of the course's programs, and their active
    final tests that have questions.

    `reached_at`: when the latest of them was completed or passed; `has_certificate`: of the round, revoked ones count,
    too. `valid_months`, `renew_days`, `renew_topics`: of the course. `held`: of the certificates of elsewhere for this
    course the one that is valid for longest.
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
    valid_months: int | None = None
    renew_days: int = 0
    renew_topics: bool = False
    held: Held | None = None

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
        if self.held and self._is_held(self.held):
            return self._completed_by(self.held, enrollment)
        if not self.is_complete or enrollment.status is EnrollmentStatus.COMPLETED:
            return enrollment
        moments = [moment for moment in (self.reached_at, enrollment.started_at, enrollment.tests_since) if moment]
        return replace(
            enrollment,
            status=EnrollmentStatus.COMPLETED,
            started_at=enrollment.started_at or self.reached_at,
            completed_at=max(moments),
        )

    @property
    def lacks_certificate(self) -> bool:
        """Of a completed enrollment: whether one of ours is to be issued."""
        return not self.has_certificate and self.updated_enrollment().external_certificate_id is None

    @property
    def renews_topics(self) -> bool:
        """Whether topics are taken anew in the next round: also where no final test would be left to take."""
        return self.renew_topics or not self.final_tests

    def _is_held(self, held: Held) -> bool:
        """Whether the round is completed by it: it lasts longer than what was won before, or completes it already."""
        enrollment = self.enrollment
        if enrollment.status is EnrollmentStatus.COMPLETED:
            return enrollment.external_certificate_id is not None
        if enrollment.round == 1 or held.valid_until is None:
            return True
        return enrollment.valid_until is not None and held.valid_until > enrollment.valid_until

    def _completed_by(self, held: Held, enrollment: Enrollment) -> Enrollment:
        renews_at = held.valid_until and due_again_from(held.valid_until, self.renew_days, held.issued_at)
        former = enrollment.external_certificate_id, enrollment.valid_until
        if former == (held.id, held.valid_until):
            return enrollment
        completed = replace(
            enrollment,
            status=EnrollmentStatus.COMPLETED,
            completed_at=held.issued_at,
            external_certificate_id=held.id,
        )
        return completed.won(held.valid_until, renews_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Selects enrollments: of one user or several, in one course or the courses of one station; all if empty."""

    user_id: UUID | None = None
    user_ids: tuple[UUID, ...] | None = None
    station_id: int | None = None
    course_id: UUID | None = None

    @property
    def is_of_courses(self) -> bool:
        """Whether it is about some courses only."""
        return self.station_id is not None or self.course_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicProgress:
    """A user's progress in a topic; `position_seconds`: the playback position of the video.

    `renewed_at`: when it was last completed again, for a later round of a course.
    """

    user_id: UUID
    topic_id: int
    completed: bool = False
    completed_at: datetime | None = None
    position_seconds: int = 0
    renewed_at: datetime | None = None

    @property
    def last_completed_at(self) -> datetime | None:
        return self.renewed_at or self.completed_at

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
    """An enrollment with its course, as the learner's list shows it. `has_topics`: whether it has something to learn.

    `missing`: what has to be passed before it can be begun. `valid_until`: the end of the certificate.
    """

    course_id: UUID
    progress_percent: int
    title: str
    description: str | None
    station_id: int | None
    status: EnrollmentStatus
    started_at: datetime | None
    completed_at: datetime | None
    due_at: datetime | None
    has_topics: bool
    missing: tuple[Requirement, ...] = ()
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Issued for a completed course; can be verified with its number and verification code.

    `full_name` and `title` are those of the moment of issue, whatever learner and course are called later; so is
    `valid_until`, None if it has no end. One for each `round`.
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
    round: int = 1
    valid_until: datetime | None = None
