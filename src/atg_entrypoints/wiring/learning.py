"""Learning: progress, tests, certificates and assignments."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from dependency_injector import providers

from atg_adapters.pdf.certificates import print_certificates
from atg_adapters.pdf.renderer import PdfCertificates
from atg_adapters.sql.learning.assignments import SqlAssignments
from atg_adapters.sql.learning.certificate_register import SqlCertificateRegister
from atg_adapters.sql.learning.certificates import SqlCertificateQueries, SqlCertificates
from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.learning.enrollments import SqlEnrollments
from atg_adapters.sql.learning.managers import SqlManagerQueries, SqlManagers
from atg_adapters.sql.learning.materials import SqlMaterialQueries, SqlMaterials
from atg_adapters.sql.learning.obligations import SqlObligations
from atg_adapters.sql.learning.paths import SqlLearningPathQueries, SqlLearningPaths
from atg_adapters.sql.learning.prerequisites import SqlPrerequisiteQueries
from atg_adapters.sql.learning.programs import SqlProgramQueries
from atg_adapters.sql.learning.progress import SqlProgress
from atg_adapters.sql.learning.queries import SqlLearnerQueries
from atg_adapters.sql.learning.question_statistics import SqlQuestionStatisticsQueries
from atg_adapters.sql.learning.renewals import SqlRenewals
from atg_adapters.sql.learning.reports import SqlReports
from atg_adapters.sql.learning.standing_assignments import SqlStandingAssignmentQueries, SqlStandingAssignments
from atg_adapters.sql.learning.test_attempts import SqlTestAttempts, SqlTestResults
from atg_adapters.sql.learning.training_reports import SqlTrainingReports
from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.ports import IdentityStore
from atg_core.ids import NewId
from atg_core.learning.assignments import AssignCourse
from atg_core.learning.certificates import PrintCertificate, ReissueCertificate, RevokeCertificate
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.enrollments import Enroll, Leave
from atg_core.learning.managers import AppointManager
from atg_core.learning.materials import ViewMaterial
from atg_core.learning.obligations import KeepObligations
from atg_core.learning.path_assignments import AssignLearningPath, EditLearningPaths, LeaveLearningPath
from atg_core.learning.progress import RecordProgress
from atg_core.learning.reminders import RemindLearners
from atg_core.learning.renewals import RenewCourses
from atg_core.learning.standing_assignments import AdministerAssignments
from atg_core.learning.stats import ShowStats
from atg_core.learning.test_attempts import KeepDraft, ShowTest, StartAttempt, TakeTest
from atg_core.unit_of_work import UnitOfWork
from atg_entrypoints.wiring.identity import Identity
from atg_entrypoints.wiring.shared import Shared, drawn, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case


def _auditing(
    action: Action, open_identity: UnitOfWork[IdentityStore], clock: Clock, new_id: NewId
) -> Callable[[UUID, UUID], Awaitable[None]]:
    """Records what an admin did in the audit log of identity, in the same transaction."""

    async def audit(admin_id: UUID, user_id: UUID) -> None:
        event = AuditEvent(id=new_id(), at=clock(), action=action, actor_id=admin_id, user_id=user_id)
        async with open_identity() as store:
            await store.record(event)

    return audit


def _audit(action: Action) -> Any:
    return providers.Singleton(_auditing, action, Identity.open_identity, Shared.clock, Shared.new_id)


class Learning(Identity):
    open_completion = unit_of_work(SqlCompletion, shared=True)
    open_enrollments = unit_of_work(SqlEnrollments, shared=True)
    open_progress = unit_of_work(SqlProgress, shared=True)
    learner_queries = reading(SqlLearnerQueries)
    update_completion = use_case(
        UpdateCompletion, open=open_completion, new_code=providers.Object(partial(secrets.token_urlsafe, 16))
    )
    enroll = use_case(Enroll, open=open_enrollments)
    leave = use_case(Leave, open=open_enrollments)
    prerequisite_queries = reading(SqlPrerequisiteQueries)
    record_progress = use_case(RecordProgress, open=open_progress)
    show_stats = use_case(ShowStats)
    program_queries = reading(SqlProgramQueries)
    open_materials = unit_of_work(SqlMaterials)
    material_queries = reading(SqlMaterialQueries)
    view_material = use_case(ViewMaterial, open=open_materials)
    open_test_attempts = unit_of_work(SqlTestAttempts, shared=True)
    test_results = reading(SqlTestResults)
    show_test = use_case(ShowTest, open=open_test_attempts)
    start_attempt = use_case(StartAttempt, open=open_test_attempts)
    keep_draft = use_case(KeepDraft, open=open_test_attempts)
    take_test = use_case(TakeTest, open=open_test_attempts)
    question_statistics_queries = reading(SqlQuestionStatisticsQueries)
    open_certificates = unit_of_work(SqlCertificates)
    certificate_queries = reading(SqlCertificateQueries)
    render_certificate = providers.Singleton(PdfCertificates, drawn(print_certificates), Shared.words)
    print_certificate = use_case(PrintCertificate, render=render_certificate)
    revoke_certificate = use_case(RevokeCertificate, open=open_certificates, audit=_audit(Action.CERTIFICATE_REVOKED))
    reissue_certificate = use_case(
        ReissueCertificate, open=open_certificates, audit=_audit(Action.CERTIFICATE_REISSUED)
    )
    certificate_register = reading(SqlCertificateRegister)
    open_renewals = unit_of_work(SqlRenewals, shared=True)
    renew_courses = use_case(RenewCourses)
    open_assignments = unit_of_work(SqlAssignments, shared=True)
    assign_course = use_case(AssignCourse, open=open_assignments)
    open_obligations = unit_of_work(SqlObligations, shared=True)
    keep_obligations = use_case(KeepObligations)
    follow_membership = keep_obligations.provided.of_users
    open_standing_assignments = unit_of_work(SqlStandingAssignments, shared=True)
    standing_assignment_queries = reading(SqlStandingAssignmentQueries)
    administer_assignments = use_case(AdministerAssignments)
    open_learning_paths = unit_of_work(SqlLearningPaths, shared=True)
    learning_path_queries = reading(SqlLearningPathQueries)
    edit_learning_paths = use_case(EditLearningPaths, open=open_learning_paths)
    assign_learning_path = use_case(AssignLearningPath, open=open_learning_paths)
    leave_learning_path = use_case(LeaveLearningPath, open=open_learning_paths)
    open_managers = unit_of_work(SqlManagers)
    manager_queries = reading(SqlManagerQueries)
    appoint_manager = use_case(AppointManager)
    reports = reading(SqlReports)
    training_reports = reading(SqlTrainingReports)
    remind_learners = use_case(RemindLearners)
