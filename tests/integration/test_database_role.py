"""The roles of PostgreSQL that `deploy/postgres/roles.sql` makes: one owns the tables, the other serves."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from atg_adapters.sql import schema
from atg_core.identity.model import Device
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from atg_entrypoints.startup import prepare
from tests.conftest import SECRET, import_examples, optional
from tests.integration.command import Ran, run_atg
from tests.kept_postgres import administer
from tests.people import PASSWORD, add_person
from tests.servers import with_database

ROLES = Path(__file__).parents[2] / "deploy" / "postgres" / "roles.sql"


class Installation(NamedTuple):
    """The same database for the roles; `service` and `owner` are their names here."""

    service: str
    owner: str
    database_url: str

    def url_for(self, role: str) -> str:
        parts = urlsplit(self.database_url)
        return urlunsplit(parts._replace(netloc=f"{role}:secret@{parts.netloc.rpartition('@')[2]}"))


@pytest.fixture(scope="module")
def installation(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A database of its own, with the roles of the file under names of this test's own, migrated by the owner."""
    psql = shutil.which("psql")
    if psql is None:
        optional("postgres", "no psql is installed")
    name, home = f"atg_test_{uuid4().hex[:12]}", tmp_path_factory.mktemp("roles")
    here = Installation(f"{name}_service", f"{name}_owner", with_database(postgres_server, name))
    script = ROLES.read_text(encoding="utf-8").replace("atg_service", here.service).replace("atg_owner", here.owner)
    (home / "roles.sql").write_text(script, encoding="utf-8")
    administer(postgres_server, "CREATE DATABASE {}", name)
    try:
        passwords = {"POSTGRES_OWNER_PASSWORD": "secret", "POSTGRES_SERVICE_PASSWORD": "secret"}
        command = [psql, "--quiet", "--no-psqlrc", "--file", str(home / "roles.sql"), here.database_url]
        subprocess.run(command, env=os.environ | passwords, check=True, timeout=60)
        migrated = migrate(home, here, here.service)
        assert (migrated.returncode, migrated.stderr) == (0, "")
        yield here
    finally:
        administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)
        administer(postgres_server, "DROP ROLE {}, {}", here.service, here.owner)


def migrate(home: Path, here: Installation, role: str) -> Ran:
    settings = {"ATG_DATABASE_URL": here.url_for(here.owner), "ATG_SECRET_KEY": SECRET}
    return run_atg(home, "migrate", "--grant-to", role, **settings)


async def test_the_service_serves_imports_and_does_jobs_and_can_not_change_the_trail(
    installation: Installation, tmp_path: Path
) -> None:
    """Z7: also where it would migrate at its start, since there is nothing to do."""
    url = installation.url_for(installation.service)
    container = create_container(Settings(database_url=url, home=str(tmp_path), secret_key=SECRET))
    await prepare(container)
    assert await schema.differences(container.database()) == []
    await import_examples(container)
    await add_person(container, "anna", email="anna@example.com")
    await container.sign_in()("anna", PASSWORD, Device(ip_address="192.0.2.7", user_agent="tests"))
    await container.jobs().enqueue("seal_audit", {})
    await container.jobs().run(container.work(), until_idle=True)
    assert (await container.verify_audit()()).sealed >= 1
    for statement in (
        "UPDATE audit_events SET user_agent = ''",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_events",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER TABLE audit_events DISABLE TRIGGER USER",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            async with container.database().transaction() as connection:
                await connection.execute(sa.text(statement))
    await close(container)


def test_the_service_makes_a_backup_and_is_no_superuser(installation: Installation, tmp_path: Path) -> None:
    settings = {"ATG_DATABASE_URL": installation.url_for(installation.service), "ATG_SECRET_KEY": SECRET}
    made = run_atg(tmp_path, "backup", "a.tar", **settings)
    assert (made.returncode, made.stderr) == (0, "")
    assert "superuser" not in run_atg(tmp_path, "doctor", **settings).stdout


def test_the_owner_restores_a_backup_into_a_database_of_its_own(
    installation: Installation, postgres_server: str, tmp_path: Path
) -> None:
    """As a volume of before is moved: triggers rest meanwhile, which only the owner of the tables may order."""
    name = f"{urlsplit(installation.database_url).path[1:]}_again"
    source = {"ATG_DATABASE_URL": installation.url_for(installation.owner), "ATG_SECRET_KEY": SECRET}
    administer(postgres_server, "CREATE DATABASE {} OWNER {}", name, installation.owner)
    try:
        assert run_atg(tmp_path, "backup", "a.tar", **source).returncode == 0
        (tmp_path / "elsewhere").mkdir()
        target = source | {
            "ATG_DATABASE_URL": with_database(source["ATG_DATABASE_URL"], name),
            "ATG_HOME": str(tmp_path / "elsewhere"),
        }
        restored = run_atg(tmp_path, "restore", "a.tar", **target)
        assert (restored.returncode, restored.stderr) == (0, "")
        assert run_atg(tmp_path, "migrate", "--grant-to", installation.service, **target).returncode == 0
    finally:
        administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


def test_tables_of_later_revisions_are_granted_by_the_next_migration(
    installation: Installation, tmp_path: Path
) -> None:
    with psycopg.connect(installation.url_for(installation.owner), autocommit=True) as owner:
        owner.execute("CREATE TABLE later (id integer)")
        try:
            reading = psycopg.connect(installation.url_for(installation.service), autocommit=True)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reading.execute("SELECT * FROM later")
            assert migrate(tmp_path, installation, installation.service).returncode == 0
            assert reading.execute("SELECT count(*) FROM later").fetchone() == (0,)
            reading.close()
        finally:
            owner.execute("DROP TABLE later")


def test_a_role_that_is_absent_or_may_everything_is_refused(installation: Installation, tmp_path: Path) -> None:
    for role, reason in (
        ("nobody; DROP TABLE users", "atg: The database has no role nobody; DROP TABLE users\n"),
        (installation.owner, "atg: Nothing can be kept from"),
        (urlsplit(installation.database_url).username or "", "atg: Nothing can be kept from"),
    ):
        refused = migrate(tmp_path, installation, role)
        assert (refused.returncode, refused.stderr.startswith(reason)) == (2, True)
    on_sqlite = run_atg(tmp_path, "migrate", "--grant-to", "someone", ATG_HOME=str(tmp_path))
    assert (on_sqlite.returncode, on_sqlite.stderr) == (2, "atg: --grant-to: SQLite has no roles\n")
