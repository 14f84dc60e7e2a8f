"""JSON and query parameters of journals (spec: homework-gradebook, Gradebook)."""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Meta, MsgspecError, Struct
from msgspec.json import decode as decode_json
from msgspec.json import encode as encode_json

from atg_core.errors import Invalid
from atg_core.gradebook.journal import Journal
from atg_core.gradebook.journal import JournalRow as Row
from atg_core.gradebook.model import AttendanceStatus, Cell, Column, ColumnKind, StudentSortKey, Window
from atg_core.late_work import LateGrade
from atg_core.words import Language, phrase
from atg_entrypoints.http.locale import Translator
from atg_entrypoints.http.wire import Instant
from atg_entrypoints.value_faults import EXAMPLE_INSTANT

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_SPACE = re.compile(r" (?=[0-9]{2}:?[0-9]{2}$)")
_A_DAY = timedelta(days=1)
LONGEST_CURSOR = 3_000
"""More than the cursor of the longest possible name and username."""

type Shown = Annotated[Decimal, Meta(examples=["4.50"])]
type Percent = Annotated[Decimal | None, Meta(description="In percent; null without data", examples=["87.50"])]


def window_of(start: str | None, end: str | None, zone: ZoneInfo) -> Window:
    """`start` and `end`: instants, or local times or days in `zone`; a day as `end` is included. Raises Invalid."""
    return Window(zone=zone, start=_bound(start, "start", zone), end=_bound(end, "end", zone, is_end=True))


def _bound(text: str | None, field: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime | None:
    """Accepts a space for the plus sign of an offset, which is what an unescaped plus in a URL becomes."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_PLAIN_SPACE.sub("+", text))
        if is_end and _DAY.fullmatch(text):
            moment += _A_DAY
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise Invalid(
            "must be a date or a date with a time, such as {example}",
            field=field,
            code="not_a_datetime",
            example=EXAMPLE_INSTANT,
        ) from None


def cursor_of(key: StudentSortKey) -> str:
    return urlsafe_b64encode(encode_json(key)).decode()


def key_of(cursor: str) -> StudentSortKey:
    """The inverse of `cursor_of`. Raises Invalid."""
    try:
        key: StudentSortKey = decode_json(b64decode(cursor, altchars=b"-_", validate=True), type=StudentSortKey)
    except (ValueError, MsgspecError):
        raise Invalid("is no cursor of this list", field="cursor", code="unknown_cursor") from None
    return key


class JournalColumn(Struct, frozen=True, kw_only=True):
    """`time`: when a lesson starts or homework is due; null for control points, which have only a date.

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


class LateReduction(Struct, frozen=True, kw_only=True):
    """What lateness has taken off a grade: `raw_grade` as it was given, `grade` what counts.

    `column`: the place of the column, from 0; `kept_percent`: how much is left of work that is `days_late`.
    """

    column: int
    homework_id: int
    raw_grade: Shown
    grade: Shown
    days_late: int
    kept_percent: Shown

    @classmethod
    def all_of(cls, row: Row, columns: Sequence[Column]) -> "list[LateReduction]":
        return [
            cls(
                column=place,
                homework_id=columns[place].id,
                raw_grade=late.raw,
                grade=late.grade,
                days_late=late.days,
                kept_percent=late.kept_percent,
            )
            for place, late in row.late.items()
        ]


class JournalRow(Struct, frozen=True, kw_only=True):
    """`cells`: in the order of the columns: an attendance status for lessons, else a grade, or `excused`; null if there
    is none. `reductions`: what lateness has taken off grades, which stand in `cells` without it.
    """

    student_id: UUID
    username: str
    name: str
    cells: list[str | None]
    attendance_rate: Percent
    average: Percent
    reductions: list[LateReduction]


class JournalReply(Struct, frozen=True, kw_only=True):
    """The journal of a group as a matrix: columns by time, rows by name.

    `next_cursor`: the cursor of the next page; null on the last one.
    """

    group_id: int
    group_name: str
    columns: list[JournalColumn]
    rows: list[JournalRow]
    next_cursor: str | None

    @classmethod
    def of(cls, journal: Journal) -> "JournalReply":
        text = _Texts().__getitem__
        rows = [
            JournalRow(
                student_id=row.student.id,
                username=row.student.username,
                name=row.student.name,
                cells=list(map(text, row.cells)),
                attendance_rate=row.attendance_rate,
                average=row.average,
                reductions=LateReduction.all_of(row, journal.columns),
            )
            for row in journal.rows
        ]
        return cls(
            group_id=journal.roster.group_id,
            group_name=journal.roster.name,
            columns=[JournalColumn.of(column) for column in journal.columns],
            rows=rows,
            next_cursor=cursor_of(journal.last) if journal.last else None,
        )


class OwnJournal(Struct, frozen=True, kw_only=True):
    """The caller's own row in the journal of a group. `comments`: of the teacher, in the order of the columns."""

    group_id: int
    group_name: str
    columns: list[JournalColumn]
    cells: list[str | None]
    comments: list[str | None]
    attendance_rate: Percent
    average: Percent
    reductions: list[LateReduction]

    @classmethod
    def of(cls, journal: Journal) -> "OwnJournal":
        [row], roster = journal.rows, journal.roster
        return cls(
            group_id=roster.group_id,
            group_name=roster.name,
            columns=[JournalColumn.of(column) for column in journal.columns],
            cells=list(map(_Texts().__getitem__, row.cells)),
            comments=[
                journal.comments.get(column.id) if column.kind is ColumnKind.CONTROL_POINT else None
                for column in journal.columns
            ],
            attendance_rate=row.attendance_rate,
            average=row.average,
            reductions=LateReduction.all_of(row, journal.columns),
        )


class _Texts(dict[Cell, str | None]):
    """Cells as text, memoised: a journal has far fewer distinct ones than cells."""

    def __missing__(self, cell: Cell) -> str | None:
        return self.setdefault(cell, None if cell is None else str(cell))


def journal_header(journal: Journal, translate: Translator) -> list[str]:
    """That of a CSV file or workbook."""
    titles = []
    for column in journal.columns:
        title = f"{column.title} ({column.day.isoformat()})"
        titles += [title, translate(_LATE_COLUMN, title=title)] if column.late else [title]
    return [translate("name"), translate("username"), *titles, translate("attendance_rate"), translate("average")]


def journal_rows(journal: Journal, translate: Translator) -> Iterator[Sequence[str | Decimal | None]]:
    marks = {status: translate(_MARKS[status]) for status in AttendanceStatus}
    for row in journal.rows:
        cells: list[str | Decimal | None] = []
        for place, (column, cell) in enumerate(zip(journal.columns, row.cells, strict=True)):
            cells.append(marks[cell] if isinstance(cell, AttendanceStatus) else cell)
            if column.late:
                cells.append(told_late(row.late[place], translate) if place in row.late else None)
        yield [row.student.name, row.student.username, *cells, row.attendance_rate, row.average]


_LATE_COLUMN = phrase("{title}: late")
_TOLD_LATE = phrase("{grade} − {percent} %, days late: {days}")


def told_late(late: LateGrade, translate: Translator) -> str:
    """The grade as it was given, and why less of it counts."""
    comma = "," if translate.language is Language.RU else "."
    grade, percent = (_plain(value).replace(".", comma) for value in (late.raw, _WHOLE - late.kept_percent))
    return translate(_TOLD_LATE, grade=grade, percent=percent, days=late.days)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_WHOLE = Decimal(100)
_MARKS: Mapping[AttendanceStatus, str] = {
    AttendanceStatus.PRESENT: phrase("attendance: present"),
    AttendanceStatus.ABSENT: phrase("attendance: absent"),
    AttendanceStatus.LATE: phrase("attendance: late"),
    AttendanceStatus.EXCUSED: phrase("attendance: excused"),
}
