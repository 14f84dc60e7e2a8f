"""Other names of environment variables: those that hosts set, and those that are told since nothing reads them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from atg_entrypoints.settings import Settings, variable_of

OTHER_NAMES = {
    "database_url": "DATABASE_URL",
    "redis_url": "REDIS_URL",
    "secret_key": "SECRET_KEY",
    "port": "PORT",
    **{
        f"{provider}_client_{part}": f"ATG_OAUTH_{provider.upper()}_CLIENT_{part.upper()}"
        for provider in ("vk", "yandex")
        for part in ("id", "secret")
    },
}
"""A second variable of a field, read where ours is absent (spec: README, Settings)."""

_OF_OTHER_STACKS = {
    "database_url": ("POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),
    "s3_endpoint": ("MINIO_ENDPOINT", "MINIO_HOST"),
    "s3_public_endpoint": ("MINIO_PUBLIC_URL", "MINIO_PUBLIC_ENDPOINT"),
    "s3_access_key": ("MINIO_ACCESS_KEY", "MINIO_ROOT_USER"),
    "s3_secret_key": ("MINIO_SECRET_KEY", "MINIO_ROOT_PASSWORD"),
    "s3_bucket": ("MINIO_BUCKET", "MINIO_BUCKET_NAME"),
    "jwt_keys": ("JWT_SECRET", "JWT_SECRET_KEY"),
    "access_ttl": ("JWT_EXPIRES_IN", "JWT_ACCESS_EXPIRES_IN"),
    "smtp_url": ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USER", "EMAIL_PASSWORD"),
    "mail_from": ("EMAIL_FROM",),
    "admin_username": ("ADMIN_USERNAME",),
    "admin_password": ("ADMIN_PASSWORD",),
    "cors_origins": ("CORS_ORIGIN", "CORS_ORIGINS", "CORS_ALLOWED_ORIGINS"),
}
_OTHER_OWN = ("ATG_TEST_", "ATG_BENCH_")


def unread(environment: Mapping[str, str | None]) -> Iterator[tuple[str, str | None]]:
    """Variables that nothing reads, each with the one that was probably meant; None if none is near."""
    ours = {variable_of(name): name for name in Settings.__struct_fields__}
    known = {*ours, *OTHER_NAMES.values()}
    for name in sorted(environment):
        if name.startswith("ATG_") and name not in known and not name.startswith(_OTHER_OWN):
            yield name, next(iter(get_close_matches(name, known, 1)), None)
    for field, names in _OF_OTHER_STACKS.items():
        read = {variable_of(field), OTHER_NAMES.get(field)}
        if read.isdisjoint(environment):
            yield from ((name, variable_of(field)) for name in names if environment.get(name))
