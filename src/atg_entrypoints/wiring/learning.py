"""Learning: progress, tests, certificates and assignments."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from dependency_injector import providers

from atg_adapters.pdf.certificates import print_certificate
from atg_adapters.pdf.renderer import PdfCertificates
from atg_adapters.sql.learning.assignments import SqlAssignments
from atg_adapters.sql.learning.certificates import SqlCertificateQueries, SqlCertificates
from atg_adapters.sql.learning.completion import SqlCompletion
from atg_adapters.sql.learning.enrollments import SqlEnrollments
from atg_adapters.sql.learning.materials import SqlMaterialQueries, SqlMaterials
from atg_adapters.sql.learning.programs import SqlProgramQueries
from atg_adapters.sql.learning.progress import SqlProgress
from atg_adapters.sql.learning.queries import SqlLearnerQueries
from atg_adapters.sql.learning.reports import SqlReports
from atg_adapters.sql.learning.test_attempts import SqlTestAttempts, SqlTestResults
from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.ports import IdentityStore
from atg_core.ids import NewId
from atg_core.learning.assignments import AssignCourse
from atg_core.learning.certificates import PrintCertificate, ReissueCertificate, RevokeCertificate
from atg_core.learning.completion import UpdateCompletion
from atg_core.learning.enrollments import Enroll, Leave
from atg_core.learning.materials import ViewMaterial
from atg_core.learning.progress import RecordProgress
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
    open_completion = unit_of_work(SqlCompletion)
    open_enrollments = unit_of_work(SqlEnrollments)
    open_progress = unit_of_work(SqlProgress)
    learner_queries = reading(SqlLearnerQueries)
    update_completion = use_case(
        UpdateCompletion, open=open_completion, new_code=providers.Object(partial(secrets.token_urlsafe, 16))
    )
    enroll = use_case(Enroll, open=open_enrollments)
    leave = use_case(Leave, open=open_enrollments)
    record_progress = use_case(RecordProgress, open=open_progress)
    show_stats = use_case(ShowStats)
    program_queries = reading(SqlProgramQueries)
    open_materials = unit_of_work(SqlMaterials)
    material_queries = reading(SqlMaterialQueries)
    view_material = use_case(ViewMaterial, open=open_materials)
    open_test_attempts = unit_of_work(SqlTestAttempts)
    test_results = reading(SqlTestResults)
    show_test = use_case(ShowTest, open=open_test_attempts)
    start_attempt = use_case(StartAttempt, open=open_test_attempts)
    keep_draft = use_case(KeepDraft, open=open_test_attempts)
    take_test = use_case(TakeTest, open=open_test_attempts)
    open_certificates = unit_of_work(SqlCertificates)
    certificate_queries = reading(SqlCertificateQueries)
    render_certificate = providers.Singleton(PdfCertificates, drawn(print_certificate), Shared.words)
    print_certificate = use_case(PrintCertificate, render=render_certificate)
    revoke_certificate = use_case(RevokeCertificate, open=open_certificates, audit=_audit(Action.CERTIFICATE_REVOKED))
    reissue_certificate = use_case(
        ReissueCertificate, open=open_certificates, audit=_audit(Action.CERTIFICATE_REISSUED)
    )
    open_assignments = unit_of_work(SqlAssignments)
    assign_course = use_case(AssignCourse, open=open_assignments)
    reports = reading(SqlReports)
