"""Migrations lead to the schema of the code, and back, on both databases."""

import asyncio
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import atg_adapters.sql.migrations
from atg_adapters.sql import schema
from atg_adapters.sql.database import Database
from tests.conftest import SECRET
from tests.integration.running import ATG

SCRIPTS = ScriptDirectory(str(Path(atg_adapters.sql.migrations.__path__[0])))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def test_revisions_follow_each_other() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert [int(revision) for revision in REVISIONS] == list(range(1, len(REVISIONS) + 1))


async def test_each_revision_goes_up_down_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, "base")
    async with database.reader() as connection:
        left = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    before = "base"
    for revision in REVISIONS:
        await schema.migrate(database, revision)
        await schema.downgrade(database, before)
        await schema.migrate(database, revision)
        before = revision
    assert await schema.differences(database) == []
    await database.close()


async def test_a_schema_that_differs_is_noticed(database_url: str) -> None:
    database = Database(database_url)
    async with database.transaction() as connection:
        await connection.execute(sa.text("ALTER TABLE courses DROP COLUMN icon"))
    assert "icon" in str(await schema.differences(database))
    await database.close()


def test_many_processes_may_migrate_one_database_at_once(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url)

    async def empty() -> None:
        await schema.downgrade(database, "base")
        await database.close()

    asyncio.run(empty())
    environment = {"ATG_DATABASE_URL": postgres_url, "ATG_SECRET_KEY": SECRET, "ATG_HOME": str(tmp_path)}
    processes = [
        subprocess.Popen([ATG, "migrate"], env=environment, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(4)
    ]
    for process in processes:
        _, error = process.communicate(timeout=60)
        assert process.returncode == 0, error


@pytest.mark.parametrize("url", ["mysql://localhost/atg", "localhost", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        Database(url)
