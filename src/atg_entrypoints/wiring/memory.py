"""The stores of a process that keeps everything in its memory."""

from collections.abc import Callable
from typing import Any

from dependency_injector import containers, providers

from atg_adapters.memory.campaigns.assets import MemoryAssets
from atg_adapters.memory.campaigns.queries import MemoryCampaignQueries
from atg_adapters.memory.campaigns.visitor_sessions import MemoryVisitorSessions
from atg_adapters.memory.catalog.authoring import MemoryAuthoringQueries
from atg_adapters.memory.catalog.curriculum import MemoryCurriculum
from atg_adapters.memory.catalog.prerequisites import MemoryPrerequisites
from atg_adapters.memory.catalog.queries import MemoryCatalogQueries
from atg_adapters.memory.catalog.question_banks import MemoryQuestionBankQueries, MemoryQuestionBanks
from atg_adapters.memory.catalog.stations import MemoryStations
from atg_adapters.memory.catalog.topic_files import MemoryTopicFiles
from atg_adapters.memory.catalog.version import MemoryCatalogVersion
from atg_adapters.memory.conferencing.accounts import MemoryAccounts
from atg_adapters.memory.conferencing.pool import MemoryPool
from atg_adapters.memory.conferencing.queries import MemoryConferencingQueries
from atg_adapters.memory.conferencing.recordings import MemoryRecordings
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.files.file_records import MemoryFileRecords
from atg_adapters.memory.files.sold_files import MemorySoldFiles
from atg_adapters.memory.files.uploads import MemoryUploads
from atg_adapters.memory.gradebook.attendance import MemoryAttendance, MemoryAttendanceQueries
from atg_adapters.memory.gradebook.control_points import MemoryControlPointQueries, MemoryControlPoints
from atg_adapters.memory.gradebook.journal import MemoryJournalQueries
from atg_adapters.memory.gradebook.missing_homework import MemoryMissingHomeworkQueries
from atg_adapters.memory.gradebook.newest_grades import MemoryNewestGradeQueries
from atg_adapters.memory.gradebook.teacher_summary import MemoryTeacherSummaryQueries
from atg_adapters.memory.homework.authoring import MemoryHomework
from atg_adapters.memory.homework.due import MemoryDueHomeworkQueries
from atg_adapters.memory.homework.queries import MemoryHomeworkQueries
from atg_adapters.memory.homework.submissions import MemorySubmissions
from atg_adapters.memory.idempotency import MemoryIdempotency
from atg_adapters.memory.identity.audit import MemoryAuditLog, MemoryAuditSeals
from atg_adapters.memory.identity.users import MemoryCallers, MemoryIdentity
from atg_adapters.memory.importing.accounts import MemoryImportedAccounts
from atg_adapters.memory.importing.change_recorder import MemoryChangeRecorder
from atg_adapters.memory.importing.export_reader import MemoryExportReader
from atg_adapters.memory.importing.import_store import MemoryImportStore
from atg_adapters.memory.importing.imports import MemoryImportQueries, MemoryImports
from atg_adapters.memory.learning.assignments import MemoryAssignments
from atg_adapters.memory.learning.certificate_register import MemoryCertificateRegister
from atg_adapters.memory.learning.certificates import MemoryCertificateQueries, MemoryCertificates
from atg_adapters.memory.learning.completion import MemoryCompletion
from atg_adapters.memory.learning.enrollments import MemoryEnrollments
from atg_adapters.memory.learning.managers import MemoryManagerQueries, MemoryManagers
from atg_adapters.memory.learning.materials import MemoryMaterialQueries, MemoryMaterials
from atg_adapters.memory.learning.obligations import MemoryObligations
from atg_adapters.memory.learning.paths import MemoryLearningPathQueries, MemoryLearningPaths
from atg_adapters.memory.learning.prerequisites import MemoryPrerequisiteQueries
from atg_adapters.memory.learning.programs import MemoryProgramQueries
from atg_adapters.memory.learning.progress import MemoryProgress
from atg_adapters.memory.learning.queries import MemoryLearnerQueries
from atg_adapters.memory.learning.question_statistics import MemoryQuestionStatisticsQueries
from atg_adapters.memory.learning.renewals import MemoryRenewals
from atg_adapters.memory.learning.reports import MemoryReports
from atg_adapters.memory.learning.standing_assignments import (
    MemoryStandingAssignmentQueries,
    MemoryStandingAssignments,
)
from atg_adapters.memory.learning.test_attempts import MemoryTestAttempts, MemoryTestResults
from atg_adapters.memory.learning.training_reports import MemoryTrainingReports
from atg_adapters.memory.notices.delivery import MemoryDelivery
from atg_adapters.memory.notices.queries import MemoryNoticeQueries, MemoryReading
from atg_adapters.memory.notices.reminders import MemoryReminderQueries
from atg_adapters.memory.notices.rounds import MemoryRounds
from atg_adapters.memory.notices.settings import MemoryNoticeSettings
from atg_adapters.memory.notices.telling import MemoryTelling
from atg_adapters.memory.schedule.calendar_tokens import MemoryCalendarTokens
from atg_adapters.memory.schedule.free_days import MemoryFreeDays
from atg_adapters.memory.schedule.groups import MemoryGroups
from atg_adapters.memory.schedule.invitations import MemoryInvitationQueries, MemoryInvitations
from atg_adapters.memory.schedule.lessons import MemoryLessons
from atg_adapters.memory.schedule.queries import MemoryScheduleQueries
from atg_adapters.memory.schedule.recurring_lessons import MemoryRecurringLessons
from atg_adapters.memory.schedule.students import MemoryStudentQueries
from atg_adapters.memory.shop.customers import MemoryCustomers
from atg_adapters.memory.shop.messages import MemoryCustomerMessageQueries, MemoryCustomerMessages
from atg_adapters.memory.shop.names import MemoryShopNameQueries
from atg_adapters.memory.shop.products import MemoryProducts
from atg_adapters.memory.shop.promo_codes import MemoryPromoCodes
from atg_adapters.memory.shop.purchases import MemoryPurchases
from atg_adapters.memory.shop.queries import MemoryShopQueries
from atg_adapters.memory.shop.support_tickets import MemorySupportTickets

_database = providers.Singleton(MemoryDatabase)


def _unit_of_work(store: Callable[[MemoryDatabase], Any], *, shared: bool = False) -> providers.Singleton[Any]:
    return providers.Singleton(MemoryDatabase.unit_of_work, _database, store, shared=shared)


def _reading(queries: Callable[[MemoryDatabase], Any]) -> providers.Singleton[Any]:
    return providers.Singleton(queries, _database)


class MemoryAdapters(containers.DeclarativeContainer):
    """The stores in memory, each by the name of the one on SQL that it stands in for."""

    database = _database
    idempotency = _reading(MemoryIdempotency)
    open_identity = _unit_of_work(MemoryIdentity, shared=True)
    callers = _reading(MemoryCallers)
    audit_log = _reading(MemoryAuditLog)
    open_audit_seals = _unit_of_work(MemoryAuditSeals)
    catalog_queries = _reading(MemoryCatalogQueries)
    authoring_queries = _reading(MemoryAuthoringQueries)
    catalog_version = _reading(MemoryCatalogVersion)
    open_stations = _unit_of_work(MemoryStations, shared=True)
    open_completion = _unit_of_work(MemoryCompletion, shared=True)
    open_enrollments = _unit_of_work(MemoryEnrollments, shared=True)
    open_progress = _unit_of_work(MemoryProgress, shared=True)
    learner_queries = _reading(MemoryLearnerQueries)
    prerequisite_queries = _reading(MemoryPrerequisiteQueries)
    open_prerequisites = _unit_of_work(MemoryPrerequisites)
    program_queries = _reading(MemoryProgramQueries)
    open_materials = _unit_of_work(MemoryMaterials)
    material_queries = _reading(MemoryMaterialQueries)
    open_test_attempts = _unit_of_work(MemoryTestAttempts, shared=True)
    test_results = _reading(MemoryTestResults)
    open_learning_paths = _unit_of_work(MemoryLearningPaths, shared=True)
    learning_path_queries = _reading(MemoryLearningPathQueries)
    question_statistics_queries = _reading(MemoryQuestionStatisticsQueries)
    open_assignments = _unit_of_work(MemoryAssignments, shared=True)
    open_obligations = _unit_of_work(MemoryObligations, shared=True)
    open_standing_assignments = _unit_of_work(MemoryStandingAssignments, shared=True)
    standing_assignment_queries = _reading(MemoryStandingAssignmentQueries)
    open_managers = _unit_of_work(MemoryManagers)
    manager_queries = _reading(MemoryManagerQueries)
    reports = _reading(MemoryReports)
    training_reports = _reading(MemoryTrainingReports)
    open_curriculum = _unit_of_work(MemoryCurriculum)
    question_bank_queries = _reading(MemoryQuestionBankQueries)
    open_question_banks = _unit_of_work(MemoryQuestionBanks)
    open_certificates = _unit_of_work(MemoryCertificates)
    certificate_queries = _reading(MemoryCertificateQueries)
    certificate_register = _reading(MemoryCertificateRegister)
    open_renewals = _unit_of_work(MemoryRenewals, shared=True)
    open_uploads = _unit_of_work(MemoryUploads)
    file_records = _reading(MemoryFileRecords)
    sold_files = _reading(MemorySoldFiles)
    open_topic_files = _unit_of_work(MemoryTopicFiles)
    campaign_queries = _reading(MemoryCampaignQueries)
    open_visitor_sessions = _unit_of_work(MemoryVisitorSessions, shared=True)
    open_assets = _unit_of_work(MemoryAssets)
    shop_queries = _reading(MemoryShopQueries)
    shop_name_queries = _reading(MemoryShopNameQueries)
    customer_message_queries = _reading(MemoryCustomerMessageQueries)
    open_customer_messages = _unit_of_work(MemoryCustomerMessages, shared=True)
    open_products = _unit_of_work(MemoryProducts)
    open_purchases = _unit_of_work(MemoryPurchases, shared=True)
    open_customers = _unit_of_work(MemoryCustomers, shared=True)
    open_shop_promo_codes = _unit_of_work(MemoryPromoCodes, shared=True)
    open_support_tickets = _unit_of_work(MemorySupportTickets, shared=True)
    export_reader = _reading(MemoryExportReader)
    open_import_store = _unit_of_work(MemoryImportStore)
    open_imported_accounts = _unit_of_work(MemoryImportedAccounts)
    open_imports = _unit_of_work(MemoryImports)
    open_change_recorder = _unit_of_work(MemoryChangeRecorder)
    import_queries = _reading(MemoryImportQueries)
    schedule_queries = _reading(MemoryScheduleQueries)
    student_queries = _reading(MemoryStudentQueries)
    open_free_days = _unit_of_work(MemoryFreeDays)
    open_groups = _unit_of_work(MemoryGroups)
    open_invitations = _unit_of_work(MemoryInvitations, shared=True)
    invitation_queries = _reading(MemoryInvitationQueries)
    open_lessons = _unit_of_work(MemoryLessons, shared=True)
    open_recurring_lessons = _unit_of_work(MemoryRecurringLessons, shared=True)
    open_calendar_tokens = _unit_of_work(MemoryCalendarTokens)
    conferencing_queries = _reading(MemoryConferencingQueries)
    open_pool = _unit_of_work(MemoryPool, shared=True)
    open_accounts = _unit_of_work(MemoryAccounts)
    open_recordings = _unit_of_work(MemoryRecordings)
    journal_queries = _reading(MemoryJournalQueries)
    attendance_queries = _reading(MemoryAttendanceQueries)
    control_point_queries = _reading(MemoryControlPointQueries)
    teacher_summary_queries = _reading(MemoryTeacherSummaryQueries)
    open_attendance = _unit_of_work(MemoryAttendance)
    open_control_points = _unit_of_work(MemoryControlPoints, shared=True)
    homework_queries = _reading(MemoryHomeworkQueries)
    open_homework = _unit_of_work(MemoryHomework, shared=True)
    open_submissions = _unit_of_work(MemorySubmissions, shared=True)
    open_telling = _unit_of_work(MemoryTelling, shared=True)
    open_rounds = _unit_of_work(MemoryRounds, shared=True)
    open_delivery = _unit_of_work(MemoryDelivery, shared=True)
    open_reading = _unit_of_work(MemoryReading, shared=True)
    open_notice_settings = _unit_of_work(MemoryNoticeSettings)
    notice_queries = _reading(MemoryNoticeQueries)
    fact_queries = _reading(MemoryNoticeQueries)
    reminder_queries = _reading(MemoryReminderQueries)
    due_homework_queries = _reading(MemoryDueHomeworkQueries)
    newest_grade_queries = _reading(MemoryNewestGradeQueries)
    missing_homework_queries = _reading(MemoryMissingHomeworkQueries)
