"""The only place where ports meet adapters: one part for each context in `wiring`, and here what concerns them all."""

from collections.abc import Awaitable, Callable
from typing import Any

from dependency_injector import providers
from redis.asyncio import Redis

from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.sql.database import Database
from atg_core.conferencing.hosting import EndMeeting, TidyMeeting
from atg_core.files.ports import ObjectStore
from atg_core.identity.letters import ForgetMailTokens
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring import background
from atg_entrypoints.wiring.campaigns import Campaigns
from atg_entrypoints.wiring.catalog import Catalog
from atg_entrypoints.wiring.conferencing import Conferencing
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.gradebook import Gradebook
from atg_entrypoints.wiring.homework import Homework
from atg_entrypoints.wiring.identity import Identity
from atg_entrypoints.wiring.importing import Importing
from atg_entrypoints.wiring.memory import MemoryAdapters
from atg_entrypoints.wiring.shared import Shared
from atg_entrypoints.wiring.store import Store

type Check = Callable[[], Awaitable[Any]]


def _checks(database: Database | MemoryDatabase, redis: Redis | None, store: ObjectStore) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if redis is not None:
        checks["cache"] = redis.ping
    return checks | {"store": store.check}


class Container(Campaigns, Catalog, Conferencing, Gradebook, Homework, Importing, Store):
    """ATG over a database, as `settings` say."""

    checks = providers.Singleton(_checks, Shared.database, Shared.redis, Files.object_store)
    work = providers.Singleton(
        background.work,
        Shared.settings,
        providers.Dict(
            mail_password_reset=Identity.mail_password_reset,
            send_account_mail=Identity.send_account_mail,
            send_promocode_email=Campaigns.send_promo_code,
            send_telegram_message=Store.send_message,
            refund_stars=Store.refund_stars,
            copy_recordings=Conferencing.copy_recordings,
            end_meeting=providers.Singleton(EndMeeting, open=Conferencing.open_pool, hosting=Conferencing.hosting),
            tidy_meeting=providers.Singleton(TidyMeeting, open=Conferencing.open_pool, hosting=Conferencing.hosting),
            announce_homework=Homework.announce_homework,
            send_homework_mail=Homework.send_homework_mail,
        ),
        providers.Dict(
            seal_audit=Identity.seal_audit,
            forget_mail_tokens=providers.Singleton(ForgetMailTokens, open=Identity.open_identity, clock=Shared.clock),
            clean_uploads=Files.clean_uploads,
            expire_purchases=Store.settle_purchase.provided.fail_overdue,
            reconcile_stars=Store.reconcile_stars,
            reap_leases=Conferencing.reap_leases,
        ),
    )


async def close(container: Container) -> None:
    """Gives back the connections that the container has opened."""
    await container.opened().aclose()
    await container.database().close()
    redis = container.redis()
    if redis is not None:
        await redis.aclose()


def create_container(settings: Settings) -> Container:
    """A container whose adapters follow from the settings."""
    container = Container(settings=settings)
    if settings.in_memory:
        container.override(MemoryAdapters())
    return container
