"""The gradebook: attendance, control points, the journal and charts."""

from datetime import datetime
from uuid import UUID

from dependency_injector import providers

from atg_adapters.matplotlib.progress_chart import draw_progress_chart
from atg_adapters.sql.gradebook.attendance import SqlAttendance, SqlAttendanceQueries
from atg_adapters.sql.gradebook.control_points import SqlControlPointQueries, SqlControlPoints
from atg_adapters.sql.gradebook.journal import SqlJournalQueries
from atg_adapters.sql.gradebook.missing_homework import SqlMissingHomeworkQueries
from atg_adapters.sql.gradebook.newest_grades import SqlNewestGradeQueries
from atg_adapters.sql.gradebook.teacher_summary import SqlTeacherSummaryQueries
from atg_core.gradebook.at_risk import ShowDashboard
from atg_core.gradebook.attendance import MarkAttendance
from atg_core.gradebook.control_points import EditControlPoints, GradeControlPoint
from atg_core.gradebook.journal import ShowJournal, ShowOwnJournals, ShowStudentJournal
from atg_core.gradebook.ports import UpcomingLesson, UpcomingLessons
from atg_core.gradebook.progress import ShowProgress as ShowGradeProgress
from atg_core.gradebook.teacher_summary import ShowTeacherSummary
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.model import Lesson, LessonStatus, Occurrence
from atg_core.schedule.model import Viewer as ScheduleViewer
from atg_entrypoints.wiring.schedule import Schedule
from atg_entrypoints.wiring.shared import Shared, drawn, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


def _upcoming_lessons(calendar: ShowCalendar) -> UpcomingLessons:
    """What a teacher gives, from the calendar, in which recurring lessons are, too."""

    async def upcoming(teacher_id: UUID, start: datetime, end: datetime) -> list[UpcomingLesson]:
        events = await calendar(ScheduleViewer(id=teacher_id), start, end)
        return [_upcoming(event) for event in events if _is_given_by(teacher_id, event)]

    return upcoming


def _is_given_by(teacher_id: UUID, event: Lesson | Occurrence) -> bool:
    if isinstance(event, Occurrence):
        return event.rule.teacher_id == teacher_id
    return event.teacher_id == teacher_id and event.status is not LessonStatus.ENDED


def _upcoming(event: Lesson | Occurrence) -> UpcomingLesson:
    if isinstance(event, Occurrence):
        return UpcomingLesson(
            lesson_id=None,
            recurring_lesson_id=event.rule.id,
            occurrence_date=event.date,
            group_id=event.rule.group_id,
            title=event.rule.title,
            start_time=event.start,
            end_time=event.end,
        )
    return UpcomingLesson(
        lesson_id=event.id,
        recurring_lesson_id=event.recurring_lesson_id,
        occurrence_date=event.occurrence_date,
        group_id=event.group_id,
        title=event.title,
        start_time=event.start_time,
        end_time=event.end_time,
    )


class Gradebook(Schedule):
    journal_queries = reading(SqlJournalQueries)
    attendance_queries = reading(SqlAttendanceQueries)
    control_point_queries = reading(SqlControlPointQueries)
    teacher_summary_queries = reading(SqlTeacherSummaryQueries)
    open_attendance = unit_of_work(SqlAttendance)
    open_control_points = unit_of_work(SqlControlPoints, shared=True)
    mark_attendance = use_case(MarkAttendance, open=open_attendance)
    edit_control_points = use_case(EditControlPoints, open=open_control_points)
    grade_control_point = use_case(GradeControlPoint, open=open_control_points)
    show_journal = use_case(ShowJournal)
    show_own_journals = use_case(ShowOwnJournals, zone=Shared.timezone)
    show_student_journal = use_case(ShowStudentJournal, zone=Shared.timezone)
    show_grade_progress = use_case(ShowGradeProgress, zone=Shared.timezone)
    draw_progress = drawn(draw_progress_chart)
    upcoming_lessons = providers.Singleton(_upcoming_lessons, Schedule.show_calendar)
    show_teacher_summary = use_case(ShowTeacherSummary)
    newest_grade_queries = reading(SqlNewestGradeQueries)
    missing_homework_queries = reading(SqlMissingHomeworkQueries)
    show_dashboard = use_case(ShowDashboard, zone=Shared.timezone)
