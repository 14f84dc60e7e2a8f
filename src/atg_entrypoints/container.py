"""The only place where ports meet adapters: one part for each context in `wiring`, and here what concerns them all."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.database import Database
from atg_adapters.sql.schema import SchemaCheck
from atg_core.files.ports import ObjectStore
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
from atg_entrypoints.wiring.schedule import Schedule
from atg_entrypoints.wiring.shared import Shared
from atg_entrypoints.wiring.shop import Shop
from atg_entrypoints.wiring.use_cases import wired

if TYPE_CHECKING:
    from redis.asyncio import Redis

type Check = Callable[[], Awaitable[Any]]


def _checks(database: Database | MemoryDatabase, redis: "Redis | None", store: ObjectStore) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if isinstance(database, Database):
        checks["schema"] = SchemaCheck(database)
    if redis is not None:
        checks["cache"] = redis.ping
    return checks | {"store": store.check}


@wired
class Container(Campaigns, Catalog, Conferencing, Gradebook, Homework, Importing, Shop):
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
            copy_recordings=Conferencing.copy_recordings.provider,
            send_invitation=Schedule.send_invitation.provider,
            end_meeting=Conferencing.end_meeting.provider,
            tidy_meeting=Conferencing.tidy_meeting.provider,
            announce_homework=Homework.announce_homework.provider,
            send_homework_mail=Homework.send_homework_mail.provider,
        ),
        providers.Dict(
            seal_audit=Identity.seal_audit.provider,
            forget_mail_tokens=Identity.forget_mail_tokens.provider,
            forget_invitations=Schedule.forget_invitations.provider,
            clean_uploads=Files.clean_uploads.provider,
            expire_purchases=Shop.settle_purchase.provided.fail_overdue.provider,
            reconcile_stars=Shop.reconcile_stars.provider,
            reap_leases=Conferencing.reap_leases.provider,
        ),
    )


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
