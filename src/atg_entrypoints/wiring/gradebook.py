"""The gradebook: attendance, control points, the journal and charts."""

from datetime import datetime
from uuid import UUID

from dependency_injector import providers

from atg_adapters.matplotlib.progress_chart import draw_progress_chart
from atg_adapters.sql.control_points import SqlControlPoints
from atg_adapters.sql.database import Database
from atg_adapters.sql.grade_records import SqlRecords
from atg_adapters.sql.gradebook import SqlGradebook
from atg_adapters.sql.register import SqlRegister
from atg_adapters.sql.teaching import SqlTeaching
from atg_adapters.tabular.workbooks import write_workbook
from atg_core.gradebook.attending import MarkAttendance
from atg_core.gradebook.grading import EditControlPoints, GradeControlPoint
from atg_core.gradebook.journal import ShowJournal, ShowOwn
from atg_core.gradebook.ports import Upcoming, UpcomingLesson
from atg_core.gradebook.progress import ShowProgress as ShowGradeProgress
from atg_core.gradebook.summary import SummarizeTeaching
from atg_core.schedule.calendar import Calendar
from atg_core.schedule.model import Lesson, LessonStatus, Occurrence
from atg_core.schedule.model import Viewer as ScheduleViewer
from atg_entrypoints.wiring.schedule import Schedule
from atg_entrypoints.wiring.shared import Shared


def _upcoming_lessons(calendar: Calendar) -> Upcoming:
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
    gradebook = providers.Singleton(SqlGradebook, Shared.database)
    grade_records = providers.Singleton(SqlRecords, Shared.database)
    teaching = providers.Singleton(SqlTeaching, Shared.database)
    open_register = providers.Singleton(Database.opening, Shared.database, SqlRegister)
    open_control_points = providers.Singleton(Database.opening, Shared.database, SqlControlPoints)
    mark_attendance = providers.Singleton(MarkAttendance, open=open_register, clock=Shared.clock)
    edit_control_points = providers.Singleton(EditControlPoints, open=open_control_points, clock=Shared.clock)
    grade_control_point = providers.Singleton(GradeControlPoint, open=open_control_points, clock=Shared.clock)
    show_journal = providers.Singleton(ShowJournal, gradebook=gradebook)
    show_own_grades = providers.Singleton(ShowOwn, gradebook=gradebook, zone=Shared.settings.provided.zone)
    show_grade_progress = providers.Singleton(
        ShowGradeProgress, gradebook=gradebook, zone=Shared.settings.provided.zone
    )
    write_workbook = providers.Object(write_workbook)
    draw_progress = providers.Object(draw_progress_chart)
    summarize_teaching = providers.Singleton(
        SummarizeTeaching,
        teaching=teaching,
        upcoming=providers.Singleton(_upcoming_lessons, Schedule.show_calendar),
        clock=Shared.clock,
    )
