"""Every setting (spec: README, Settings)."""

import hmac
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from atg_core.files.media import UPLOAD_TYPES
from atg_core.identity.model import Role
from atg_core.mailing.addresses import Sender
from atg_core.schedule.model import LONGEST_LESSON
from atg_entrypoints.logs import LogFormat
from atg_entrypoints.mail_settings import default_sender

_WITHOUT_PREFIX = (
    *("telegram_bot_name", "telegram_bot_token", "telegram_webhook_secret", "zoom_webhook_secret"),
    *("otel_exporter_otlp_endpoint", "sentry_dsn"),
)

_PRODUCTION_DRAIN = 5

type Bytes = Annotated[int, Meta(ge=1)]
type Seconds = Annotated[int, Meta(ge=1)]
Context = Literal[
    "identity",
    "catalog",
    "learning",
    "files",
    "campaigns",
    "shop",
    "schedule",
    "conferencing",
    "homework",
    "gradebook",
    "notices",
]
CONTEXTS: tuple[Context, ...] = get_args(Context)


def variable_of(name: str) -> str:
    """The environment variable of a field: `ATG_X` for `x`; what others have named has no prefix."""
    return name.upper() if name in _WITHOUT_PREFIX else f"ATG_{name.upper()}"


class Settings(Struct, frozen=True, kw_only=True):
    """All settings; `variable_of` gives their environment variables. Lists are comma-separated."""

    env: Literal["development", "production"] = "development"
    home: str = "./var"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    worker_host: str = "127.0.0.1"
    worker_port: Annotated[int, Meta(ge=0, le=65535)] = 8001
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
    require_second_factor: list[Role] = field(default_factory=list)
    enter_roles: list[Literal["teacher", "student"]] = field(default_factory=lambda: ["teacher", "student"])
    cors_origins: list[str] = field(default_factory=list)
    cors_allow_credentials: bool = False
    allowed_hosts: list[str] = field(default_factory=list)
    trusted_proxies: list[str] = field(default_factory=list)
    admin_username: str = ""
    admin_password: str = ""
    service_tokens: list[str] = field(default_factory=list)
    metrics_token: str = ""
    promo_by_email: bool = True
    smtp_url: str = ""
    mail_from: str = ""
    telegram_bot_token: str = ""
    telegram_bot_name: str = ""
    telegram_webhook_secret: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    oauth_return_urls: list[str] = field(default_factory=list)
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
    pool_per_teacher: Annotated[int, Meta(ge=0)] = 1
    pool_starts_per_teacher: Annotated[int, Meta(ge=0)] = 20
    lesson_max_hours: Annotated[int, Meta(ge=0, le=24)] = 8
    public_url: str = ""
    public_prefixes: list[str] = field(default_factory=lambda: ["stations/", "public/", "tex_kart/", "models/"])
    upload_types: list[str] = field(default_factory=lambda: list(UPLOAD_TYPES))
    upload_max_bytes: Bytes = 5 * 1024**3
    upload_quota_bytes: Bytes = 10 * 1024**3
    files_require_enrollment: bool = False
    accel_redirect: str = ""
    rate_limit: Annotated[int, Meta(ge=0)] = 1200
    timezone: str = "UTC"
    job_lease: Seconds = 60
    drain_seconds: Annotated[int, Meta(ge=0, le=600)] | None = None
    auto_migrate: bool = True
    contexts: list[Context] = field(default_factory=lambda: list(CONTEXTS))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: LogFormat = "auto"
    otel_exporter_otlp_endpoint: str = ""
    sentry_dsn: str = ""

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
        """The public URL of this service, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def mail_sender(self) -> Sender:
        return Sender.of(self.mail_from) if self.mail_from else default_sender(self.base_url)

    @property
    def credentials_keys(self) -> list[str]:
        """The first encrypts stored credentials, all decrypt."""
        if not self.credentials_key:
            return [hmac.digest(self.secret_key.encode(), b"atg:credentials", "sha256").hex()]
        return [key.strip() for key in self.credentials_key.split(",")]

    @property
    def zoom_webhook_secrets(self) -> list[str]:
        """One for each app that sends webhooks."""
        return [secret.strip() for secret in self.zoom_webhook_secret.split(",") if secret.strip()]

    @property
    def start_early(self) -> timedelta:
        return timedelta(minutes=self.start_early_minutes)

    @property
    def longest_lesson(self) -> timedelta:
        return timedelta(hours=self.lesson_max_hours) if self.lesson_max_hours else LONGEST_LESSON

    @property
    def in_memory(self) -> bool:
        return self.database == "memory://"

    @property
    def is_embedded(self) -> bool:
        """Whether no database server is used, so that serving processes run the jobs."""
        return self.in_memory or self.database.startswith("sqlite")

    @property
    def drain(self) -> int:
        """Seconds; by default in production only, where a load balancer has to notice that this process is ending."""
        if self.drain_seconds is None:
            return _PRODUCTION_DRAIN if self.env == "production" else 0
        return self.drain_seconds

    @property
    def signing_keys(self) -> dict[str, bytes]:
        """kid → secret; the first signs, all verify."""
        if not self.jwt_keys:
            return {"main": hmac.digest(self.secret_key.encode(), b"atg:jwt", "sha256")}
        pairs = (pair.partition(":") for pair in self.jwt_keys.split(","))
        return {kid.strip(): secret.strip().encode() for kid, _, secret in pairs}
