"""Why a database can not be used is told as it is, by each command and by `atg doctor`."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from atg_adapters.sql.database import Database
from atg_core.errors import StorageFull
from atg_entrypoints.causes import told
from tests.conftest import optional
from tests.integration.command import Atg
from tests.integration.running import free_port
from tests.servers import with_database
from tests.throwaway_postgres import throwaway_postgres

SENTENCE = "atg: The database can not be used: "


def refused(home: Path, url: str) -> str:
    """What a command and the doctor say alike, without the sentence before it."""
    atg = Atg(url, home)
    ran = atg("migrate")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1), ran.stderr
    assert ran.stderr.startswith(SENTENCE)
    reason = ran.stderr.removeprefix(SENTENCE).strip()
    found = {each["part"]: each for each in map(json.loads, atg("doctor", "--json").stdout.splitlines())}
    assert (found["database"]["status"], found["database"]["text"]) == ("failed", reason)
    return reason


def test_an_address_that_leads_nowhere(tmp_path: Path) -> None:
    port = free_port()
    assert refused(tmp_path, f"postgresql://a:b@127.0.0.1:{port}/x") == f"nothing listens at 127.0.0.1:{port}"
    assert refused(tmp_path, "postgresql://a:b@no-such-host.invalid/x") == "there is no host no-such-host.invalid"


def test_a_server_that_says_nothing(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(8)
        ran = Atg(f"postgresql://a:b@127.0.0.1:{mute.getsockname()[1]}/x", tmp_path)("migrate")
    assert (ran.returncode, ran.stderr) == (2, f"{SENTENCE}it does not answer\n")


def test_a_database_that_is_not_there(postgres_server: str, tmp_path: Path) -> None:
    assert refused(tmp_path, with_database(postgres_server, "no_such_one")).endswith(
        'says: database "no_such_one" does not exist'
    )


@pytest.fixture(scope="module")
def locked_server() -> Iterator[str]:
    """Host and port of a server that asks `guest` for a password; another user runs it, and reads the file of rules."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        rules = Path(folder) / "pg_hba.conf"
        rules.write_text("host all guest 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n")
        url = stack.enter_context(throwaway_postgres(hba_file=str(rules)))
        if url is None:
            optional("postgres", "no PostgreSQL is installed")
        with psycopg.connect(str(url), autocommit=True) as connection:
            connection.execute("CREATE ROLE guest LOGIN PASSWORD 'right'")
        yield f"127.0.0.1:{str(url).rpartition(':')[2].partition('/')[0]}"


def test_a_password_that_is_wrong_or_missing_and_a_role_that_may_not(locked_server: str, tmp_path: Path) -> None:
    wrong = refused(tmp_path, f"postgresql://guest:hidden@{locked_server}/postgres")
    assert wrong == f'{locked_server} says: password authentication failed for user "guest"'
    assert refused(tmp_path, f"postgresql://guest@{locked_server}/postgres") == (
        "it asks for a password, and none is given"
    )
    stranger = refused(tmp_path, f"postgresql://stranger@{locked_server}/postgres")
    assert "no pg_hba.conf entry" in stranger


def test_a_file_that_is_no_database_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear operator, this is no database of SQLite at all.\n" * 100)
    assert refused(tmp_path, f"sqlite:///{file}") == f"{file} is no database of SQLite"
    absent = tmp_path / "absent" / "atg.db"
    ran = Atg(f"sqlite:///{absent}", tmp_path)("migrate")
    assert (ran.returncode, f"{absent} can not be opened" in ran.stderr) == (2, True)


async def test_a_database_that_can_not_grow(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    async def fill() -> None:
        async with database.transaction() as connection:
            await connection.execute_text("PRAGMA max_page_count = 1")
            await connection.execute_text("CREATE TABLE large AS SELECT randomblob(1000000)")

    with pytest.raises(StorageFull) as full:
        await fill()
    assert told(full.value) == "The database can not be used: there is no space left"
    await database.close()


def test_a_database_that_takes_no_writes(postgres_url: str, tmp_path: Path) -> None:
    atg = Atg(f"{postgres_url}?options=-c%20default_transaction_read_only%3Don", tmp_path)
    ran = atg("users", "create-admin", "--username", "root", "--password-stdin", given="a rather good one\n")
    assert (ran.returncode, ran.stderr) == (2, f"{SENTENCE}it can only be read\n")
