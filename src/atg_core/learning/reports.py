"""Reports: the learners of a course, compliance by department and station, and a learner's course progress."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from atg_core.learning.model import EnrollmentStatus


class LearnerState(StrEnum):
    """A status, or `late`: an active user who has not completed the course by the due date, whether begun or not."""

    NOT_STARTED = EnrollmentStatus.NOT_STARTED
    IN_PROGRESS = EnrollmentStatus.IN_PROGRESS
    COMPLETED = EnrollmentStatus.COMPLETED
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerQuery:
    """Filters of the learners of a course; `q` matches full name, username and employee id."""

    status: LearnerState | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLearner:
    user_id: UUID
    username: str
    full_name: str | None
    employee_id: str | None
    department: str | None
    station: str | None
    status: EnrollmentStatus
    progress_percent: int
    hours_studied: Decimal
    started_at: datetime | None
    completed_at: datetime | None
    due_at: datetime | None
    valid_until: datetime | None
    last_activity: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Numbers of people by status; `late`: not completed by the due date, whether started or not.

    Whose certificate is valid counts as completed, though the course may be due again.
    """

    assigned: int = 0
    completed: int = 0
    in_progress: int = 0
    not_started: int = 0
    late: int = 0

    def __add__(self, other: "Headcount") -> "Headcount":
        return Headcount(
            assigned=self.assigned + other.assigned,
            completed=self.completed + other.completed,
            in_progress=self.in_progress + other.in_progress,
            not_started=self.not_started + other.not_started,
            late=self.late + other.late,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceRow:
    """The people of one department at one station; None for people without."""

    department: str | None
    station_id: int | None
    station: str | None
    people: Headcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    course_id: UUID
    title: str
    rows: Sequence[ComplianceRow]

    @property
    def total(self) -> Headcount:
        return sum((row.people for row in self.rows), start=Headcount())

    @property
    def departments(self) -> list[tuple[str | None, Headcount]]:
        return self._by(lambda row: row.department)

    @property
    def stations(self) -> list[tuple[tuple[int | None, str | None], Headcount]]:
        return self._by(lambda row: (row.station_id, row.station))

    def _by[Key: Hashable](self, key: Callable[[ComplianceRow], Key]) -> list[tuple[Key, Headcount]]:
        """Sums by key, in the order of first occurrence."""
        sums: defaultdict[Key, Headcount] = defaultdict(Headcount)
        for row in self.rows:
            sums[key(row)] += row.people
        return list(sums.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReport:
    id: int
    title: str
    code: str
    completed: bool
    completed_at: datetime | None
    position_seconds: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """`best_score`: None without a result."""

    id: int
    title: str
    passed: bool
    best_score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonReport:
    id: int
    title: str
    test: TestReport | None
    topics: tuple[TopicReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramReport:
    id: int
    title: str
    final_test: TestReport | None
    lessons: tuple[LessonReport, ...]

    @property
    def topics(self) -> list[TopicReport]:
        return [topic for lesson in self.lessons for topic in lesson.topics]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseReport:
    """A learner's progress in a course: its active programs, lessons, topics and tests, in order."""

    course_id: UUID
    title: str
    status: EnrollmentStatus
    progress_percent: int
    programs: tuple[ProgramReport, ...]

    @property
    def topics(self) -> list[TopicReport]:
        return [topic for program in self.programs for topic in program.topics]

    @property
    def resume_at(self) -> TopicReport | None:
        """Where to continue: the incomplete topic with the latest activity, else the first incomplete one."""
        open_topics = [topic for topic in self.topics if not topic.completed]
        left = [topic for topic in open_topics if topic.last_activity]
        return max(left, key=_activity, default=next(iter(open_topics), None))


def _activity(topic: TopicReport) -> datetime:
    assert topic.last_activity is not None  # noqa: S101 - asked only of topics that have one
    return topic.last_activity


class Reports(Protocol):
    """Queries for reports; each is a fixed number of statements."""

    async def learners(
        self, course_id: UUID, query: LearnerQuery, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[CourseLearner], int]:
        """A page of learners by name, and their total number. Raises CourseNotFound."""

    async def compliance(self, course_id: UUID, now: datetime) -> Compliance:
        """Active users by department and station. Raises CourseNotFound."""

    async def course(self, user_id: UUID, course_id: UUID) -> CourseReport:
        """Raises CourseNotFound, NotEnrolled."""

    async def topic(self, user_id: UUID, topic_id: int) -> TopicReport | None:
        """The user's progress in a topic, None before any."""
