"""The only place where ports meet adapters."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from dependency_injector import containers, providers
from redis.asyncio import Redis

from atg_adapters.jwt.tokens import JwtTokens
from atg_adapters.limits.throttle import LimitsThrottle
from atg_adapters.memory.caller_cache import MemoryCallerCache, NoCallerCache
from atg_adapters.memory.catalog import MemoryCatalog
from atg_adapters.memory.database import MemoryDatabase
from atg_adapters.memory.identity import MemoryCallers, MemoryIdentity
from atg_adapters.memory.importing import MemoryImport
from atg_adapters.memory.learning import MemoryEnrollments, MemoryLearners
from atg_adapters.minio.health import S3Health
from atg_adapters.passwords.common import common_passwords
from atg_adapters.passwords.hashing import HashedPasswords
from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.redis.client import connect
from atg_adapters.sql.catalog import SqlCatalog
from atg_adapters.sql.database import Database
from atg_adapters.sql.identity import SqlCallers, SqlIdentity
from atg_adapters.sql.importing import SqlImport
from atg_adapters.sql.learning import SqlEnrollments, SqlLearners
from atg_core.clock import utc_now
from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.administer import AdministerUsers
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.model import SessionLifetime
from atg_core.identity.ports import CallerCache
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.sessions import ChangePassword, EndSessions
from atg_core.identity.signing import Refresh, SignIn, SignOut
from atg_core.ids import new_id
from atg_core.importing.run import ImportFiles
from atg_core.learning.enroll import Enroll
from atg_core.learning.stats import ShowStats
from atg_core.throttling import Limit
from atg_entrypoints.settings import Settings

type Check = Callable[[], Awaitable[Any]]


def _redis(settings: Settings) -> Redis | None:
    return connect(settings.redis_url) if settings.redis_url else None


def _caller_cache(settings: Settings, redis: Redis | None) -> CallerCache:
    """What a process remembers by itself is right only where no other process serves."""
    if redis is not None:
        return RedisCallerCache(redis)
    alone = settings.workers == 1 and (settings.in_memory or settings.database.startswith("sqlite"))
    return MemoryCallerCache() if alone else NoCallerCache()


def _checks(settings: Settings, database: Database | MemoryDatabase, redis: Redis | None) -> dict[str, Check]:
    checks: dict[str, Check] = {"database": database.check}
    if redis is not None:
        checks["cache"] = redis.ping
    if settings.s3_endpoint:
        store = S3Health(
            endpoint=settings.s3_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
        )
        checks["store"] = store.check
    return checks


def _lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        idle=timedelta(seconds=settings.refresh_ttl), absolute=timedelta(seconds=settings.session_max_age)
    )


def _request_limit(settings: Settings) -> Limit | None:
    return Limit(name="requests", most=settings.rate_limit) if settings.rate_limit else None


class Container(containers.DeclarativeContainer):
    """ATG over a database, as `settings` say."""

    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Object(utc_now)
    new_id = providers.Object(new_id)

    database = providers.Singleton(Database, settings.provided.database)
    redis = providers.Singleton(_redis, settings)
    checks = providers.Singleton(_checks, settings, database, redis)

    open_identity = providers.Singleton(Database.opening, database, SqlIdentity)
    callers = providers.Singleton(SqlCallers, database)
    caller_cache = providers.Singleton(_caller_cache, settings, redis)
    passwords = providers.Singleton(HashedPasswords)
    tokens = providers.Singleton(JwtTokens, settings.provided.signing_keys, access_ttl=settings.provided.access_ttl)
    lifetime = providers.Singleton(_lifetime, settings)
    throttle = providers.Singleton(LimitsThrottle, redis)
    request_limit = providers.Singleton(_request_limit, settings)
    sign_in = providers.Singleton(
        SignIn,
        throttle=throttle,
        gate=providers.Singleton(asyncio.Semaphore, os.cpu_count() or 1),
        open=open_identity,
        passwords=passwords,
        tokens=tokens,
        lifetime=lifetime,
        clock=clock,
        new_id=new_id,
    )
    refresh = providers.Singleton(
        Refresh,
        throttle=throttle,
        open=open_identity,
        tokens=tokens,
        cache=caller_cache,
        lifetime=lifetime,
        clock=clock,
        new_id=new_id,
    )
    sign_out = providers.Singleton(
        SignOut, open=open_identity, tokens=tokens, cache=caller_cache, clock=clock, new_id=new_id
    )
    end_sessions = providers.Singleton(EndSessions, open=open_identity, cache=caller_cache, clock=clock, new_id=new_id)
    change_password = providers.Singleton(
        ChangePassword,
        throttle=throttle,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=clock,
        new_id=new_id,
    )
    authenticate = providers.Singleton(Authenticate, callers=callers, cache=caller_cache, tokens=tokens, clock=clock)
    change_profile = providers.Singleton(ChangeProfile, open=open_identity, cache=caller_cache, clock=clock)
    administer_users = providers.Singleton(
        AdministerUsers,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=clock,
        new_id=new_id,
    )
    create_admin = providers.Singleton(
        CreateAdmin,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        clock=clock,
        new_id=new_id,
    )

    catalog = providers.Singleton(SqlCatalog, database)

    open_enrollments = providers.Singleton(Database.opening, database, SqlEnrollments)
    learners = providers.Singleton(SqlLearners, database)
    enroll = providers.Singleton(Enroll, open=open_enrollments, clock=clock, new_id=new_id)
    show_stats = providers.Singleton(ShowStats, learners=learners, clock=clock, timezone=settings.provided.zone)

    open_import = providers.Singleton(Database.opening, database, SqlImport)
    import_files = providers.Singleton(ImportFiles, open=open_import, passwords=passwords, clock=clock)


class MemoryAdapters(containers.DeclarativeContainer):
    """What stands in for the database where everything is kept in the process."""

    database = providers.Singleton(MemoryDatabase)
    open_identity = providers.Singleton(MemoryDatabase.opening, database, MemoryIdentity)
    callers = providers.Singleton(MemoryCallers, database)
    catalog = providers.Singleton(MemoryCatalog, database)
    open_enrollments = providers.Singleton(MemoryDatabase.opening, database, MemoryEnrollments)
    learners = providers.Singleton(MemoryLearners, database)
    open_import = providers.Singleton(MemoryDatabase.opening, database, MemoryImport)


async def close(container: Container) -> None:
    """Gives back the connections that the container has opened."""
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
