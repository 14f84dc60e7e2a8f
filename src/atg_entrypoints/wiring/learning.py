"""Learning: progress, tests, certificates and assignments."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from dependency_injector import providers

from atg_adapters.pdf.certificates import draw_certificate
from atg_adapters.sql.assigning import SqlAssignments
from atg_adapters.sql.certificates import SqlAttestations, SqlCertificates
from atg_adapters.sql.database import Database
from atg_adapters.sql.learning import SqlLearners, SqlLearning
from atg_adapters.sql.reporting import SqlReports
from atg_adapters.sql.testing import SqlTestResults, SqlTests
from atg_core.clock import Clock
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.ports import IdentityStore
from atg_core.ids import NewId
from atg_core.learning.assigning import Assign
from atg_core.learning.certificates import PrintCertificate, RevokeCertificate
from atg_core.learning.enroll import Enroll, Leave
from atg_core.learning.progress import RecordProgress
from atg_core.learning.settling import Settle
from atg_core.learning.stats import ShowStats
from atg_core.learning.testing import ShowTest, StartAttempt, TakeTest
from atg_core.opening import Open
from atg_entrypoints.wiring.identity import Identity
from atg_entrypoints.wiring.shared import Shared


def _noting_revocations(
    open_identity: Open[IdentityStore], clock: Clock, new_id: NewId
) -> Callable[[UUID, UUID], Awaitable[None]]:
    """Who revoked whose certificate goes into the trail of identity, in the transaction of the deed."""

    async def note(admin_id: UUID, user_id: UUID) -> None:
        event = AuditEvent(
            id=new_id(), at=clock(), action=Action.CERTIFICATE_REVOKED, actor_id=admin_id, user_id=user_id
        )
        async with open_identity() as store:
            await store.record(event)

    return note


class Learning(Identity):
    open_learning = providers.Singleton(Database.opening, Shared.database, SqlLearning)
    learners = providers.Singleton(SqlLearners, Shared.database)
    settle = providers.Singleton(
        Settle,
        open=open_learning,
        clock=Shared.clock,
        new_id=Shared.new_id,
        new_code=providers.Object(partial(secrets.token_urlsafe, 16)),
        timezone=Shared.settings.provided.zone,
    )
    enroll = providers.Singleton(Enroll, open=open_learning, settle=settle, clock=Shared.clock, new_id=Shared.new_id)
    leave = providers.Singleton(Leave, open=open_learning, clock=Shared.clock)
    record_progress = providers.Singleton(RecordProgress, open=open_learning, settle=settle, clock=Shared.clock)
    show_stats = providers.Singleton(
        ShowStats, learners=learners, clock=Shared.clock, timezone=Shared.settings.provided.zone
    )
    open_tests = providers.Singleton(Database.opening, Shared.database, SqlTests)
    test_results = providers.Singleton(SqlTestResults, Shared.database)
    show_test = providers.Singleton(ShowTest, open=open_tests)
    start_attempt = providers.Singleton(StartAttempt, open=open_tests, clock=Shared.clock, new_id=Shared.new_id)
    take_test = providers.Singleton(TakeTest, open=open_tests, settle=settle, clock=Shared.clock, new_id=Shared.new_id)
    open_certificates = providers.Singleton(Database.opening, Shared.database, SqlCertificates)
    attestations = providers.Singleton(SqlAttestations, Shared.database)
    print_certificate = providers.Singleton(
        PrintCertificate,
        attestations=attestations,
        draw=providers.Object(draw_certificate),
        base_url=Shared.settings.provided.base_url,
        timezone=Shared.settings.provided.zone,
    )
    revoke_certificate = providers.Singleton(
        RevokeCertificate,
        together=Shared.database.provided.shared_transaction,
        open=open_certificates,
        note=providers.Singleton(_noting_revocations, Identity.open_identity, Shared.clock, Shared.new_id),
        clock=Shared.clock,
    )
    open_assignments = providers.Singleton(Database.opening, Shared.database, SqlAssignments)
    assign = providers.Singleton(Assign, open=open_assignments, settle=settle, clock=Shared.clock, new_id=Shared.new_id)
    reports = providers.Singleton(SqlReports, Shared.database)
