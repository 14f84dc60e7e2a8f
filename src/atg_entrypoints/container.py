"""The only place where ports meet adapters: one part for each context in `wiring`, and here what concerns them all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.database import Database
from atg_adapters.sql.schema import SchemaCheck
from atg_core.clock import Clock
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.files.ports import ObjectStore
from atg_core.jobs.model import Work
from atg_core.jobs.ports import JobQueue
from atg_core.operations import OperationsQueries
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring import jobs
from atg_entrypoints.wiring.campaigns import Campaigns
from atg_entrypoints.wiring.catalog import Catalog
from atg_entrypoints.wiring.conferencing import Conferencing
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.gradebook import Gradebook
from atg_entrypoints.wiring.homework import Homework
from atg_entrypoints.wiring.identity import Identity
from atg_entrypoints.wiring.importing import Importing
from atg_entrypoints.wiring.learning import Learning
from atg_entrypoints.wiring.notices import Notices
from atg_entrypoints.wiring.schedule import Schedule
from atg_entrypoints.wiring.shared import Shared
from atg_entrypoints.wiring.shop import Shop
from atg_entrypoints.wiring.use_cases import wired

if TYPE_CHECKING:
    from atg_adapters.prometheus.process import ProcessMetrics
    from atg_adapters.redis.client import Client
    from atg_entrypoints.metrics import Metrics

type Check = Callable[[], Awaitable[Any]]


def _examine(container: Any) -> AsyncIterator[Any]:
    """What `atg doctor` finds; imported here, since it looks into adapters that few processes have."""
    from atg_entrypoints.doctor import examine  # noqa: PLC0415

    return examine(container)


def _checks(database: Database | MemoryDatabase, redis: "Client | None", store: ObjectStore) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if isinstance(database, Database):
        checks["schema"] = SchemaCheck(database)
    if redis is not None:
        checks["cache"] = redis.outage.check
    return checks | {"store": store.check}


def _operations_queries(database: Database | MemoryDatabase, jobs: JobQueue, clock: Clock) -> OperationsQueries:
    """Imported here: few processes are asked for it."""
    if isinstance(database, MemoryDatabase):
        from atg_adapters.memory.operations import MemoryOperationsQueries  # noqa: PLC0415

        return MemoryOperationsQueries(database, jobs)
    from atg_adapters.sql.operations import SqlOperationsQueries  # noqa: PLC0415

    return SqlOperationsQueries(database, clock)


def _process_metrics(
    database: Database | MemoryDatabase, line: ConcurrencyLimit, redis: "Client | None"
) -> "ProcessMetrics":
    from atg_adapters.prometheus import mailer  # noqa: F401, PLC0415 - its series begin before the first mail
    from atg_adapters.prometheus.process import ProcessMetrics  # noqa: PLC0415 - the same

    pools = database.pools if isinstance(database, Database) else {}
    return ProcessMetrics(pools, line, lambda: redis.outage.failures if redis else {})


def _metrics(
    checks: dict[str, Check],
    work: Callable[[], Work],
    operations_queries: OperationsQueries,
    process_metrics: "ProcessMetrics",
    clock: Clock,
) -> "Metrics":
    from atg_entrypoints.metrics import Metrics  # noqa: PLC0415 - the same

    return Metrics(checks, work, operations_queries, process_metrics.update, clock)


@wired
class Container(Campaigns, Catalog, Conferencing, Gradebook, Homework, Importing, Notices, Shop):
    """ATG over a database, as `settings` say."""

    checks = providers.Singleton(_checks, Shared.database, Shared.redis, Files.object_store)
    work = providers.Singleton(
        jobs.work,
        Shared.settings,
        providers.Dict(
            mail_password_reset=Identity.mail_password_reset.provider,
            send_account_mail=Identity.send_account_mail.provider,
            delete_station_files=Catalog.delete_station_files.provider,
            send_promocode_email=Campaigns.send_promo_code.provider,
            send_telegram_message=Shop.send_message.provider,
            refund_stars=Shop.refund_stars.provider,
            send_shop_message=Shop.deliver_message.provider,
            copy_recordings=Conferencing.copy_recordings.provider,
            send_invitation=Schedule.send_invitation.provider,
            end_meeting=Conferencing.end_meeting.provider,
            tidy_meeting=Conferencing.tidy_meeting.provider,
            send_notices=Notices.send_notices.provider,
            check_import=Importing.run_imports.provided.check.provider,
            apply_import=Importing.run_imports.provided.apply.provider,
            undo_import=Importing.run_imports.provided.undo.provider,
        ),
        providers.Dict(
            seal_audit=Identity.seal_audit.provider,
            verify_audit=Identity.check_audit.provider,
            forget_mail_tokens=Identity.forget_mail_tokens.provider,
            forget_imports=Importing.run_imports.provided.forget.provider,
            forget_invitations=Schedule.forget_invitations.provider,
            renew_courses=Learning.renew_courses.provider,
            keep_obligations=Learning.keep_obligations.provider,
            clean_uploads=Files.clean_uploads.provider,
            expire_purchases=Shop.settle_purchase.provided.fail_overdue.provider,
            reconcile_stars=Shop.reconcile_stars.provider,
            deliver_notices=Notices.deliver_notices.provider,
            tell_due=Notices.tell_due.provider,
            reap_leases=Conferencing.reap_leases.provider,
        ),
    )
    operations_queries = providers.Singleton(_operations_queries, Shared.database, Shared.jobs, Shared.clock)
    process_metrics = providers.Singleton(
        _process_metrics, Shared.database, Identity.sign_in_concurrency_limit, Shared.redis
    )
    examine = providers.Object(_examine)
    metrics = providers.Singleton(_metrics, checks, work.provider, operations_queries, process_metrics, Shared.clock)


async def close(container: Container) -> None:
    """Ends the child process, and gives back the connections that the container has opened."""
    await container.child_process().close()
    await container.opened().aclose()
    await container.database().close()
    redis = container.redis()
    if redis is not None:
        await redis.aclose()


def create_container(settings: Settings) -> Container:
    """A container whose adapters follow from the settings."""
    container = Container(settings=settings)
    if settings.in_memory:
        from atg_adapters.memory.attempts import MemoryAttemptLimiter  # noqa: PLC0415 - few processes keep nothing
        from atg_entrypoints.wiring.memory import MemoryAdapters  # noqa: PLC0415 - the same

        container.override(MemoryAdapters())
        container.sign_in_rate_limiter.override(providers.Singleton(MemoryAttemptLimiter, container.clock))
    return container
