"""Validation of settings."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

from atg_core.files.keys import InvalidKey, checked_prefix
from atg_core.identity.frontend_addresses import AddressNotAllowed, FrontendAddress
from atg_entrypoints.mail_settings import smtp_server
from atg_entrypoints.settings import Settings, variable_of
from atg_entrypoints.telegram_settings import CHECKS

_SECRET_BYTES = 32
_HERE = ("127.0.0.1", "::1", "localhost")
_DATABASES = ("sqlite", "postgresql", "postgres")
_WEAK = ("change", "secret", "password", "example", "default", "0123456789", "aaaaaaaa")


class SettingsError(Exception):
    """An environment variable is missing or invalid; the message names it."""


def check(settings: Settings) -> None:
    """Raises SettingsError for invalid or inconsistent settings, and for weak secrets in production."""
    _check_secret("ATG_SECRET_KEY", settings.secret_key, settings)
    for kid, key in settings.signing_keys.items():
        if not kid:
            raise SettingsError("ATG_JWT_KEYS: needs the form kid:secret,kid:secret")
        if settings.jwt_keys:
            _check_secret(f"ATG_JWT_KEYS: the key {kid}", key.decode(), settings)
    _check_addresses(settings)
    if settings.in_memory and settings.workers > 1:
        raise SettingsError("ATG_WORKERS: only one process can serve what is kept in its memory")
    for sealing in settings.credentials_keys if settings.credentials_key else ():
        _check_secret("ATG_CREDENTIALS_KEY", sealing, settings)
    _check_tokens(settings)
    if bool(settings.admin_username) != bool(settings.admin_password):
        raise SettingsError("ATG_ADMIN_USERNAME, ATG_ADMIN_PASSWORD: one needs the other")
    if "*" in settings.cors_origins and settings.cors_allow_credentials:
        raise SettingsError("ATG_CORS_ALLOW_CREDENTIALS: not with ATG_CORS_ORIGINS=*")
    _check_files(settings)
    _check_watchers(settings)
    _check_mail(settings)
    _check_telegram(settings)
    _check_oauth(settings)
    try:
        settings.zone  # noqa: B018
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"ATG_TIMEZONE: there is no time zone {settings.timezone}") from None


def _check_tokens(settings: Settings) -> None:
    for token in settings.service_tokens:
        _check_secret("ATG_SERVICE_TOKENS", token, settings)
    if settings.metrics_token:
        _check_secret("ATG_METRICS_TOKEN", settings.metrics_token, settings)


def _check_addresses(settings: Settings) -> None:
    if not settings.in_memory and _scheme("ATG_DATABASE_URL", settings.database) not in _DATABASES:
        raise SettingsError("ATG_DATABASE_URL: begins with neither postgresql:// nor sqlite://")
    if settings.redis_url and _scheme("ATG_REDIS_URL", settings.redis_url) not in {"redis", "rediss", "unix"}:
        raise SettingsError("ATG_REDIS_URL: begins with neither redis:// nor rediss://")
    if settings.s3_endpoint and not (settings.s3_access_key and settings.s3_secret_key and settings.s3_bucket):
        raise SettingsError("ATG_S3_ENDPOINT: needs ATG_S3_ACCESS_KEY, ATG_S3_SECRET_KEY and ATG_S3_BUCKET")


def _check_watchers(settings: Settings) -> None:
    for name in ("otel_exporter_otlp_endpoint", "sentry_dsn"):
        value = getattr(settings, name)
        if value and (_scheme(variable_of(name), value) not in {"http", "https"} or not urlsplit(value).hostname):
            raise SettingsError(f"{variable_of(name)}: is no URL that begins with http:// or https://")
    if settings.sentry_dsn and not (urlsplit(settings.sentry_dsn).username and settings.sentry_dsn.rsplit("/")[-1]):
        raise SettingsError("SENTRY_DSN: needs the form https://key@host/project")


def _check_files(settings: Settings) -> None:
    if settings.public_url and _scheme("ATG_PUBLIC_URL", settings.public_url) not in {"http", "https"}:
        raise SettingsError("ATG_PUBLIC_URL: begins with neither http:// nor https://")
    if settings.accel_redirect and not (
        settings.accel_redirect.startswith("/") and settings.accel_redirect.endswith("/")
    ):
        raise SettingsError("ATG_ACCEL_REDIRECT: begins and ends with a slash, such as /_files/")
    for prefix in settings.public_prefixes:
        try:
            known = checked_prefix(prefix) == prefix
        except InvalidKey:
            known = False
        if not known:
            raise SettingsError(f"ATG_PUBLIC_PREFIXES: {prefix!r} is no prefix of keys that ends in a slash")


def _check_mail(settings: Settings) -> None:
    try:
        settings.mail_sender  # noqa: B018
    except ValueError as error:
        raise SettingsError(f"ATG_MAIL_FROM: {error}") from None
    try:
        if settings.smtp_url:
            smtp_server(settings.smtp_url)
    except ValueError as error:
        raise SettingsError(f"ATG_SMTP_URL: {error}") from None


def _check_telegram(settings: Settings) -> None:
    for name in ("zoom_oauth_url", "zoom_api_url"):
        if _scheme(variable_of(name), getattr(settings, name)) not in {"http", "https"}:
            raise SettingsError(f"{variable_of(name)}: begins with neither http:// nor https://")
    for name, check in CHECKS.items():
        try:
            if value := getattr(settings, name):
                check(value)
        except ValueError as error:
            raise SettingsError(f"{variable_of(name)}: {error}") from None
    if settings.telegram_webhook_secret:
        _refuse_examples(variable_of("telegram_webhook_secret"), settings.telegram_webhook_secret, settings)


def _check_oauth(settings: Settings) -> None:
    """OAuth servers need TLS, except on this machine."""
    for name in ("vk_id_url", "yandex_oauth_url", "yandex_login_url"):
        url = getattr(settings, name)
        scheme, host = _scheme(variable_of(name), url), urlsplit(url).hostname
        if not host or not (scheme == "https" or (scheme == "http" and host in _HERE)):
            raise SettingsError(f"{variable_of(name)}: does not begin with https://")
    for url in settings.oauth_return_urls:
        _check_return_url(url, settings)


def _check_return_url(url: str, settings: Settings) -> None:
    """A code goes there, which a page without TLS shows to everybody on the way."""
    try:
        address = FrontendAddress.parsed(url)
    except AddressNotAllowed:
        address = None
    if address is None or "?" in url:
        raise SettingsError(
            f"ATG_OAUTH_RETURN_URLS: {url!r} is no address such as https://edu.example.com/signed-in, in small letters"
        )
    if address.scheme == "http" and settings.env == "production" and address.host.strip("[]") not in _HERE:
        raise SettingsError(f"ATG_OAUTH_RETURN_URLS: {url!r} does not begin with https://")


def _scheme(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018
    except ValueError:  # whose message may hold a part of the password
        raise SettingsError(f"{name}: is no URL; in a password, write other characters than letters as %XX") from None
    return parts.scheme


def _check_secret(name: str, secret: str, settings: Settings) -> None:
    """Refuses short secrets, and in production those copied from examples."""
    if len(secret.encode()) < _SECRET_BYTES:
        raise SettingsError(f"{name}: is missing or shorter than {_SECRET_BYTES} bytes")
    _refuse_examples(name, secret, settings)


def _refuse_examples(name: str, secret: str, settings: Settings) -> None:
    if settings.env == "production" and (len(set(secret)) < 10 or any(word in secret.lower() for word in _WEAK)):
        raise SettingsError(f"{name}: looks like an example; make one, such as with `openssl rand -base64 48`")
