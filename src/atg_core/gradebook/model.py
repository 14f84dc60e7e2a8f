"""Attendance, control points, grades and the columns of the journal (spec: homework-gradebook, Gradebook)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from atg_core.errors import Invalid
from atg_core.late_work import LateGrade, LateRule, best_of, late_grade
from atg_core.words import phrase

HUNDREDTH = Decimal("0.01")
DEFAULT_WEIGHT = Decimal("2.00")
HOMEWORK_WEIGHT = Decimal("1.00")
MAX_GRADE, MAX_WEIGHT = Decimal(10_000), Decimal(100)
YEARS = range(1970, 2200)
"""Years in which a control point may be."""


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
    """The kind of a journal column; columns of the same time are ordered as here."""

    LESSON = "lesson"
    HOMEWORK = "homework"
    CONTROL_POINT = "control_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The caller: administrators see everything, teachers their groups, students their own records."""

    id: UUID
    is_admin: bool = False

    @property
    def owner(self) -> UUID | None:
        """Whose groups may be changed; None: everybody's."""
        return None if self.is_admin else self.id


type StudentSortKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """`name`: the full name, or else the username."""

    id: UUID
    username: str
    name: str

    @property
    def sort_key(self) -> StudentSortKey:
        """The order of students in a journal; unique."""
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
    """The attendance of a student at a lesson."""

    lesson_id: int
    student_id: UUID
    student_name: str
    status: AttendanceStatus
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceChange:
    """An entry of the history of attendance, as teachers marked it; None is no mark."""

    id: int
    lesson_id: int
    student_id: UUID
    student_name: str
    actor_id: UUID
    actor_name: str
    at: datetime
    old_status: AttendanceStatus | None
    new_status: AttendanceStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The grade of a student at a control point. `graded_by`: who gave or last changed it.

    Without a grade the student is excused.
    """

    control_point_id: int
    student_id: UUID
    student_name: str
    grade: Decimal | None
    comment: str | None
    graded_by: UUID
    updated_at: datetime

    @property
    def excused(self) -> bool:
        return self.grade is None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """An entry of the grade history; `new_grade` is None for a removed grade. It outlives its control point.

    `old_excused`, `new_excused`: whether the student was, and is then, excused.
    """

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
    old_excused: bool = False
    new_excused: bool = False


class GradedField(StrEnum):
    """A field of a control point by which averages change with no grade."""

    WEIGHT = "weight"
    MAX_GRADE = "max_grade"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPointChange:
    """A change of the weight or scale of a control point that has, or had, grades. It outlives its control point."""

    id: int
    control_point_id: int
    title: str
    field: GradedField
    actor_id: UUID
    actor_name: str
    at: datetime
    old_value: Decimal
    new_value: Decimal
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRuleChange:
    """Another rule for late work of a piece of homework, by which grades change with no other entry. None: no rule."""

    id: int
    homework_id: int
    title: str
    actor_id: UUID
    actor_name: str
    at: datetime
    old_rule: LateRule | None
    new_rule: LateRule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A group with its students, by name; `is_complete`: with all of them."""

    group_id: int
    name: str
    teacher_id: UUID
    students: tuple[Student, ...]
    is_complete: bool = True

    def is_taught_by(self, viewer: Viewer) -> bool:
        return viewer.is_admin or self.teacher_id == viewer.id

    def index_of(self, student_id: UUID) -> int | None:
        """The index of a student, None if they are not on the roster."""
        return next((index for index, each in enumerate(self.students) if each.id == student_id), None)

    def page(self, after: StudentSortKey | None, size: int | None) -> "Roster":
        """At most `size` students after a sort key, which need not be that of a student here."""
        start = 0 if after is None else bisect_right(self.students, after, key=attrgetter("sort_key"))
        students = self.students[start : None if size is None else start + size]
        return self if len(students) == len(self.students) else replace(self, students=students, is_complete=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time range of the columns: `start` inclusive, `end` exclusive; None: unbounded.

    `zone`: the time zone of the dates of control points and of the days of columns.
    """

    zone: tzinfo
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        for name, border in (("start", self.start), ("end", self.end)):
            if border and not _EARLIEST <= border <= _LATEST:
                low, high = _EARLIEST.year, _LATEST.year
                template = phrase("the year must be between {low} and {high}")
                raise Invalid(template, field=name, code="out_of_range", low=low, high=high)
        if self.start and self.end and self.end <= self.start:
            raise Invalid("must be after the start", field="end", code="ends_before_start")

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The bounds; start inclusive, end exclusive."""
        return self.start or _EARLIEST, self.end or _LATEST

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day whose midnight is in the window, both inclusive."""
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
    """A column of a journal: `cells` are in the order of the roster, None where nothing is recorded.

    `at`: the start of a lesson, when homework is due, midnight of a control point. Lessons have neither `max_grade` nor
    `weight`. A `max_grade` of 0 (homework without questions) does not count in averages. A cell of a graded column is
    EXCUSED for who was excused. `late`: by place, what lateness has taken off grades, which are in `cells` without it.
    """

    kind: ColumnKind
    id: int
    title: str
    at: datetime
    day: date
    cells: tuple[Cell, ...]
    max_grade: Decimal | None = None
    weight: Decimal | None = None
    late: Mapping[int, LateGrade] = field(default_factory=dict)

    @property
    def is_filled(self) -> bool:
        """Whether anything is recorded."""
        return any(cell is not None for cell in self.cells)


type Attempt = tuple[Decimal, datetime]
"""A grade, and when the work was handed in."""


def with_lateness(
    column: Column, attempts: Mapping[int, Iterable[Attempt]], rule: LateRule, due_at: datetime | None
) -> Column:
    """The column of homework with a rule for late work. `attempts`: by place; the best one counts, as it is left."""
    cells, late = list(column.cells), {}
    for place, those in attempts.items():
        best = best_of(late_grade(grade, at, due_at, rule) for grade, at in those)
        if best is not None:
            cells[place] = best.grade
            if best.is_reduced:
                late[place] = best
    return replace(column, cells=tuple(cells), late=late)


def with_excused(column: Column, places: Iterable[int]) -> Column:
    """Excused students have no grade of it, whatever they have handed in."""
    excused = set(places)
    if not excused:
        return column
    cells = tuple(AttendanceStatus.EXCUSED if place in excused else cell for place, cell in enumerate(column.cells))
    late = {place: each for place, each in column.late.items() if place not in excused}
    return replace(column, cells=cells, late=late)


def two_decimals(value: Decimal, *, maximum: Decimal, field: str, zero: bool = True) -> Decimal:
    """The value with exactly two decimals. Raises Invalid for more decimals and outside 0 to `maximum`.

    `zero`: whether 0 is allowed.
    """
    if not value.is_finite() or not 0 <= value <= maximum or (not zero and value == 0):
        high = f"{maximum.normalize():f}"
        if zero:
            raise Invalid("must be between {low} and {high}", field=field, code="out_of_range", low=0, high=high)
        template = phrase("must be more than {above} and at most {high}")
        raise Invalid(template, field=field, code="out_of_range", above=0, high=high)
    rounded = value.quantize(HUNDREDTH)
    if rounded != value:
        raise Invalid("has two decimals at most", field=field, code="too_many_decimals")
    return abs(rounded)
