"""The JSON of journals, progress and what a teacher has done (spec: homework-gradebook)."""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from msgspec import Meta, MsgspecError, Struct
from msgspec.json import decode as decode_json
from msgspec.json import encode as encode_json

from atg_core.errors import Invalid
from atg_core.gradebook.journal import Journal
from atg_core.gradebook.model import Cell, Column, ColumnKind, StudentKey, Viewer, Window
from atg_core.gradebook.progress import Progress
from atg_core.gradebook.summary import Summary
from atg_core.identity.model import Caller, Role
from atg_entrypoints.http.wire import Instant, to_wire

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_SPACE = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")
_A_DAY = timedelta(days=1)
LONGEST_CURSOR = 3_000
"""Of the longest name and username that there can be, every letter of them as long as one gets, and more."""

CallOf = Request[Caller, Any, Any]
type Shown = Annotated[Decimal, Meta(examples=["4.50"])]
type Percent = Annotated[Decimal | None, Meta(description="In percent; null of nothing", examples=["87.50"])]


def viewer_of(request: CallOf) -> Viewer:
    return Viewer(id=request.user.id, is_admin=request.user.role is Role.ADMIN)


def window_of(start: str | None, end: str | None, zone: ZoneInfo) -> Window:
    """Both ends are instants, or local times or days of the zone; a day as the end is in the window. Raises Invalid."""
    return Window(zone=zone, start=_border(start, "start", zone), end=_border(end, "end", zone, is_end=True))


def _border(text: str | None, field: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime | None:
    """The plus of an offset that was not escaped in the URL has become a space."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_PLAIN_SPACE.sub("+", text))
        if is_end and _DAY.fullmatch(text):
            moment += _A_DAY
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise Invalid("is no date and no date with a time", field=field) from None


def cursor_of(key: StudentKey) -> str:
    return urlsafe_b64encode(encode_json(key)).decode()


def key_of(cursor: str) -> StudentKey:
    """Raises Invalid for what `cursor_of` has not made."""
    try:
        key: StudentKey = decode_json(b64decode(cursor, altchars=b"-_", validate=True), type=StudentKey)
    except (ValueError, MsgspecError):
        raise Invalid("is no cursor of this list", field="cursor") from None
    return key


class JournalColumn(Struct, frozen=True, kw_only=True):
    """`time`: when a lesson begins or homework is due; null for control points, which have a day.

    Lessons have neither `max_grade` nor `weight`.
    """

    kind: ColumnKind
    id: int
    title: str
    date: date
    time: Instant | None
    max_grade: Shown | None
    weight: Shown | None

    @classmethod
    def of(cls, column: Column) -> "JournalColumn":
        return cls(
            kind=column.kind,
            id=column.id,
            title=column.title,
            date=column.day,
            time=None if column.kind is ColumnKind.CONTROL_POINT else Instant.of(column.at),
            max_grade=column.max_grade,
            weight=column.weight,
        )


class JournalRow(Struct, frozen=True, kw_only=True):
    """`cells`: one for each column, in their order: of a lesson a status, else a grade; null where there is nothing."""

    student_id: UUID
    username: str
    name: str
    cells: list[str | None]
    attendance_rate: Percent
    average: Percent


class JournalReply(Struct, frozen=True, kw_only=True):
    """The journal of a group as a matrix: columns by time, rows by name.

    `next_cursor` asks for the rows that follow; null at the end.
    """

    group_id: int
    group_name: str
    columns: list[JournalColumn]
    rows: list[JournalRow]
    next_cursor: str | None

    @classmethod
    def of(cls, journal: Journal) -> "JournalReply":
        rows = [
            JournalRow(
                student_id=row.student.id,
                username=row.student.username,
                name=row.student.name,
                cells=_words(row.cells),
                attendance_rate=row.attendance_rate,
                average=row.average,
            )
            for row in journal.rows
        ]
        return cls(
            group_id=journal.roll.group_id,
            group_name=journal.roll.name,
            columns=[JournalColumn.of(column) for column in journal.columns],
            rows=rows,
            next_cursor=cursor_of(journal.last) if journal.last else None,
        )


class OwnJournal(Struct, frozen=True, kw_only=True):
    """The caller's own row in the journal of a group; `comments`: of the teacher, one for each column or null."""

    group_id: int
    group_name: str
    columns: list[JournalColumn]
    cells: list[str | None]
    comments: list[str | None]
    attendance_rate: Percent
    average: Percent

    @classmethod
    def of(cls, journal: Journal) -> "OwnJournal":
        [row], roll = journal.rows, journal.roll
        return cls(
            group_id=roll.group_id,
            group_name=roll.name,
            columns=[JournalColumn.of(column) for column in journal.columns],
            cells=_words(row.cells),
            comments=[
                journal.comments.get(column.id) if column.kind is ColumnKind.CONTROL_POINT else None
                for column in journal.columns
            ],
            attendance_rate=row.attendance_rate,
            average=row.average,
        )


def _words(cells: Sequence[Cell]) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in cells]


def journal_table(journal: Journal) -> Iterator[Sequence[str | Decimal | None]]:
    """The journal as rows of a file, the first with titles and days."""
    titles = [f"{column.title} ({column.day.isoformat()})" for column in journal.columns]
    yield ["name", "username", *titles, "attendance_rate", "average"]
    for row in journal.rows:
        yield [row.student.name, row.student.username, *row.cells, row.attendance_rate, row.average]


class ProgressPointRow(Struct, frozen=True, kw_only=True):
    """Where things stand after a day. `group_average`: the mean of the students' averages."""

    date: date
    average: Percent
    group_average: Percent
    attendance_rate: Percent
    group_attendance_rate: Percent


class GroupProgress(Struct, frozen=True, kw_only=True):
    """`student_id`: whose `average` and `attendance_rate` these are; null for who is not a student of the group."""

    group_id: int
    group_name: str
    student_id: UUID | None
    points: list[ProgressPointRow]

    @classmethod
    def of(cls, progress: Progress) -> "GroupProgress":
        return cls(
            group_id=progress.roll.group_id,
            group_name=progress.roll.name,
            student_id=progress.student.id if progress.student else None,
            points=to_wire(list(progress.points), list[ProgressPointRow]),
        )


class StudentProgress(Struct, frozen=True, kw_only=True):
    """In each of the student's groups that the caller may see. `name`: null where there is none."""

    student_id: UUID
    name: str | None
    groups: list[GroupProgress]

    @classmethod
    def of(cls, student_id: UUID, series: Sequence[Progress]) -> "StudentProgress":
        names = [progress.student.name for progress in series if progress.student]
        return cls(
            student_id=student_id,
            name=names[0] if names else None,
            groups=[GroupProgress.of(progress) for progress in series],
        )


class WaitingHomework(Struct, frozen=True, kw_only=True):
    """`submissions`: how many are to be graded; `since`: when the oldest of them was handed in."""

    homework_id: int
    title: str
    group_id: int
    group_name: str
    submissions: int
    since: Instant


class UpcomingLessonRow(Struct, frozen=True, kw_only=True):
    """`lesson_id` is null for the occurrence of a recurring lesson that was not started."""

    lesson_id: int | None
    recurring_lesson_id: int | None
    occurrence_date: date | None
    group_id: int
    title: str
    start_time: Instant
    end_time: Instant


class TeacherSummary(Struct, frozen=True, kw_only=True):
    """`recorded_share`: of the lessons held, those with a recording. `upcoming`: lessons of the next two weeks."""

    lessons_held: int
    hours: float
    recorded: int
    recorded_share: Percent
    groups: int
    students: int
    submissions_waiting: int
    waiting: list[WaitingHomework]
    upcoming: list[UpcomingLessonRow]

    @classmethod
    def of(cls, summary: Summary) -> "TeacherSummary":
        taught = summary.taught
        return cls(
            lessons_held=taught.lessons_held,
            hours=summary.hours,
            recorded=taught.recorded,
            recorded_share=summary.recorded_share,
            groups=taught.groups,
            students=taught.students,
            submissions_waiting=summary.submissions_waiting,
            waiting=to_wire(list(summary.waiting), list[WaitingHomework]),
            upcoming=to_wire(list(summary.upcoming), list[UpcomingLessonRow]),
        )
