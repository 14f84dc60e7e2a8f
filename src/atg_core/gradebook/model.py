"""Attendance, control points and their grades, and the journal of both (spec: homework-gradebook, Gradebook)."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from atg_core.errors import Invalid

HUNDREDTH = Decimal("0.01")
DEFAULT_WEIGHT = Decimal("2.00")
HOMEWORK_WEIGHT = Decimal("1.00")
MOST_GRADE, MOST_WEIGHT = Decimal(10_000), Decimal(100)
YEARS = range(1970, 2200)
"""In which anything may be planned."""


_A_DAY = timedelta(days=1)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


class ControlPointKind(StrEnum):
    TEST = "test"
    EXAM = "exam"
    ESSAY = "essay"
    PROJECT = "project"


class ColumnKind(StrEnum):
    """What a column of the journal is of; of several at one time, those come first that stand first here."""

    LESSON = "lesson"
    HOMEWORK = "homework"
    CONTROL_POINT = "control_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: administrators see everything, teachers what they teach, students their own."""

    id: UUID
    is_admin: bool = False

    @property
    def owner(self) -> UUID | None:
        """Whose groups may be written; None: everybody's."""
        return None if self.is_admin else self.id


type StudentKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """`name`: the full name, or the username of who has none."""

    id: UUID
    username: str
    name: str

    @property
    def key(self) -> StudentKey:
        """What students are in order by; no two have the same."""
        return self.name.casefold(), self.username


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    id: int
    group_id: int
    title: str
    kind: ControlPointKind
    date: date
    max_grade: Decimal
    weight: Decimal
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """How a student took part in a lesson."""

    lesson_id: int
    student_id: UUID
    student_name: str
    status: AttendanceStatus
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What a student got at a control point, and from whom."""

    control_point_id: int
    student_id: UUID
    student_name: str
    grade: Decimal
    comment: str | None
    graded_by: UUID
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """A grade was given, changed, or taken back (`new_grade` None). It outlives its control point, as `title` does."""

    id: int
    control_point_id: int
    title: str
    student_id: UUID
    student_name: str
    actor_id: UUID
    actor_name: str
    at: datetime
    old_grade: Decimal | None
    new_grade: Decimal | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A group, with those of its students who are asked about, by name; `is_whole`: with all that it has."""

    group_id: int
    name: str
    teacher_id: UUID
    students: tuple[Student, ...]
    is_whole: bool = True

    def is_taught_by(self, viewer: Viewer) -> bool:
        return viewer.is_admin or self.teacher_id == viewer.id

    def place_of(self, student_id: UUID) -> int | None:
        """Which of the students it is, counted from 0; None for nobody of them."""
        return next((place for place, each in enumerate(self.students) if each.id == student_id), None)

    def part(self, after: StudentKey | None, size: int | None) -> "Roll":
        """Those of its students who come after a key, that of one of them or of nobody; not more than `size`."""
        begin = 0 if after is None else bisect_right(self.students, after, key=attrgetter("key"))
        students = self.students[begin : None if size is None else begin + size]
        return self if len(students) == len(self.students) else replace(self, students=students, is_whole=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which columns are shown: those from `start` on and before `end`; None: without a border.

    `zone`: whose days those of control points are, and by which days are told from each other.
    """

    zone: tzinfo
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        for field, border in (("start", self.start), ("end", self.end)):
            if border and not _EARLIEST <= border <= _LATEST:
                raise Invalid(f"the year is {_EARLIEST.year} to {_LATEST.year}", field=field)
        if self.start and self.end and self.end <= self.start:
            raise Invalid("the window ends after it begins", field="end")

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Both borders; the first is in the window, the second not."""
        return self.start or _EARLIEST, self.end or _LATEST

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day whose beginning is in the window."""
        start, end = (border.astimezone(self.zone) for border in self.instants)
        first = start.date() if start == self.midnight(start.date()) else start.date() + _A_DAY
        return first, (end - timedelta(microseconds=1)).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


type Cell = AttendanceStatus | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Of the journal of a group: `cells` are in the order of the roll's students, None where there is nothing.

    `at`: when it is; of a control point the beginning of its day. Lessons have no grades, and no scale of them;
    grades are out of `max_grade`, which may be 0 for homework without questions: then they say nothing.
    `comments`: in the same order, where they were asked for.
    """

    kind: ColumnKind
    id: int
    title: str
    at: datetime
    day: date
    cells: tuple[Cell, ...]
    max_grade: Decimal | None = None
    weight: Decimal | None = None
    comments: tuple[str | None, ...] = ()


def two_places(value: Decimal, *, most: Decimal, field: str, zero: bool = True) -> Decimal:
    """The value with two decimals. Raises Invalid for more of them, and for what is not from 0 to `most`.

    `zero`: whether 0 itself is one.
    """
    if not value.is_finite() or not 0 <= value <= most or (not zero and value == 0):
        raise Invalid(f"is a number {'from' if zero else 'above'} 0 to {most.normalize():f}", field=field)
    rounded = value.quantize(HUNDREDTH)
    if rounded != value:
        raise Invalid("has two decimals at most", field=field)
    return abs(rounded)
