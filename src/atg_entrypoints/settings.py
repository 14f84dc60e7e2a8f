"""Every setting, read once from the environment (spec: README, Settings)."""

import hmac
import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from msgspec import Meta, Struct, ValidationError, convert, field

from atg_core.files.media import UPLOAD_TYPES
from atg_core.mailing.addresses import Sender
from atg_entrypoints.mail_settings import nobody_at
from atg_entrypoints.settings_checks import SettingsError, check, variable_of

_LISTS = (
    *("cors_origins", "allowed_hosts", "trusted_proxies", "public_prefixes", "upload_types", "service_tokens"),
    "contexts",
)

type Bytes = Annotated[int, Meta(ge=1)]
type Seconds = Annotated[int, Meta(ge=1)]
Context = Literal[
    "identity",
    "catalog",
    "learning",
    "files",
    "campaigns",
    "store",
    "schedule",
    "conferencing",
    "homework",
    "gradebook",
]
CONTEXTS: tuple[Context, ...] = get_args(Context)


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
    require_verified_email: bool = False
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
    vk_client_id: str = ""
    vk_client_secret: str = ""
    vk_id_url: str = "https://id.vk.com"
    yandex_client_id: str = ""
    yandex_client_secret: str = ""
    yandex_oauth_url: str = "https://oauth.yandex.ru"
    yandex_login_url: str = "https://login.yandex.ru"
    credentials_key: str = ""
    zoom_webhook_secret: str = ""
    zoom_oauth_url: str = "https://zoom.us"
    zoom_api_url: str = "https://api.zoom.us/v2"
    term_start: date | None = None
    start_early_minutes: Annotated[int, Meta(ge=0, le=1440)] = 15
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
    def credentials_keys(self) -> list[str]:
        """The first seals stored credentials, all of them open."""
        if not self.credentials_key:
            return [hmac.digest(self.secret_key.encode(), b"atg:credentials", "sha256").hex()]
        return [key.strip() for key in self.credentials_key.split(",")]

    @property
    def zoom_webhook_secrets(self) -> list[str]:
        """Of each app that sends events."""
        return [secret.strip() for secret in self.zoom_webhook_secret.split(",") if secret.strip()]

    @property
    def start_early(self) -> timedelta:
        return timedelta(minutes=self.start_early_minutes)

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


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: str | Path = ".env") -> Settings:
    """Settings of the environment, before that of the `.env` file.

    In development a missing secret is made and kept in the home folder. Raises SettingsError.
    """
    values = {**_of_file(dotenv), **(os.environ if environment is None else environment)}
    given = {name: value for name in Settings.__struct_fields__ if (value := values.get(variable_of(name)))}
    settings = _typed(given)
    if settings.env == "development" and not settings.secret_key:
        settings = _typed({**given, "secret_key": _kept_secret(settings.home_path)})
    check(settings)
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
