"""What the container makes of settings, and what it hands from one context to another."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from redis.asyncio import Redis

from atg_adapters.filesystem.store import FilesystemStore
from atg_adapters.media.recognition import BYTES_TO_RECOGNISE, recognise
from atg_adapters.memory.caller_cache import MemoryCallerCache, NoCallerCache
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.files import MemoryStore
from atg_adapters.minio.store import S3Store
from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.redis.client import connect
from atg_adapters.sql.database import Database
from atg_core.clock import Clock
from atg_core.files.keys import checked_key
from atg_core.files.ports import FileRecords, ObjectStore, SelfServedStore
from atg_core.files.reading import SignReading
from atg_core.files.rights import (
    ForUploaders,
    ReadRights,
    for_administrators,
    for_authors,
    for_everyone,
    for_their_teacher,
)
from atg_core.files.signing import UrlSigner
from atg_core.files.uploading import UploadLimits
from atg_core.identity.audit import Action, AuditEvent
from atg_core.identity.model import Caller, SessionLifetime
from atg_core.identity.ports import CallerCache, IdentityStore
from atg_core.ids import NewId
from atg_core.learning.model import Scope
from atg_core.learning.settling import Settle
from atg_core.opening import Open
from atg_core.throttling import Limit
from atg_entrypoints.settings import Settings
from atg_entrypoints.visitors import visitor_of

_URL_SECONDS = 3600

type Check = Callable[[], Awaitable[Any]]


def redis(settings: Settings) -> Redis | None:
    return connect(settings.redis_url) if settings.redis_url else None


def caller_cache(settings: Settings, redis: Redis | None) -> CallerCache:
    """What a process remembers by itself is right only where no other process serves."""
    if redis is not None:
        return RedisCallerCache(redis)
    alone = settings.workers == 1 and (settings.in_memory or settings.database.startswith("sqlite"))
    return MemoryCallerCache() if alone else NoCallerCache()


def checks(database: Database | MemoryDatabase, redis: Redis | None, store: ObjectStore) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if redis is not None:
        checks["cache"] = redis.ping
    return checks | {"store": store.check}


def lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        idle=timedelta(seconds=settings.refresh_ttl), absolute=timedelta(seconds=settings.session_max_age)
    )


def request_limit(settings: Settings) -> Limit | None:
    return Limit(name="requests", most=settings.rate_limit) if settings.rate_limit else None


def url_signer(settings: Settings) -> UrlSigner:
    return UrlSigner(hmac.digest(settings.secret_key.encode(), b"atg:files", "sha256"))


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
            "teachers/": for_their_teacher,
            "avatars/": for_everyone,
            "incoming/": ForUploaders(records),
            "recordings/": for_administrators,
            "shop/": for_administrators,
        },
    )


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
