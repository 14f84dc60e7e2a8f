"""Who is where: the learners of a course, and how far departments and stations are with it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from atg_core.learning.model import EnrollmentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerQuery:
    """`q`: words in a name, a username or an employee's number."""

    status: EnrollmentStatus | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerOfCourse:
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
    last_activity: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """People by how far they are; who is `late` has not completed the course by its due date, begun or not."""

    assigned: int = 0
    completed: int = 0
    in_progress: int = 0
    not_started: int = 0
    late: int = 0

    def __add__(self, other: "Headcount") -> "Headcount":
        sums = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        return Headcount(**sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceRow:
    """The people of one department at one station; None for those without."""

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
        """Sums in the order in which the groups come first."""
        sums: defaultdict[Key, Headcount] = defaultdict(Headcount)
        for row in self.rows:
            sums[key(row)] += row.people
        return list(sums.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStanding:
    id: int
    title: str
    code: str
    completed: bool
    completed_at: datetime | None
    position_seconds: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestStanding:
    """`best_score`: None where the test was not tried."""

    id: int
    title: str
    passed: bool
    best_score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStanding:
    id: int
    title: str
    test: TestStanding | None
    topics: tuple[TopicStanding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStanding:
    id: int
    title: str
    final_test: TestStanding | None
    lessons: tuple[LessonStanding, ...]

    @property
    def topics(self) -> list[TopicStanding]:
        return [topic for lesson in self.lessons for topic in lesson.topics]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseStanding:
    """A learner's way through a course: what is active of its programs, in order."""

    course_id: UUID
    title: str
    status: EnrollmentStatus
    progress_percent: int
    programs: tuple[ProgramStanding, ...]

    @property
    def topics(self) -> list[TopicStanding]:
        return [topic for program in self.programs for topic in program.topics]

    @property
    def resume_at(self) -> TopicStanding | None:
        """The topic that was left last before it was completed, else the first that is not; None after the last."""
        open_topics = [topic for topic in self.topics if not topic.completed]
        left = [topic for topic in open_topics if topic.last_activity]
        return max(left, key=_activity, default=next(iter(open_topics), None))


def _activity(topic: TopicStanding) -> datetime:
    assert topic.last_activity is not None  # noqa: S101 - asked only of topics that have one
    return topic.last_activity


class Reports(Protocol):
    """Plain reads, each a fixed number of statements."""

    async def learners(
        self, course_id: UUID, query: LearnerQuery, *, limit: int, offset: int
    ) -> tuple[list[LearnerOfCourse], int]:
        """By name, with how many there are in all. Raises CourseNotFound."""

    async def compliance(self, course_id: UUID, now: datetime) -> Compliance:
        """Active users by department and station. Raises CourseNotFound."""

    async def course(self, user_id: UUID, course_id: UUID) -> CourseStanding:
        """Raises CourseNotFound, NotEnrolled."""

    async def topic(self, user_id: UUID, topic_id: int) -> TopicStanding | None:
        """What the user did with a topic, None for nothing yet."""
