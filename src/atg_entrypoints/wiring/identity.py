"""Identity: the ways in, sessions, accounts and the audit log."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dependency_injector import providers
from sqlalchemy.engine import make_url

from atg_adapters.fernet.vault import FernetSecretVault
from atg_adapters.media.detection import detect_media_type
from atg_adapters.memory.identity.caller_cache import Invalidations, MemoryCallerCache, NoCallerCache
from atg_adapters.passwords.hashing import HASHES_AT_ONCE, PwdlibPasswords
from atg_adapters.passwords.strength import ZxcvbnStrength
from atg_adapters.sql.attempts import SqlAttemptLimiter
from atg_adapters.sql.identity.audit import SqlAuditLog, SqlAuditSeals
from atg_adapters.sql.identity.users import SqlCallers, SqlIdentity
from atg_core.concurrency_limit import ConcurrencyLimit
from atg_core.identity.account_emails import DeleteExpiredEmailTokens, QueueAccountEmail, SendAccountEmail
from atg_core.identity.accounts import CreateAdmin
from atg_core.identity.admission import AdmitUser
from atg_core.identity.audit_chain import CheckAudit, SealAudit, VerifyAudit
from atg_core.identity.authentication import Authenticate
from atg_core.identity.avatar import ChangeAvatar
from atg_core.identity.email_change import ChangeEmail
from atg_core.identity.email_change import ConfirmEmail as ConfirmAccountEmail
from atg_core.identity.email_tokens import EmailTokenSigner, Purpose
from atg_core.identity.enter import Enter, OpenAccount, RoleChoices
from atg_core.identity.frontend_addresses import ReturnAddresses
from atg_core.identity.invited_accounts import AdmitInvited
from atg_core.identity.model import Role, SessionLifetime
from atg_core.identity.oauth import FinishOAuth, LinkIdentity, StartOAuth
from atg_core.identity.oauth_exchange import ExchangeOAuthCode
from atg_core.identity.oauth_providers import AuthorizationRequests
from atg_core.identity.password_policy import RequireStrongPassword
from atg_core.identity.password_reset import ForgotPassword, MailPasswordReset, ResetPassword
from atg_core.identity.ports import CallerCache, Tokens
from atg_core.identity.profile import ChangeProfile
from atg_core.identity.second_factor import Totp
from atg_core.identity.second_factor_codes import LimitCodes, ResealSecondFactors, VerifyCode
from atg_core.identity.second_factor_setup import (
    ConfirmSecondFactor,
    Reauthenticate,
    RemoveSecondFactor,
    SetUpSecondFactor,
)
from atg_core.identity.second_factor_sign_in import CompleteSignIn, TryTicket
from atg_core.identity.session_start import BeginSession
from atg_core.identity.sessions import ChangePassword, DenySession, EndSessions, RequirePassword
from atg_core.identity.sign_in import Refresh, SignIn, SignOut
from atg_core.identity.user_administration import AdministerUsers
from atg_core.nearest import RequireKnown
from atg_entrypoints.settings import Settings
from atg_entrypoints.wiring.files import Files
from atg_entrypoints.wiring.oauth import oauth_providers
from atg_entrypoints.wiring.shared import Shared, derived_key, reading, unit_of_work
from atg_entrypoints.wiring.use_cases import use_case

if TYPE_CHECKING:
    from atg_adapters.redis.client import Client


def _caller_cache(settings: Settings, redis: "Client | None") -> CallerCache:
    """What a process remembers by itself is right only where no other process serves."""
    if redis is not None:
        from atg_adapters.redis.caller_cache import RedisCallerCache  # noqa: PLC0415 - the same

        return RedisCallerCache(redis)
    if not settings.is_embedded:
        return NoCallerCache()
    invalidations = None if settings.in_memory else Invalidations(_beside_database(settings, "invalidations"))
    return MemoryCallerCache(invalidations) if settings.workers == 1 else NoCallerCache(invalidations)


def _beside_database(settings: Settings, suffix: str) -> Path:
    return Path(f"{make_url(settings.database).database}-{suffix}")


def _tokens(keys: dict[str, bytes], *, access_ttl: int) -> Tokens:
    """Imported here: the library of JWT brings a large one for keys that we do not use."""
    from atg_adapters.jwt.tokens import JwtTokens  # noqa: PLC0415

    return JwtTokens(keys, access_ttl=access_ttl)


def _lifetime(settings: Settings) -> SessionLifetime:
    return SessionLifetime(
        idle=timedelta(seconds=settings.refresh_ttl), absolute=timedelta(seconds=settings.session_max_age)
    )


def _enter_roles(settings: Settings) -> frozenset[Role]:
    return frozenset(map(Role, settings.enter_roles))


def _link_urls(settings: Settings) -> Mapping[Purpose, str]:
    """Where the links lead that are mailed."""
    paths = {
        Purpose.CONFIRM_EMAIL: "email/confirm",
        Purpose.CHANGE_EMAIL: "email/confirm",
        Purpose.RESET_PASSWORD: "password/reset",
        Purpose.REVOKE_SESSION: "sessions/revoke",
    }
    return {purpose: f"{settings.base_url}/auth/{path}" for purpose, path in paths.items()}


def _totp() -> Totp:
    """Imported here: few processes verify codes."""
    from atg_adapters.totp.codes import PyotpTotp  # noqa: PLC0415

    return PyotpTotp()


def _stream_url(settings: Settings) -> Callable[[str], str]:
    return lambda key: f"{settings.base_url}/files/stream/{quote(key)}"


class Identity(Files):
    open_identity = unit_of_work(SqlIdentity, shared=True)
    callers = reading(SqlCallers)
    require_known = use_case(RequireKnown, known_names=callers)
    caller_cache = providers.Singleton(_caller_cache, Shared.settings, Shared.redis)
    passwords = providers.Singleton(PwdlibPasswords)
    password_strength = providers.Singleton(ZxcvbnStrength)
    require_strong_password = use_case(RequireStrongPassword)
    tokens = providers.Singleton(
        _tokens, Shared.settings.provided.signing_keys, access_ttl=Shared.settings.provided.access_ttl
    )
    session_lifetime = providers.Singleton(_lifetime, Shared.settings)
    sign_in_rate_limiter = providers.Singleton(SqlAttemptLimiter, Shared.database, Shared.clock)
    sign_in_concurrency_limit = providers.Singleton(ConcurrencyLimit, HASHES_AT_ONCE)
    hashing_limit = providers.Singleton(ConcurrencyLimit, HASHES_AT_ONCE + 1)
    email_token_signer = providers.Singleton(EmailTokenSigner, derived_key("links"))
    queue_account_email = use_case(QueueAccountEmail)
    begin_session = use_case(BeginSession)
    second_factor_roles = Shared.settings.provided.require_second_factor
    admit_user = use_case(AdmitUser)
    totp = providers.Singleton(_totp)
    secret_vault = providers.Singleton(FernetSecretVault, Shared.settings.provided.credentials_keys)
    try_ticket = use_case(TryTicket, open=open_identity)
    limit_codes = use_case(LimitCodes, open=open_identity)
    verify_code = use_case(VerifyCode)
    complete_sign_in = use_case(CompleteSignIn, open=open_identity)
    reseal_second_factors = use_case(ResealSecondFactors, open=open_identity)
    sign_in = use_case(SignIn, open=open_identity)
    enter_roles = providers.Singleton(_enter_roles, Shared.settings)
    role_choices = providers.Singleton(RoleChoices, derived_key("roles"), enter_roles)
    open_account = use_case(OpenAccount)
    enter = use_case(Enter, open=open_identity)
    admit_invited = use_case(AdmitInvited, open=open_identity)
    authorization_requests = providers.Singleton(AuthorizationRequests, derived_key("oauth"))
    oauth_providers = providers.Singleton(oauth_providers, Shared.settings, Shared.clock, Shared.opened)
    return_addresses = providers.Singleton(ReturnAddresses.of, Shared.settings.provided.oauth_return_urls)
    start_oauth = use_case(StartOAuth)
    link_identity = use_case(LinkIdentity)
    finish_oauth = use_case(FinishOAuth, open=open_identity)
    exchange_oauth_code = use_case(ExchangeOAuthCode, open=open_identity)
    refresh = use_case(Refresh, open=open_identity)
    sign_out = use_case(SignOut, open=open_identity)
    end_sessions = use_case(EndSessions, open=open_identity)
    deny_session = use_case(DenySession, open=open_identity)
    require_password = use_case(RequirePassword, open=open_identity)
    reauthenticate = use_case(Reauthenticate, open=open_identity)
    set_up_second_factor = use_case(SetUpSecondFactor, open=open_identity)
    confirm_second_factor = use_case(ConfirmSecondFactor, open=open_identity)
    remove_second_factor = use_case(RemoveSecondFactor, open=open_identity)
    change_email = use_case(ChangeEmail, open=open_identity)
    audit_log = reading(SqlAuditLog)
    open_audit_seals = unit_of_work(SqlAuditSeals)
    seal_audit = use_case(SealAudit, open=open_audit_seals)
    verify_audit = use_case(VerifyAudit)
    check_audit = use_case(CheckAudit)
    confirm_account_email = use_case(ConfirmAccountEmail, open=open_identity)
    forgot_password = use_case(ForgotPassword)
    reset_password = use_case(ResetPassword, open=open_identity)
    change_password = use_case(ChangePassword, open=open_identity)
    authenticate = use_case(Authenticate)
    change_profile = use_case(ChangeProfile, open=open_identity)
    administer_users = use_case(AdministerUsers, open=open_identity)
    create_admin = use_case(CreateAdmin, open=open_identity)
    mail_password_reset = use_case(MailPasswordReset, open=open_identity)
    forget_mail_tokens = use_case(DeleteExpiredEmailTokens, open=open_identity)
    link_urls = providers.Singleton(_link_urls, Shared.settings)
    send_account_mail = use_case(SendAccountEmail, open=open_identity)
    change_avatar = use_case(
        ChangeAvatar,
        open=open_identity,
        detect_media_type=providers.Object(detect_media_type),
        url_of=providers.Singleton(_stream_url, Shared.settings),
    )
