"""Homework: authoring, submissions, grading and notifications."""

from atg_adapters.sql.homework.authoring import SqlHomework
from atg_adapters.sql.homework.due import SqlDueHomeworkQueries
from atg_adapters.sql.homework.notifications import SqlNotifications
from atg_adapters.sql.homework.queries import SqlHomeworkQueries
from atg_adapters.sql.homework.submissions import SqlSubmissions
from atg_core.homework.authoring import EditHomework
from atg_core.homework.due import ShowDueHomework
from atg_core.homework.manual_grading import GradeAnswers
from atg_core.homework.notifications import AnnounceHomework, SendHomeworkMail
from atg_core.homework.queries import ShowHomework
from atg_core.homework.submissions import OpenDraft, SubmitHomework
from atg_entrypoints.wiring.shared import Shared, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


class Homework(Shared):
    homework_queries = reading(SqlHomeworkQueries)
    open_homework = unit_of_work(SqlHomework, shared=True)
    open_submissions = unit_of_work(SqlSubmissions, shared=True)
    open_notifications = unit_of_work(SqlNotifications, shared=True)
    show_homework = use_case(ShowHomework)
    edit_homework = use_case(EditHomework, open=open_homework)
    open_draft = use_case(OpenDraft, open=open_submissions)
    submit_homework = use_case(SubmitHomework, open=open_submissions)
    grade_answers = use_case(GradeAnswers, open=open_submissions)
    announce_homework = use_case(AnnounceHomework, open=open_notifications)
    send_homework_mail = use_case(SendHomeworkMail, open=open_notifications)
    due_homework_queries = reading(SqlDueHomeworkQueries)
    show_due_homework = use_case(ShowDueHomework)
