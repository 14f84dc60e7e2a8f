"""Migrations up and down, and equality with the schema of the code."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import atg_adapters.sql.migrations
from atg_adapters.sql import revisions, schema
from atg_adapters.sql.database import Database
from tests.conftest import SECRET
from tests.integration.running import ATG

SCRIPTS = ScriptDirectory(str(Path(atg_adapters.sql.migrations.__path__[0])))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def test_revisions_follow_each_other() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert [int(revision) for revision in REVISIONS] == list(range(1, len(REVISIONS) + 1))


async def test_each_revision_goes_up_down_and_up_again(database_url: str) -> None:
    """Up it went when the database of the test was made."""
    database = Database(database_url)
    await schema.downgrade(database, "base")
    async with database.engine_transaction() as connection:
        left = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await schema.migrate(database)
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


async def test_a_database_that_has_the_newest_schema_is_left_alone(database_url: str, monkeypatch) -> None:
    """And Alembic is not asked, which takes a tenth of a second to import."""
    monkeypatch.setattr(revisions, "upgrade", lambda *_: pytest.fail("nothing was missing"))
    database = Database(database_url)
    await schema.migrate(database)
    await database.close()


def test_alembic_is_imported_where_something_is_missing(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from atg_adapters.sql import schema\n"
        "from atg_adapters.sql.database import Database\n"
        "for expected in (True, False):\n"
        "    asyncio.run(schema.migrate(Database('sqlite:///new.db')))\n"
        "    assert ('alembic' in sys.modules) is expected\n"
        "    sys.modules.pop('alembic', None)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)


def test_the_newest_revision_is_known_by_the_names_of_the_files() -> None:
    assert schema.newest_revision() == REVISIONS[-1] == SCRIPTS.get_current_head()


_WITHOUT_A_TABLE = """from alembic import op

revision, down_revision = '{number:04}', '{newest}'


def upgrade() -> None:
    op.drop_table('oauth_identities')
"""


async def test_a_new_revision_is_written_from_the_tables(tmp_path: Path) -> None:
    """After one that has dropped a table: that is what is missing then."""
    migrations, number = Path(shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")), len(REVISIONS) + 1
    without = _WITHOUT_A_TABLE.format(number=number, newest=REVISIONS[-1])
    (migrations / "versions" / f"{number:04}_without.py").write_text(without, encoding="utf-8")
    path = await revisions.write_revision("Know people by accounts elsewhere", migrations)
    assert path.name == f"{number + 1:04}_know_people_by_accounts_elsewhere.py"
    begin = f'"""Know people by accounts elsewhere\n\nRevision: {number + 1:04}, after {number:04}\n"""\n'
    [kept] = (migrations / "versions").glob("0015_*.py")
    [former, latter] = (each.read_text(encoding="utf-8") for each in (kept, path))
    assert latter.startswith(begin)
    assert latter[latter.index("def upgrade") :] == former[former.index("def upgrade") :]
    empty = await revisions.write_revision("Nothing new", migrations)
    assert empty.name == f"{number + 2:04}_nothing_new.py"
    assert empty.read_text(encoding="utf-8").endswith(
        "def upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    )


@pytest.mark.parametrize("url", ["mysql://localhost/atg", "localhost", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        Database(url)
