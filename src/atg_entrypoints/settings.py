"""Every setting, read once from the environment (spec: README, Settings)."""

import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from msgspec import Meta, Struct, ValidationError, convert, field

from atg_core.files.keys import InvalidKey, checked_prefix
from atg_core.files.media import UPLOAD_TYPES
from atg_core.mailing.addresses import Sender
from atg_entrypoints.mail_settings import nobody_at, smtp_server
from atg_entrypoints.telegram_settings import CHECKS

_SECRET_BYTES = 32
_DATABASES = ("sqlite", "postgresql", "postgres")
_LISTS = (
    *("cors_origins", "allowed_hosts", "trusted_proxies", "public_prefixes", "upload_types", "service_tokens"),
    "contexts",
)
_TELEGRAMS_OWN = ("telegram_bot_token", "telegram_webhook_secret")
_WEAK = ("change", "secret", "password", "example", "default", "0123456789", "aaaaaaaa")

type Bytes = Annotated[int, Meta(ge=1)]
type Seconds = Annotated[int, Meta(ge=1)]
Context = Literal["identity", "catalog", "learning", "files", "campaigns", "store"]
CONTEXTS: tuple[Context, ...] = get_args(Context)


class SettingsError(Exception):
    """A variable is missing or wrong; the message names it and says why."""


class Settings(Struct, frozen=True, kw_only=True):
    """The field `x` is the variable that `variable_of` names; lists are comma-separated."""

    env: Literal["development", "production"] = "development"
    home: str = "./var"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    database_url: str = ""
    redis_url: str = ""
    s3_endpoint: str = ""
    s3_public_endpoint: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_bucket: str = ""
    s3_region: str = "us-east-1"
    secret_key: str = ""
    jwt_keys: str = ""
    access_ttl: Seconds = 900
    refresh_ttl: Seconds = 1_209_600
    session_max_age: Seconds = 90 * 86_400
    cors_origins: list[str] = field(default_factory=list)
    cors_allow_credentials: bool = False
    allowed_hosts: list[str] = field(default_factory=list)
    trusted_proxies: list[str] = field(default_factory=list)
    admin_username: str = ""
    admin_password: str = ""
    service_tokens: list[str] = field(default_factory=list)
    smtp_url: str = ""
    mail_from: str = ""
    telegram_bot_token: str = ""
    telegram_webhook_secret: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    public_url: str = ""
    public_prefixes: list[str] = field(default_factory=lambda: ["stations/", "public/", "tex_kart/"])
    upload_types: list[str] = field(default_factory=lambda: list(UPLOAD_TYPES))
    upload_max_bytes: Bytes = 5 * 1024**3
    upload_quota_bytes: Bytes = 10 * 1024**3
    files_require_enrollment: bool = False
    accel_redirect: str = ""
    rate_limit: Annotated[int, Meta(ge=0)] = 1200
    timezone: str = "UTC"
    job_lease: Seconds = 60
    drain_seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    auto_migrate: bool = True
    contexts: list[Context] = field(default_factory=lambda: list(CONTEXTS))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def home_path(self) -> Path:
        return Path(self.home)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The database's URL; by default SQLite in the home folder. `memory://` keeps everything in the process."""
        return self.database_url or f"sqlite:///{self.home_path / 'atg.db'}"

    @property
    def base_url(self) -> str:
        """Where clients reach this service, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def mail_sender(self) -> Sender:
        return Sender.of(self.mail_from) if self.mail_from else nobody_at(self.base_url)

    @property
    def in_memory(self) -> bool:
        return self.database == "memory://"

    @property
    def is_embedded(self) -> bool:
        """Whether no server keeps the database, so that the processes that serve do the jobs as well."""
        return self.in_memory or self.database.startswith("sqlite")

    @property
    def signing_keys(self) -> dict[str, bytes]:
        """kid → secret; the first signs."""
        if not self.jwt_keys:
            return {"main": hmac.digest(self.secret_key.encode(), b"atg:jwt", "sha256")}
        pairs = (pair.partition(":") for pair in self.jwt_keys.split(","))
        return {kid.strip(): secret.strip().encode() for kid, _, secret in pairs}


def variable_of(name: str) -> str:
    """`ATG_X` for the field `x`; the bot's own are named as everywhere."""
    return name.upper() if name in _TELEGRAMS_OWN else f"ATG_{name.upper()}"


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: str | Path = ".env") -> Settings:
    """Settings of the environment, before that of the `.env` file.

    In development a missing secret is made and kept in the home folder. Raises SettingsError.
    """
    values = {**_of_file(dotenv), **(os.environ if environment is None else environment)}
    given = {name: value for name in Settings.__struct_fields__ if (value := values.get(variable_of(name)))}
    settings = _typed(given)
    if settings.env == "development" and not settings.secret_key:
        settings = _typed({**given, "secret_key": _kept_secret(settings.home_path)})
    _check(settings)
    if not settings.database_url:
        _make_home(settings.home_path)
    return settings


def _of_file(dotenv: str | Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv)
    except UnicodeDecodeError:
        raise SettingsError(f"{dotenv}: not UTF-8 text") from None


def _typed(given: Mapping[str, str]) -> Settings:
    typed: dict[str, object] = dict(given)
    for name in _LISTS:
        if name in given:
            typed[name] = [part.strip() for part in given[name].split(",") if part.strip()]
    try:
        return convert(typed, Settings, strict=False)
    except ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise SettingsError(f"{variable_of(path.rstrip('`'))}: {reason}") from None


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"ATG_HOME: {home}: {error.strerror}") from None


def _kept_secret(home: Path) -> str:
    _make_home(home)
    path = home / "secret.key"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _check(settings: Settings) -> None:
    _check_secret("ATG_SECRET_KEY", settings.secret_key, settings)
    for kid, key in settings.signing_keys.items():
        if not kid:
            raise SettingsError("ATG_JWT_KEYS: needs the form kid:secret,kid:secret")
        if settings.jwt_keys:
            _check_secret(f"ATG_JWT_KEYS: the key {kid}", key.decode(), settings)
    _check_addresses(settings)
    if settings.in_memory and settings.workers > 1:
        raise SettingsError("ATG_WORKERS: only one process can serve what is kept in its memory")
    for token in settings.service_tokens:
        _check_secret("ATG_SERVICE_TOKENS", token, settings)
    if bool(settings.admin_username) != bool(settings.admin_password):
        raise SettingsError("ATG_ADMIN_USERNAME, ATG_ADMIN_PASSWORD: one needs the other")
    if "*" in settings.cors_origins and settings.cors_allow_credentials:
        raise SettingsError("ATG_CORS_ALLOW_CREDENTIALS: not with ATG_CORS_ORIGINS=*")
    _check_files(settings)
    _check_mail(settings)
    _check_telegram(settings)
    try:
        settings.zone  # noqa: B018
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"ATG_TIMEZONE: there is no time zone {settings.timezone}") from None


def _check_addresses(settings: Settings) -> None:
    if not settings.in_memory and _scheme("ATG_DATABASE_URL", settings.database) not in _DATABASES:
        raise SettingsError("ATG_DATABASE_URL: begins with neither postgresql:// nor sqlite://")
    if settings.redis_url and _scheme("ATG_REDIS_URL", settings.redis_url) not in {"redis", "rediss", "unix"}:
        raise SettingsError("ATG_REDIS_URL: begins with neither redis:// nor rediss://")
    if settings.s3_endpoint and not (settings.s3_access_key and settings.s3_secret_key and settings.s3_bucket):
        raise SettingsError("ATG_S3_ENDPOINT: needs ATG_S3_ACCESS_KEY, ATG_S3_SECRET_KEY and ATG_S3_BUCKET")


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
    for name, check in CHECKS.items():
        try:
            if value := getattr(settings, name):
                check(value)
        except ValueError as error:
            raise SettingsError(f"{variable_of(name)}: {error}") from None
    if settings.telegram_webhook_secret:
        _refuse_examples(variable_of("telegram_webhook_secret"), settings.telegram_webhook_secret, settings)


def _scheme(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018
    except ValueError:  # whose message may hold a part of the password
        raise SettingsError(f"{name}: is no URL; in a password, write other characters than letters as %XX") from None
    return parts.scheme


def _check_secret(name: str, secret: str, settings: Settings) -> None:
    """Refuses what is short or was copied from an example; in development only what is short."""
    if len(secret.encode()) < _SECRET_BYTES:
        raise SettingsError(f"{name}: is missing or shorter than {_SECRET_BYTES} bytes")
    _refuse_examples(name, secret, settings)


def _refuse_examples(name: str, secret: str, settings: Settings) -> None:
    if settings.env == "production" and (len(set(secret)) < 10 or any(word in secret.lower() for word in _WEAK)):
        raise SettingsError(f"{name}: looks like an example; make one, such as with `openssl rand -base64 48`")
