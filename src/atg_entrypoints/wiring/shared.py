"""What every context stands on: the settings, the clock, the database, jobs and mail."""

from contextlib import AsyncExitStack
from datetime import timedelta

from dependency_injector import containers, providers
from redis.asyncio import Redis

from atg_adapters.jobs.performing import Pace
from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.jobs import MemoryJobs
from atg_adapters.redis.client import connect
from atg_adapters.sql.database import Database
from atg_adapters.sql.idempotency import SqlRepeatable
from atg_adapters.sql.jobs import SqlJobs
from atg_core.clock import Clock, utc_now
from atg_core.ids import new_id
from atg_core.jobs.ports import Jobs
from atg_core.mailing.model import Mail, Templates
from atg_core.throttling import Limit
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings


def _redis(settings: Settings) -> Redis | None:
    return connect(settings.redis_url) if settings.redis_url else None


def _pace(settings: Settings) -> Pace:
    return Pace(lease=timedelta(seconds=settings.job_lease))


def _jobs(database: Database | MemoryDatabase, clock: Clock, pace: Pace) -> Jobs:
    if isinstance(database, MemoryDatabase):
        return MemoryJobs(database, clock, pace)
    if database.is_sqlite:
        return SqlJobs(database, clock, pace)
    from atg_adapters.procrastinate.jobs import ProcrastinateJobs  # noqa: PLC0415 - a tenth of a second to import

    return ProcrastinateJobs(database, pace)


def _request_limit(settings: Settings) -> Limit | None:
    return Limit(name="requests", most=settings.rate_limit) if settings.rate_limit else None


def _mail(settings: Settings, clock: Clock) -> Mail:
    """By SMTP, if there is a server; else kept where all else is. Imported here: few processes send mail."""
    if settings.smtp_url:
        from atg_adapters.smtp.mail import SmtpMail  # noqa: PLC0415

        server = smtp_server(settings.smtp_url)
        return SmtpMail(
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            implicit_tls=server.implicit_tls,
            starttls=server.starttls,
            sender=settings.mail_sender,
            clock=clock,
        )
    if settings.in_memory:
        from atg_adapters.memory.mail import MemoryMail  # noqa: PLC0415

        return MemoryMail()
    from atg_adapters.outbox.mail import Outbox  # noqa: PLC0415

    return Outbox(settings.home_path / "outbox", sender=settings.mail_sender, clock=clock)


def _templates() -> Templates:
    from atg_adapters.jinja.templates import JinjaTemplates  # noqa: PLC0415 - the same

    return JinjaTemplates()


class Shared(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Object(utc_now)
    new_id = providers.Object(new_id)
    database = providers.Singleton(Database, settings.provided.database)
    redis = providers.Singleton(_redis, settings)
    pace = providers.Singleton(_pace, settings)
    jobs = providers.Singleton(_jobs, database, clock, pace)
    repeatable = providers.Singleton(SqlRepeatable, database)
    throttle = providers.Singleton(LimitsThrottle, redis)
    request_limit = providers.Singleton(_request_limit, settings)
    mail = providers.Singleton(_mail, settings, clock)
    templates = providers.Singleton(_templates)
    opened: providers.Singleton[AsyncExitStack] = providers.Singleton(AsyncExitStack)
