"""Identity: the ways in, sessions, accounts and the audit trail."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import quote

from dependency_injector import providers
from redis.asyncio import Redis

from atg_adapters.jwt.tokens import JwtTokens
from atg_adapters.media.recognition import recognise
from atg_adapters.memory.caller_cache import MemoryCallerCache, NoCallerCache
from atg_adapters.passwords.common import common_passwords
from atg_adapters.passwords.hashing import HASHES_AT_ONCE, HashedPasswords
from atg_adapters.redis.caller_cache import RedisCallerCache
from atg_adapters.sql.audit import SqlAuditSeals, SqlAuditTrail
from atg_adapters.sql.database import Database
from atg_adapters.sql.identity import SqlCallers, SqlIdentity
from atg_adapters.sql.throttle import SqlThrottle
from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.addresses import ChangeEmail
from atg_core.identity.addresses import ConfirmEmail as ConfirmAccountEmail
from atg_core.identity.administer import AdministerUsers
from atg_core.identity.auditing import SealAudit, VerifyAudit
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.avatar import ChangeAvatar
from atg_core.identity.beginning import BeginSession
from atg_core.identity.entering import Enter, OpenAccount, RoleChoices
from atg_core.identity.letters import SendAccountMail, SendLink
from atg_core.identity.links import LinkTokens, Purpose
from atg_core.identity.model import SessionLifetime
from atg_core.identity.oauth import BeginOAuth, FinishOAuth, JoinIdentity
from atg_core.identity.ports import CallerCache
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.recovering import ForgotPassword, MailPasswordReset, ResetPassword
from atg_core.identity.sessions import ChangePassword, DenySession, EndSessions, RequirePassword
from atg_core.identity.signing import Refresh, SignIn, SignOut
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.oauth import oauth_attempts, oauth_providers
from atg_entrypoints.wiring.shared import Shared


def _caller_cache(settings: Settings, redis: Redis | None) -> CallerCache:
    """What a process remembers by itself is right only where no other process serves."""
    if redis is not None:
        return RedisCallerCache(redis)
    alone = settings.workers == 1 and settings.is_embedded
    return MemoryCallerCache() if alone else NoCallerCache()


def _lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        idle=timedelta(seconds=settings.refresh_ttl), absolute=timedelta(seconds=settings.session_max_age)
    )


def _role_choices(settings: Settings) -> RoleChoices:
    return RoleChoices(hmac.digest(settings.secret_key.encode(), b"atg:roles", "sha256"))


def _link_tokens(settings: Settings) -> LinkTokens:
    return LinkTokens(hmac.digest(settings.secret_key.encode(), b"atg:links", "sha256"))


def _link_urls(settings: Settings) -> Mapping[Purpose, str]:
    """Where the links lead that are mailed."""
    paths = {
        Purpose.CONFIRM_EMAIL: "email/confirm",
        Purpose.CHANGE_EMAIL: "email/confirm",
        Purpose.RESET_PASSWORD: "password/reset",
        Purpose.REVOKE_SESSION: "sessions/revoke",
    }
    return {purpose: f"{settings.base_url}/auth/{path}" for purpose, path in paths.items()}


def _stream_url(settings: Settings) -> Callable[[str], str]:
    return lambda key: f"{settings.base_url}/files/stream/{quote(key)}"


class Identity(Files):
    open_identity = providers.Singleton(Database.opening, Shared.database, SqlIdentity, shared=True)
    callers = providers.Singleton(SqlCallers, Shared.database)
    caller_cache = providers.Singleton(_caller_cache, Shared.settings, Shared.redis)
    passwords = providers.Singleton(HashedPasswords)
    tokens = providers.Singleton(
        JwtTokens, Shared.settings.provided.signing_keys, access_ttl=Shared.settings.provided.access_ttl
    )
    lifetime = providers.Singleton(_lifetime, Shared.settings)
    sign_in_throttle = providers.Singleton(SqlThrottle, Shared.database, Shared.clock)
    sign_in_places = providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE)
    hashing_gate = providers.Singleton(asyncio.Semaphore, HASHES_AT_ONCE + 1)
    link_tokens = providers.Singleton(_link_tokens, Shared.settings)
    send_link = providers.Singleton(
        SendLink, jobs=Shared.jobs, tokens=link_tokens, clock=Shared.clock, new_id=Shared.new_id
    )
    begin_session = providers.Singleton(
        BeginSession, send_link=send_link, tokens=tokens, lifetime=lifetime, clock=Shared.clock, new_id=Shared.new_id
    )
    sign_in = providers.Singleton(
        SignIn,
        throttle=sign_in_throttle,
        gate=hashing_gate,
        open=open_identity,
        passwords=passwords,
        begin=begin_session,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    role_choices = providers.Singleton(_role_choices, Shared.settings)
    open_account = providers.Singleton(OpenAccount, send_link=send_link, clock=Shared.clock, new_id=Shared.new_id)
    enter = providers.Singleton(
        Enter,
        sign_in=sign_in,
        open_account=open_account,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
    )
    oauth_attempts = providers.Singleton(oauth_attempts, Shared.settings)
    oauth_providers = providers.Singleton(oauth_providers, Shared.settings, Shared.clock, Shared.opened)
    begin_oauth = providers.Singleton(
        BeginOAuth, providers=oauth_providers, attempts=oauth_attempts, clock=Shared.clock
    )
    finish_oauth = providers.Singleton(
        FinishOAuth,
        providers=oauth_providers,
        attempts=oauth_attempts,
        throttle=sign_in_throttle,
        open=open_identity,
        join=providers.Singleton(JoinIdentity, open_account=open_account, clock=Shared.clock, new_id=Shared.new_id),
        begin=begin_session,
        cache=caller_cache,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    refresh = providers.Singleton(
        Refresh,
        throttle=Shared.throttle,
        open=open_identity,
        tokens=tokens,
        cache=caller_cache,
        lifetime=lifetime,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    sign_out = providers.Singleton(
        SignOut, open=open_identity, tokens=tokens, cache=caller_cache, clock=Shared.clock, new_id=Shared.new_id
    )
    end_sessions = providers.Singleton(
        EndSessions, open=open_identity, cache=caller_cache, clock=Shared.clock, new_id=Shared.new_id
    )
    deny_session = providers.Singleton(
        DenySession,
        open=open_identity,
        cache=caller_cache,
        send_link=send_link,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    require_password = providers.Singleton(
        RequirePassword, open=open_identity, passwords=passwords, throttle=sign_in_throttle
    )
    change_email = providers.Singleton(
        ChangeEmail,
        open=open_identity,
        require_password=require_password,
        throttle=sign_in_throttle,
        send_link=send_link,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    audit_trail = providers.Singleton(SqlAuditTrail, Shared.database)
    open_audit_seals = providers.Singleton(Database.opening, Shared.database, SqlAuditSeals)
    seal_audit = providers.Singleton(SealAudit, open=open_audit_seals, clock=Shared.clock)
    verify_audit = providers.Singleton(VerifyAudit, trail=audit_trail)
    confirm_account_email = providers.Singleton(
        ConfirmAccountEmail, open=open_identity, cache=caller_cache, clock=Shared.clock, new_id=Shared.new_id
    )
    forgot_password = providers.Singleton(ForgotPassword, throttle=sign_in_throttle, jobs=Shared.jobs)
    reset_password = providers.Singleton(
        ResetPassword,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        gate=hashing_gate,
        cache=caller_cache,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    change_password = providers.Singleton(
        ChangePassword,
        require_password=require_password,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    authenticate = providers.Singleton(
        Authenticate, callers=callers, cache=caller_cache, tokens=tokens, clock=Shared.clock
    )
    change_profile = providers.Singleton(ChangeProfile, open=open_identity, cache=caller_cache, clock=Shared.clock)
    administer_users = providers.Singleton(
        AdministerUsers,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        cache=caller_cache,
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    create_admin = providers.Singleton(
        CreateAdmin,
        open=open_identity,
        passwords=passwords,
        common_passwords=providers.Callable(common_passwords),
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
    mail_password_reset = providers.Singleton(
        MailPasswordReset, open=open_identity, send_link=send_link, clock=Shared.clock, new_id=Shared.new_id
    )
    send_account_mail = providers.Singleton(
        SendAccountMail,
        open=open_identity,
        callers=callers,
        mail=Shared.mail,
        templates=Shared.templates,
        tokens=link_tokens,
        urls=providers.Singleton(_link_urls, Shared.settings),
        timezone=Shared.settings.provided.zone,
        clock=Shared.clock,
    )
    change_avatar = providers.Singleton(
        ChangeAvatar,
        open=open_identity,
        cache=caller_cache,
        pictures=Files.object_store,
        recognise=providers.Object(recognise),
        url_of=providers.Singleton(_stream_url, Shared.settings),
        clock=Shared.clock,
        new_id=Shared.new_id,
    )
