"""What every context stands on: the settings, the clock, the database, jobs and mail."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version
from random import SystemRandom
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from atg_adapters.child_process.process import ChildProcess
from atg_adapters.events.hub import EventHub
from atg_adapters.jobs.execution import Watch
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.rate_limit import MemoryRateLimiter
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.idempotency import SqlIdempotency
from atg_adapters.tabular.xlsx_writer import write_workbook
from atg_adapters.words.catalogue import Catalogue
from atg_core.clock import Clock, utc_now
from atg_core.events import EventPublisher
from atg_core.ids import new_id
from atg_core.mailing.model import Mailer, MailTemplates
from atg_core.rate_limit import RateLimit, RateLimiter
from atg_core.unit_of_work import UnitOfWork
from atg_core.words import Words
from atg_entrypoints.logs import TRACE_ID
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings
from atg_entrypoints.trace_settings import wants_traces
from atg_entrypoints.wiring.job_queue import job_queue, worker_settings

if TYPE_CHECKING:
    from atg_adapters.opentelemetry.spans import Spans
    from atg_adapters.redis.client import Client
    from atg_adapters.sentry.reports import ErrorReports


def _event_hub(database: Database | MemoryDatabase, redis: "Client | None", opened: AsyncExitStack) -> EventHub:
    """Hears of all processes by Redis, else by PostgreSQL; without either of this one alone."""
    hub = EventHub()
    if isinstance(database, Database) and (redis is not None or not database.is_sqlite):
        from atg_adapters.events.listening import ListeningHub  # noqa: PLC0415 - the same

        if redis is not None:
            from atg_adapters.redis.events import RedisEvents  # noqa: PLC0415 - the same

            hub = ListeningHub(RedisEvents(redis).listen)
        else:
            from atg_adapters.sql.events import listen  # noqa: PLC0415 - the same

            hub = ListeningHub(partial(listen, database))
    opened.push_async_callback(hub.close)
    return hub


def _events(database: Database | MemoryDatabase, redis: "Client | None", hub: EventHub) -> EventPublisher:
    if isinstance(database, MemoryDatabase):
        from atg_adapters.memory.events import MemoryEvents  # noqa: PLC0415 - the same

        return MemoryEvents(database, hub)
    from atg_adapters.sql.events import NotifyingEvents, SqlEvents  # noqa: PLC0415 - the same

    if redis is not None:
        from atg_adapters.redis.events import RedisEvents  # noqa: PLC0415 - the same

        return SqlEvents(database, RedisEvents(redis).deliver)
    return SqlEvents(database, hub.deliver) if database.is_sqlite else NotifyingEvents(database)


def derived_key(purpose: str) -> providers.Singleton[bytes]:
    """The key of a purpose, derived from `ATG_SECRET_KEY` by HMAC-SHA256."""
    return providers.Singleton(_derived_key, Shared.settings, purpose)


def _derived_key(settings: Settings, purpose: str) -> bytes:
    return hmac.digest(settings.secret_key.encode(), f"atg:{purpose}".encode(), "sha256")


def _redis(settings: Settings, spans: "Spans | None") -> "Client | None":
    """Imported here: a process without Redis does not need its library."""
    if not settings.redis_url:
        return None
    from atg_adapters.redis.client import connect  # noqa: PLC0415

    return connect(settings.redis_url, made_by=spans.redis) if spans else connect(settings.redis_url)


def _rate_limiter(redis: "Client | None") -> RateLimiter:
    if redis is None:
        return MemoryRateLimiter()
    from atg_adapters.redis.rate_limit import RedisRateLimiter  # noqa: PLC0415 - the same

    return RedisRateLimiter(redis)


def _request_limit(settings: Settings) -> RateLimit | None:
    return RateLimit(name="requests", max_hits=settings.rate_limit) if settings.rate_limit else None


def _watches(spans: "Spans | None", error_reports: "ErrorReports | None") -> Sequence[Watch]:
    """Asked for by a worker that runs; imported here, as few processes are one."""
    from atg_adapters.prometheus.jobs import count_try  # noqa: PLC0415

    return (*([spans.job] if spans else ()), count_try, *([error_reports.watch] if error_reports else ()))


def _spans(settings: Settings, opened: AsyncExitStack) -> "Spans | None":
    """Imported here: nothing of OpenTelemetry is where nothing is traced."""
    if not settings.otel_exporter_otlp_endpoint or not wants_traces(settings):
        return None
    from atg_adapters.opentelemetry.exporter import tracer_provider  # noqa: PLC0415
    from atg_adapters.opentelemetry.spans import Spans  # noqa: PLC0415

    spans = Spans(tracer_provider(version("atg")), TRACE_ID)
    opened.push_async_callback(spans.close)
    return spans


def _error_reports(settings: Settings, opened: AsyncExitStack) -> "ErrorReports | None":
    """Imported here: nothing of Sentry is where nothing is reported."""
    if not settings.sentry_dsn:
        return None
    from atg_adapters.sentry.reports import ErrorReports  # noqa: PLC0415

    reports = ErrorReports(settings.sentry_dsn, environment=settings.env, release=f"atg@{version('atg')}")
    logging.getLogger("atg.http").addHandler(reports)
    opened.push_async_callback(reports.aclose)
    return reports


def _database(url: str, spans: "Spans | None") -> Database:
    return Database(url, around=spans.driver) if spans else Database(url)


def _counted(mailer: Mailer) -> Mailer:
    from atg_adapters.prometheus.mailer import CountingMailer  # noqa: PLC0415 - few processes send mail

    return CountingMailer(mailer)


def _mailer(settings: Settings, clock: Clock) -> Mailer:
    """By SMTP, if there is a server; else kept where all else is. Imported here: few processes send mail."""
    if settings.smtp_url:
        from atg_adapters.smtp.mailer import SmtpMailer  # noqa: PLC0415

        server = smtp_server(settings.smtp_url)
        return SmtpMailer(
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
        from atg_adapters.memory.mailer import MemoryMailer  # noqa: PLC0415

        return MemoryMailer()
    from atg_adapters.outbox.mailer import OutboxMailer  # noqa: PLC0415

    return OutboxMailer(settings.home_path / "outbox", sender=settings.mail_sender, clock=clock)


def _templates(words: Words) -> MailTemplates:
    from atg_adapters.jinja.templates import JinjaMailTemplates  # noqa: PLC0415 - the same

    return JinjaMailTemplates(words)


def unit_of_work[Store](
    store: Callable[[Connection], Store], *, shared: bool = False
) -> providers.Singleton[UnitOfWork[Store]]:
    """The unit of work of a store on SQL; `shared`: what is asked of the database before it ends joins it."""
    return providers.Singleton(Database.unit_of_work, Shared.database, store, shared=shared)


def reading[Queries](queries: Callable[[Database], Queries]) -> providers.Singleton[Queries]:
    """Plain reads on SQL."""
    return providers.Singleton(queries, Shared.database)


def drawn[Drawn](function: Callable[..., Drawn]) -> providers.Singleton[Callable[..., Awaitable[Drawn]]]:
    """A function that draws, run in the child process: its libraries are large, and it keeps the interpreter busy."""
    return providers.Singleton(partial, Shared.child_process.provided.run, function)


class Shared(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    timezone = settings.provided.zone
    base_url = settings.provided.base_url
    clock = providers.Object(utc_now)
    new_id = providers.Object(new_id)
    random = providers.Singleton(SystemRandom)
    opened: providers.Singleton[AsyncExitStack] = providers.Singleton(AsyncExitStack)
    spans = providers.Singleton(_spans, settings, opened)
    error_reports = providers.Singleton(_error_reports, settings, opened)
    database = providers.Singleton(_database, settings.provided.database, spans)
    transaction = database.provided.shared_transaction
    redis = providers.Singleton(_redis, settings, spans)
    watches = providers.Singleton(partial, _watches, spans, error_reports)
    pace = providers.Singleton(worker_settings, settings, watches)
    jobs = providers.Singleton(job_queue, database, clock, pace)
    idempotency = providers.Singleton(SqlIdempotency, database)
    rate_limiter = providers.Singleton(_rate_limiter, redis)
    request_limit = providers.Singleton(_request_limit, settings)
    uncounted_mailer = providers.Singleton(_mailer, settings, clock)
    mailer = providers.Singleton(_counted, uncounted_mailer)
    words: providers.Singleton[Words] = providers.Singleton(Catalogue)
    templates = providers.Singleton(_templates, words)
    child_process = providers.Singleton(ChildProcess)
    write_workbook = providers.Singleton(partial, child_process.provided.run, write_workbook)
    event_subscriptions = providers.Singleton(_event_hub, database, redis, opened)
    events = providers.Singleton(_events, database, redis, event_subscriptions)
