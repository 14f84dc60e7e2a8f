"""Text in any case over each database, and over a PostgreSQL that knows the case of ASCII letters alone."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from tests.contracts.databases import over_each_database
from tests.contracts.http_any_case import HttpAnyCaseContract
from tests.kept_postgres import administer
from tests.servers import with_database


@over_each_database
class TestAnyCase(HttpAnyCaseContract):
    pass


@pytest.fixture(scope="module")
def template_of_c(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty database that others are copied from."""
    with _made(postgres_server, "template0", "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'") as name:
        asyncio.run(_migrate(with_database(postgres_server, name)))
        yield name


@contextmanager
def _made(server: str, template: str, rest: str = "") -> Iterator[str]:
    name = f"atg_test_{uuid4().hex[:12]}"
    administer(server, f"CREATE DATABASE {{}} TEMPLATE {{}} {rest}", name, template)
    yield name
    administer(server, "DROP DATABASE {} WITH (FORCE)", name)


async def _migrate(url: str) -> None:
    database = Database(url)
    await schema.migrate(database)
    await database.close()


class TestAnyCaseWithLocaleC(HttpAnyCaseContract):
    @pytest.fixture
    def stocked_url(self, postgres_server: str, template_of_c: str) -> Iterator[str]:
        """Empty."""
        with _made(postgres_server, template_of_c) as name:
            yield with_database(postgres_server, name)
