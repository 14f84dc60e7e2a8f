"""The existing database, with rows of every kind, and the command that adopts it."""

from collections.abc import Iterator
from typing import Any

import bcrypt
import psycopg
import pytest
from psycopg.rows import dict_row

from atg_entrypoints.settings import Settings
from tests import existing_schema as existing
from tests.databases import _copy_of
from tests.integration.command import Atg
from tests.servers import with_database


def bcrypt_hash(prefix: str = "2y") -> str:
    return f"${prefix}" + bcrypt.hashpw(existing.BCRYPT_PASSWORD.encode(), bcrypt.gensalt(4)).decode()[3:]


ARGON2 = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$9dKQx8GvTNCrUSDJyZ3mtQ"


@pytest.fixture
def existing_url(postgres_server: str) -> Iterator[str]:
    with _copy_of(postgres_server, None) as name:
        yield with_database(postgres_server, name)


@pytest.fixture
def there(existing_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """The existing database, with rows of every kind."""
    with psycopg.connect(existing_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute(existing.SCHEMA)
        connection.execute(existing.ROWS.format(bcrypt=bcrypt_hash(), argon2=ARGON2))
        yield connection


@pytest.fixture
def atg(settings: Settings, tmp_path) -> Atg:
    return Atg(settings.database_url, tmp_path)
