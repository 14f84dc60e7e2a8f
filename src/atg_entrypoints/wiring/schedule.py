"""The schedule: groups, lessons, recurring rules and the calendar."""

import secrets
from functools import partial

from dependency_injector import providers

from atg_adapters.ical.calendar_feed import IcalCalendarFeed
from atg_adapters.ical.free_days import read_free_days
from atg_adapters.ical.recurrence import recurrence_dates
from atg_adapters.sql.schedule.calendar_tokens import SqlCalendarTokens
from atg_adapters.sql.schedule.free_days import SqlFreeDays
from atg_adapters.sql.schedule.groups import SqlGroups
from atg_adapters.sql.schedule.invitations import SqlInvitationQueries, SqlInvitations
from atg_adapters.sql.schedule.lessons import SqlLessons
from atg_adapters.sql.schedule.queries import SqlScheduleQueries
from atg_adapters.sql.schedule.recurring_lessons import SqlRecurringLessons
from atg_adapters.sql.schedule.students import SqlStudentQueries
from atg_core.schedule.calendar import ShowCalendar
from atg_core.schedule.calendar_feed import IssueCalendarToken, ShowCalendarFeed
from atg_core.schedule.free_days import EditFreeDays, PlannedOnFreeDays
from atg_core.schedule.groups import EditGroups
from atg_core.schedule.invitation_answers import AnswerInvitation
from atg_core.schedule.invitation_emails import SendInvitation
from atg_core.schedule.invitations import InvitationTokens
from atg_core.schedule.join_codes import JOIN_CODE_ALPHABET, JOIN_CODE_LENGTH, EditJoinCodes, JoinGroup
from atg_core.schedule.lessons import EditLessons
from atg_core.schedule.membership import AddStudents, DeleteExpiredInvitations, WithdrawInvitation
from atg_core.schedule.recurrence import RecurrenceExpansion
from atg_core.schedule.recurring_lessons import CreateOccurrenceLesson, EditRecurringLessons
from atg_core.schedule.term_copy import CopyTerm
from atg_core.schedule.today import ShowToday
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


def _join_code() -> str:
    return "".join(secrets.choice(JOIN_CODE_ALPHABET) for _ in range(JOIN_CODE_LENGTH))


class Schedule(Shared):
    recurrence = use_case(
        RecurrenceExpansion, dates=providers.Object(recurrence_dates), term_start=Shared.settings.provided.term_start
    )
    schedule_queries = reading(SqlScheduleQueries)
    student_queries = reading(SqlStudentQueries)
    open_groups = unit_of_work(SqlGroups)
    open_lessons = unit_of_work(SqlLessons, shared=True)
    open_recurring_lessons = unit_of_work(SqlRecurringLessons, shared=True)
    open_calendar_tokens = unit_of_work(SqlCalendarTokens)
    show_calendar = use_case(ShowCalendar)
    read_free_days = providers.Object(read_free_days)
    open_free_days = unit_of_work(SqlFreeDays)
    edit_free_days = use_case(EditFreeDays)
    planned_on_free_days = use_case(PlannedOnFreeDays)
    show_today = use_case(ShowToday, early=Shared.settings.provided.start_early)
    edit_groups = use_case(EditGroups, open=open_groups)
    open_invitations = unit_of_work(SqlInvitations, shared=True)
    invitation_queries = reading(SqlInvitationQueries)
    invitation_tokens = providers.Singleton(InvitationTokens, derived_key("invitations"))
    add_group_students = use_case(AddStudents, open=open_invitations)
    withdraw_invitation = use_case(WithdrawInvitation, open=open_invitations)
    answer_invitation = use_case(AnswerInvitation, open=open_invitations)
    send_invitation = use_case(SendInvitation)
    forget_invitations = use_case(DeleteExpiredInvitations, open=open_invitations)
    new_join_code = providers.Object(_join_code)
    edit_join_codes = use_case(EditJoinCodes, open=open_invitations)
    join_group = use_case(JoinGroup, open=open_invitations)
    longest_lesson = Shared.settings.provided.longest_lesson
    edit_lessons = use_case(EditLessons, open=open_lessons)
    edit_recurring_lessons = use_case(EditRecurringLessons, open=open_recurring_lessons)
    create_occurrence_lesson = use_case(
        CreateOccurrenceLesson, open=open_recurring_lessons, early=Shared.settings.provided.start_early
    )
    copy_term = use_case(CopyTerm, open=open_recurring_lessons)
    new_token = providers.Object(partial(secrets.token_urlsafe, 32))
    issue_calendar_token = use_case(IssueCalendarToken, open=open_calendar_tokens)
    write_calendar_feed = providers.Singleton(IcalCalendarFeed, recurrence=recurrence, base_url=Shared.base_url)
    show_calendar_feed = use_case(ShowCalendarFeed)
