"""An import that ends in the middle, however it ends, leaves the database as it was."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from atg_adapters.sql.tables.identity import users
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.running import ATG

ROWS, BAD_ROW = 60_000, 3_000


@contextmanager
def importing(url: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """An import of many users that has come as far as a bad row, which it has just told of, and goes on."""
    path = home / "users.csv"
    with path.open("w") as file:
        file.write("username,role\n")
        file.writelines(f"user{number},{'' if number != BAD_ROW else 'nobody'}\n" for number in range(ROWS))
    settings = {"ATG_DATABASE_URL": url, "ATG_SECRET_KEY": SECRET, "ATG_HOME": str(home), "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [ATG, "import", "users", str(path), "--on-error", "skip"],
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What runs in the background of a shell ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        assert process.stderr is not None
        assert "role: is none of" in process.stderr.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


async def users_in(url: str) -> int:
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    row = await container.database().row(sa.select(sa.func.count()).select_from(users))
    await close(container)
    count: int = row[0]
    return count


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_signal_in_the_middle_leaves_nothing_behind(
    end: signal.Signals, database_url: str, tmp_path: Path
) -> None:
    with importing(database_url, tmp_path) as process:
        process.send_signal(end)
        out, err = process.communicate(timeout=30)
    assert process.returncode == (130 if end is signal.SIGINT else -end), err
    assert "Traceback" not in err
    assert out == ""
    if end is signal.SIGINT:
        assert "stopped, nothing was stored" in err
    assert await users_in(database_url) == 0


async def test_a_connection_that_is_lost_in_the_middle_leaves_nothing_behind(postgres_url: str, tmp_path: Path) -> None:
    with importing(postgres_url, tmp_path) as process:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "Traceback" not in err
    assert "the database is away" in err.lower()
    assert await users_in(postgres_url) == 0
