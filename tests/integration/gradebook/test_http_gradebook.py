"""Attendance, control points, journals and progress over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.gradebook.http_attendance import HttpAttendanceContract
from tests.contracts.gradebook.http_conditional_grades import HttpConditionalGradesContract
from tests.contracts.gradebook.http_control_point_changes import HttpControlPointChangesContract
from tests.contracts.gradebook.http_control_points import HttpControlPointsContract
from tests.contracts.gradebook.http_journal import HttpJournalContract
from tests.contracts.gradebook.http_journal_pages import HttpJournalPagesContract
from tests.contracts.gradebook.http_late_work import HttpLateWorkContract
from tests.contracts.gradebook.http_progress import HttpProgressContract
from tests.contracts.gradebook.http_teacher_summary import HttpTeacherSummaryContract


@over_each_database
class TestAttendance(HttpAttendanceContract):
    pass


@over_each_database
class TestControlPoints(HttpControlPointsContract):
    pass


@over_each_database
class TestControlPointChanges(HttpControlPointChangesContract):
    pass


@over_each_database
class TestConditionalGrades(HttpConditionalGradesContract):
    pass


@over_each_database
class TestJournal(HttpJournalContract):
    pass


@over_each_database
class TestJournalPages(HttpJournalPagesContract):
    pass


@over_each_database
class TestProgress(HttpProgressContract):
    pass


@over_each_database
class TestTeacherSummary(HttpTeacherSummaryContract):
    pass


@over_each_database
class TestLateWork(HttpLateWorkContract):
    pass
