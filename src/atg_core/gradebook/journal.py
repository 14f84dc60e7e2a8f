"""The journal of a group: grades and attendance as a matrix of students and columns (spec: homework-gradebook)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal
from uuid import UUID

from atg_core.gradebook.averages import AttendanceRates, Averages
from atg_core.gradebook.model import Cell, Column, ColumnKind, Roster, Student, StudentSortKey, Viewer, Window
from atg_core.gradebook.ports import GroupNotFound, JournalQueries, StudentNotFound
from atg_core.late_work import LateGrade

_ORDER = {kind: place for place, kind in enumerate(ColumnKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """The cells of a student, in the order of the columns. Rate and average in percent; None without data.

    `late`: by the place of a column, what lateness has taken off.
    """

    student: Student
    cells: tuple[Cell, ...]
    attendance_rate: Decimal | None
    average: Decimal | None
    late: Mapping[int, LateGrade] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """`comments`: of the grades of a student's own journal, by control point.

    `last`: the sort key of the last row, None if no rows follow it.
    """

    roster: Roster
    columns: Sequence[Column]
    rows: Sequence[JournalRow]
    comments: Mapping[int, str] = field(default_factory=dict)
    last: StudentSortKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """Keyset pagination of journal rows: at most `size` rows after the sort key `after`. None: no limit.

    Columns, averages and rates do not depend on it.
    """

    after: StudentSortKey | None = None
    size: int | None = None


ALL_ROWS = RowRange()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJournal:
    """The journal of a group, for its teacher and administrators. Raises GroupNotFound."""

    journal_queries: JournalQueries

    async def __call__(self, viewer: Viewer, group_id: int, window: Window, rows: RowRange = ALL_ROWS) -> Journal:
        """Runs two statements, whatever the size."""
        whole = await self.journal_queries.roster(group_id)
        if not whole.is_taught_by(viewer):
            raise GroupNotFound
        roster = whole.page(rows.after, rows.size)
        columns = await self.journal_queries.columns([roster], window)
        journal = journal_of(roster, columns[group_id])
        is_end = not roster.students or roster.students[-1] is whole.students[-1]
        return journal if is_end else replace(journal, last=roster.students[-1].sort_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOwnJournals:
    """A student's own journal row in each of their groups: three statements, however many groups."""

    journal_queries: JournalQueries
    zone: tzinfo

    async def __call__(self, student_id: UUID, *, limit: int, offset: int) -> tuple[list[Journal], int]:
        """A page of journals by group id, and the total number of groups."""
        rosters = await self.journal_queries.rosters_of(student_id, student_only=True)
        page = rosters[offset : offset + limit]
        columns = await self.journal_queries.columns(page, Window(zone=self.zone))
        comments = await self.journal_queries.comments(student_id, [roster.group_id for roster in page])
        return [journal_of(roster, columns[roster.group_id], comments) for roster in page], len(rosters)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStudentJournal:
    """The row of one student in the journal of a group, for its teacher and administrators.

    Three statements, which read the student's own marks and grades alone.
    """

    journal_queries: JournalQueries
    zone: tzinfo

    async def __call__(self, viewer: Viewer, group_id: int, student_id: UUID) -> Journal:
        """With comments. Raises GroupNotFound, StudentNotFound for who is not in the group."""
        whole = await self.journal_queries.roster(group_id)
        if not whole.is_taught_by(viewer):
            raise GroupNotFound
        index = whole.index_of(student_id)
        if index is None:
            raise StudentNotFound
        roster = replace(whole, students=(whole.students[index],), is_complete=False)
        columns = await self.journal_queries.columns([roster], Window(zone=self.zone))
        comments = await self.journal_queries.comments(student_id, [group_id])
        return journal_of(roster, columns[group_id], comments)


def journal_of(roster: Roster, columns: Sequence[Column], comments: Mapping[int, str] | None = None) -> Journal:
    """The journal with averages and rates; linear in the number of cells."""
    placed = sorted_columns(columns)
    averages, rates = Averages(placed, len(roster.students)), AttendanceRates(len(roster.students))
    for column in placed:
        if column.kind is not ColumnKind.LESSON:
            averages.add(column)
        elif column.is_filled:
            rates.add(column.cells)
    cells = list(zip(*(column.cells for column in placed), strict=True)) or [()] * len(roster.students)
    late: defaultdict[int, dict[int, LateGrade]] = defaultdict(dict)
    for number, column in enumerate(placed):
        for place, reduced in column.late.items():
            late[place][number] = reduced
    rows = [
        JournalRow(
            student=student,
            cells=cells[place],
            attendance_rate=rates.of(place),
            average=averages.of(place),
            late=late.get(place, {}),
        )
        for place, student in enumerate(roster.students)
    ]
    return Journal(roster=roster, columns=placed, rows=rows, comments=comments or {})


def sorted_columns(columns: Sequence[Column]) -> list[Column]:
    """Ordered by time, then kind, then id."""
    return sorted(columns, key=lambda column: (column.at, _ORDER[column.kind], column.id))
