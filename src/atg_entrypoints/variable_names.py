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
    "POSTGRES_": "database_url",
    "MINIO_": "s3_endpoint",
    "MINIO_PUBLIC_": "s3_public_endpoint",
    "MINIO_ACCESS_KEY": "s3_access_key",
    "MINIO_ROOT_USER": "s3_access_key",
    "MINIO_SECRET_KEY": "s3_secret_key",
    "MINIO_ROOT_PASSWORD": "s3_secret_key",
    "MINIO_BUCKET": "s3_bucket",
    "MINIO_REGION": "s3_region",
    "JWT_": "jwt_keys",
    "JWT_EXPIRES": "access_ttl",
    "JWT_ACCESS_": "access_ttl",
    "JWT_REFRESH_": "refresh_ttl",
    "EMAIL_": "smtp_url",
    "EMAIL_FROM": "mail_from",
    "ADMIN_": "admin_username",
    "ADMIN_PASSWORD": "admin_password",
    "CORS_": "cors_origins",
    "CORS_ALLOW_CREDENTIALS": "cors_allow_credentials",
}
"""How their variables begin, with the field that is meant; the longest beginning counts."""
_OTHER_OWN = ("ATG_TEST_", "ATG_BENCH_")


def unread(environment: Mapping[str, str | None]) -> Iterator[tuple[str, str | None]]:
    """Variables that nothing reads, each with the one that was probably meant; None if none is near.

    Those of other stacks only while ours is not set: they may be there for a server beside this service.
    """
    ours = {variable_of(name): name for name in Settings.__struct_fields__}
    known = {*ours, *OTHER_NAMES.values()}
    for name in sorted(environment):
        if name.startswith("ATG_") and name not in known and not name.startswith(_OTHER_OWN):
            yield name, next(iter(get_close_matches(name, known, 1)), None)
    for name in sorted(environment):
        beginnings = [beginning for beginning in _OF_OTHER_STACKS if name.startswith(beginning)]
        if beginnings and environment[name]:
            field = _OF_OTHER_STACKS[max(beginnings, key=len)]
            if not any(environment.get(each) for each in (variable_of(field), OTHER_NAMES.get(field, ""))):
                yield name, variable_of(field)
