"""The restricted PostgreSQL role of `SECURITY.md`."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.exc import ProgrammingError

from atg_adapters.sql import schema
from atg_core.identity.model import Device
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.people import PASSWORD, add_person

SECURITY = Path(__file__).parents[2] / "SECURITY.md"


@pytest.fixture
def service_url(postgres_url: str) -> Iterator[str]:
    """A migrated database, for a role that was made by the statements of the document."""
    [statements] = re.findall(r"```sql\n(.+?)```", SECURITY.read_text(encoding="utf-8"), re.DOTALL)
    role, password = f"atg_test_{uuid4().hex[:12]}", uuid4().hex
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(statements.replace("atg_service", role))
        owner.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        try:
            parts = urlsplit(postgres_url)
            yield urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))
        finally:
            owner.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


async def test_a_role_that_owns_nothing_serves_and_can_not_change_the_trail(service_url: str) -> None:
    """Z7: it signs in, does jobs and seals; UPDATE and DELETE are not its to do."""
    container = create_container(Settings(database_url=service_url, secret_key=SECRET, auto_migrate=False))
    assert await schema.differences(container.database()) == []
    await add_person(container, "anna", email="anna@example.com")
    await container.sign_in()("anna", PASSWORD, Device(ip_address="192.0.2.7", user_agent="tests"))
    await container.jobs().enqueue("seal_audit", {})
    await container.jobs().run(container.work(), until_idle=True)
    assert (await container.verify_audit()()).sealed == 1
    for statement in ("UPDATE audit_events SET user_agent = ''", "DELETE FROM audit_seals", "TRUNCATE audit_events"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with container.database().transaction() as connection:
                await connection.execute(sa.text(statement))
    await close(container)
