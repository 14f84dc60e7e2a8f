"""What the container makes of settings, and what it hands from one context to another."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from redis.asyncio import Redis

from atg_adapters.filesystem.store import FilesystemStore
from atg_adapters.jobs.performing import Pace
from atg_adapters.media.recognition import BYTES_TO_RECOGNISE, recognise
from atg_adapters.memory.caller_cache import MemoryCallerCache, NoCallerCache
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.files import MemoryStore
from atg_adapters.memory.jobs import MemoryJobs
from atg_adapters.minio.store import S3Store
from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.redis.client import connect
from atg_adapters.sql.database import Database
from atg_adapters.sql.jobs import SqlJobs
from atg_core.campaigns.codes import ConfirmationTokens
from atg_core.campaigns.promo import SEND_PROMO_CODE
from atg_core.clock import Clock
from atg_core.conferencing.copying import COPY_RECORDINGS, MOST_SECONDS_TO_COPY
from atg_core.conferencing.hosting import END_MEETING, TIDY_MEETING, Hosting
from atg_core.conferencing.model import ProviderName
from atg_core.conferencing.ports import Vault
from atg_core.conferencing.rooms import LocalRooms
from atg_core.files.keys import checked_key
from atg_core.files.ports import FileRecords, ObjectStore, SelfServedStore
from atg_core.files.reading import SignReading
from atg_core.files.rights import (
    ForTheGroup,
    ForTheirStudents,
    ForUploaders,
    ReadRights,
    for_administrators,
    for_authors,
    for_everyone,
)
from atg_core.files.signing import UrlSigner
from atg_core.files.uploading import UploadLimits
from atg_core.gradebook.ports import Upcoming, UpcomingLesson
from atg_core.homework.telling import ANNOUNCE_HOMEWORK, SEND_HOMEWORK_MAIL
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.auditing import SEAL_AUDIT
from atg_core.identity.entering import RoleChoices
from atg_core.identity.letters import SEND_ACCOUNT_MAIL
from atg_core.identity.links import LinkTokens, Purpose
from atg_core.identity.model import Caller, SessionLifetime
from atg_core.identity.ports import CallerCache, IdentityStore
from atg_core.identity.recovering import MAIL_PASSWORD_RESET
from atg_core.ids import NewId
from atg_core.jobs.model import Arguments, Handler, JobKind, Periodic, Work
from atg_core.jobs.ports import Jobs
from atg_core.learning.model import Scope
from atg_core.learning.settling import Settle
from atg_core.mailing.model import Mail, Templates
from atg_core.opening import Open
from atg_core.schedule.calendar import Calendar
from atg_core.schedule.model import Lesson, LessonStatus, Occurrence
from atg_core.schedule.model import Viewer as ScheduleViewer
from atg_core.store.support import REFUND_STARS, SEND_MESSAGE
from atg_core.telegram.init_data import InitData
from atg_core.telegram.model import Telegram
from atg_core.throttling import Limit
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings
from atg_entrypoints.visitors import visitor_of

_URL_SECONDS = 3600
# A server outside may be away for a day, and is asked every five minutes then.
_TRIES_OUTSIDE, _PAUSE_OUTSIDE = 300, timedelta(minutes=5)

type Check = Callable[[], Awaitable[Any]]


def redis(settings: Settings) -> Redis | None:
    return connect(settings.redis_url) if settings.redis_url else None


def caller_cache(settings: Settings, redis: Redis | None) -> CallerCache:
    """What a process remembers by itself is right only where no other process serves."""
    if redis is not None:
        return RedisCallerCache(redis)
    alone = settings.workers == 1 and settings.is_embedded
    return MemoryCallerCache() if alone else NoCallerCache()


def checks(database: Database | MemoryDatabase, redis: Redis | None, store: ObjectStore) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if redis is not None:
        checks["cache"] = redis.ping
    return checks | {"store": store.check}


def pace(settings: Settings) -> Pace:
    return Pace(lease=timedelta(seconds=settings.job_lease))


def jobs(database: Database | MemoryDatabase, clock: Clock, pace: Pace) -> Jobs:
    if isinstance(database, MemoryDatabase):
        return MemoryJobs(database, clock, pace)
    if database.is_sqlite:
        return SqlJobs(database, clock, pace)
    from atg_adapters.procrastinate.jobs import ProcrastinateJobs  # noqa: PLC0415 - a tenth of a second to import

    return ProcrastinateJobs(database, pace)


def work(
    settings: Settings, handlers: Mapping[str, Handler], periodic: Mapping[str, Callable[[], Awaitable[Any]]]
) -> Work:
    """What the contexts that are served want done in the background: by a request, or by time itself."""
    outside = partial(JobKind, most_tries=_TRIES_OUTSIDE, most_pause=_PAUSE_OUTSIDE)
    kinds = {
        "identity": [
            JobKind(name=MAIL_PASSWORD_RESET, handler=handlers[MAIL_PASSWORD_RESET]),
            outside(name=SEND_ACCOUNT_MAIL, handler=handlers[SEND_ACCOUNT_MAIL]),
        ],
        "campaigns": [outside(name=SEND_PROMO_CODE, handler=handlers[SEND_PROMO_CODE], one_at_a_time=True)],
        "store": [outside(name=name, handler=handlers[name]) for name in (SEND_MESSAGE, REFUND_STARS)],
        "conferencing": [
            outside(name=COPY_RECORDINGS, handler=handlers[COPY_RECORDINGS], most_seconds=MOST_SECONDS_TO_COPY),
            *(outside(name=name, handler=handlers[name]) for name in (END_MEETING, TIDY_MEETING)),
        ],
        "homework": [
            JobKind(name=ANNOUNCE_HOMEWORK, handler=handlers[ANNOUNCE_HOMEWORK]),
            outside(name=SEND_HOMEWORK_MAIL, handler=handlers[SEND_HOMEWORK_MAIL]),
        ],
    }
    times = {
        "identity": {SEAL_AUDIT: "* * * * *", "forget_mail_tokens": "41 3 * * *"},
        "files": {"clean_uploads": "17 * * * *"},
        "store": {"expire_purchases": "* * * * *", "reconcile_stars": "23 3 * * *"},
        "conferencing": {"reap_leases": "* * * * *"},
    }
    return Work(
        kinds=tuple(kind for context in settings.contexts for kind in kinds.get(context, ())),
        periodic=tuple(
            Periodic(kind=JobKind(name=name, handler=_without_arguments(periodic[name]), most_tries=3), cron=cron)
            for context in settings.contexts
            for name, cron in times.get(context, {}).items()
        ),
    )


def _without_arguments(do: Callable[[], Awaitable[Any]]) -> Handler:
    async def handle(_arguments: Arguments) -> None:
        await do()

    return handle


def lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        idle=timedelta(seconds=settings.refresh_ttl), absolute=timedelta(seconds=settings.session_max_age)
    )


def request_limit(settings: Settings) -> Limit | None:
    return Limit(name="requests", most=settings.rate_limit) if settings.rate_limit else None


def url_signer(settings: Settings) -> UrlSigner:
    return UrlSigner(hmac.digest(settings.secret_key.encode(), b"atg:files", "sha256"))


def confirmation_tokens(settings: Settings) -> ConfirmationTokens:
    return ConfirmationTokens(hmac.digest(settings.secret_key.encode(), b"atg:confirmations", "sha256"))


def role_choices(settings: Settings) -> RoleChoices:
    return RoleChoices(hmac.digest(settings.secret_key.encode(), b"atg:roles", "sha256"))


def link_tokens(settings: Settings) -> LinkTokens:
    return LinkTokens(hmac.digest(settings.secret_key.encode(), b"atg:links", "sha256"))


def link_urls(settings: Settings) -> Mapping[Purpose, str]:
    """Where the links lead that are mailed."""
    paths = {
        Purpose.CONFIRM_EMAIL: "email/confirm",
        Purpose.CHANGE_EMAIL: "email/confirm",
        Purpose.RESET_PASSWORD: "password/reset",
        Purpose.REVOKE_SESSION: "sessions/revoke",
    }
    return {purpose: f"{settings.base_url}/auth/{path}" for purpose, path in paths.items()}


def confirm_url(settings: Settings) -> str:
    return f"{settings.base_url}/user/email/confirm"


def stream_url(settings: Settings) -> Callable[[str], str]:
    return lambda key: f"{settings.base_url}/files/stream/{quote(key)}"


def object_store(settings: Settings, signer: UrlSigner) -> ObjectStore:
    if settings.s3_endpoint:
        return S3Store(
            settings.s3_endpoint,
            settings.s3_public_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
        )
    if settings.in_memory:
        return MemoryStore(signer, settings.base_url)
    return FilesystemStore(settings.home_path / "files", signer, settings.base_url)


def recognising(store: ObjectStore) -> Callable[[str], Awaitable[str | None]]:
    async def recognise_object(key: str) -> str | None:
        stored = await store.find(checked_key(key, field="objectKey"))
        if stored is None or not stored.size:
            return None
        async with store.open(stored, 0, min(stored.size, BYTES_TO_RECOGNISE) - 1) as chunks:
            return recognise(b"".join([chunk async for chunk in chunks]))

    return recognise_object


def self_served(store: ObjectStore) -> SelfServedStore | None:
    return store if isinstance(store, MemoryStore | FilesystemStore) else None


def read_rights(settings: Settings, records: FileRecords) -> ReadRights:
    return ReadRights(
        records=records,
        public_prefixes=tuple(settings.public_prefixes),
        require_enrollment=settings.files_require_enrollment,
        rules={
            "private/": for_authors,
            "teachers/": ForTheirStudents(records),
            "avatars/": for_everyone,
            "incoming/": ForUploaders(records),
            "recordings/": ForTheGroup(records),
            "shop/": for_administrators,
        },
    )


def mail(settings: Settings, clock: Clock) -> Mail:
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


def templates() -> Templates:
    from atg_adapters.jinja.templates import JinjaTemplates  # noqa: PLC0415 - the same

    return JinjaTemplates()


def telegram(settings: Settings, clock: Clock, opened: AsyncExitStack) -> Telegram:
    """By the Bot API, if there is a bot; else kept where all else is. Imported here for the same reason."""
    if settings.telegram_bot_token:
        from atg_adapters.telegram.bot_api import BotApi  # noqa: PLC0415

        bot = BotApi(settings.telegram_bot_token, url=settings.telegram_api_url)
        opened.push_async_callback(bot.close)
        return bot
    if settings.in_memory:
        from atg_adapters.memory.telegram import MemoryTelegram  # noqa: PLC0415

        return MemoryTelegram()
    from atg_adapters.outbox.telegram import TelegramOutbox  # noqa: PLC0415

    return TelegramOutbox(settings.home_path / "outbox", clock=clock)


def mini_app(settings: Settings) -> InitData | None:
    return InitData(settings.telegram_bot_token) if settings.telegram_bot_token else None


def vault(settings: Settings) -> Vault:
    """Imported here: few processes start lessons."""
    from atg_adapters.fernet.vault import FernetVault  # noqa: PLC0415

    return FernetVault(settings.credentials_keys)


def local_rooms(settings: Settings) -> LocalRooms:
    return LocalRooms(hmac.digest(settings.secret_key.encode(), b"atg:rooms", "sha256"))


def hosting(settings: Settings, vault: Vault, rooms: LocalRooms, opened: AsyncExitStack) -> Hosting:
    """Zoom, and rooms on this server. Imported here for the same reason."""
    from atg_adapters.local.provider import LocalProvider  # noqa: PLC0415
    from atg_adapters.zoom.provider import ZoomProvider  # noqa: PLC0415

    zoom = ZoomProvider(oauth_url=settings.zoom_oauth_url, api_url=settings.zoom_api_url)
    opened.push_async_callback(zoom.close)
    local = LocalProvider(settings.base_url, rooms)
    return Hosting(providers={ProviderName.ZOOM: zoom, ProviderName.LOCAL: local}, vault=vault)


def upload_limits(settings: Settings) -> UploadLimits:
    return UploadLimits(
        types=tuple(settings.upload_types),
        most_bytes=settings.upload_max_bytes,
        quota_bytes=settings.upload_quota_bytes,
    )


def signing_urls(sign: SignReading) -> Callable[[Caller | None, Sequence[str]], Awaitable[dict[str, str]]]:
    async def sign_urls(caller: Caller | None, keys: Sequence[str]) -> dict[str, str]:
        return await sign.urls(visitor_of(caller), keys, seconds=_URL_SECONDS)

    return sign_urls


def settling_station(settle: Settle) -> Callable[[int], Awaitable[None]]:
    return lambda station_id: settle(Scope(station_id=station_id))


def noting_revocations(
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


def upcoming_lessons(calendar: Calendar) -> Upcoming:
    """What a teacher gives, from the calendar, in which recurring lessons are, too."""

    async def upcoming(teacher_id: UUID, start: datetime, end: datetime) -> list[UpcomingLesson]:
        events = await calendar(ScheduleViewer(id=teacher_id), start, end)
        return [_upcoming(event) for event in events if _is_given_by(teacher_id, event)]

    return upcoming


def _is_given_by(teacher_id: UUID, event: Lesson | Occurrence) -> bool:
    if isinstance(event, Occurrence):
        return event.rule.teacher_id == teacher_id
    return event.teacher_id == teacher_id and event.status is not LessonStatus.ENDED


def _upcoming(event: Lesson | Occurrence) -> UpcomingLesson:
    if isinstance(event, Occurrence):
        return UpcomingLesson(
            lesson_id=None,
            recurring_lesson_id=event.rule.id,
            occurrence_date=event.date,
            group_id=event.rule.group_id,
            title=event.rule.title,
            start_time=event.start,
            end_time=event.end,
        )
    return UpcomingLesson(
        lesson_id=event.id,
        recurring_lesson_id=event.recurring_lesson_id,
        occurrence_date=event.occurrence_date,
        group_id=event.group_id,
        title=event.title,
        start_time=event.start_time,
        end_time=event.end_time,
    )
