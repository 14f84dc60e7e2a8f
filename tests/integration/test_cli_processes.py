"""What a process alone shows of the command line: its pipes, its terminal and its exit code."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.integration.command import Atg, run_process
from tests.integration.running import ATG


@pytest.fixture
def atg(sqlite_url: str, tmp_path: Path) -> Atg:
    return Atg(sqlite_url, tmp_path)


def test_a_password_comes_in_by_a_pipe(atg: Atg) -> None:
    command = ("users", "create-admin", "--username", "root", "--password-stdin")
    made = atg.process(*command, given="a rather good one\n")
    assert (made.returncode, made.stdout, made.stderr) == (0, "Administrator root made.\n", "")


def test_rows_go_out_by_a_pipe_and_messages_by_another(atg: Atg) -> None:
    """Bad rows end it with 1, what can not be used with 2."""
    path = atg.home / "stations.csv"
    path.write_text("short_name,name,status\nA,Первая,active\nB,Вторая,broken\n", encoding="utf-8")
    partly = atg.process("import", "stations", str(path), "--on-error", "skip")
    assert partly.returncode == 1
    assert partly.stdout == f"{path}: 1 created, 0 updated, 0 unchanged, 1 rejected\n"
    assert f"{path}:3: status:" in partly.stderr
    exported = atg.process("export", "stations")
    assert (exported.returncode, exported.stderr) == (0, "")
    assert [line.split(",")[:2] for line in exported.stdout.splitlines()[1:]] == [["A", "Первая"]]
    away = atg.process("migrate", ATG_DATABASE_URL="postgresql://postgres@127.0.0.1:9/atg")
    assert (away.returncode, away.stderr) == (2, "atg: The database is away, try again soon\n")


def test_without_a_secret_nothing_is_served_in_production(tmp_path: Path) -> None:
    """S18."""
    run = run_process(tmp_path, "serve", ATG_ENV="production", ATG_HOME=str(tmp_path))
    assert (run.returncode, run.stdout) == (2, "")
    assert "ATG_SECRET_KEY" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_terminal_shows_how_far_an_import_is(atg: Atg) -> None:
    file = atg.home / "stations.csv"
    file.write_text("short_name,name\n" + "".join(f"S{number},x\n" for number in range(1_200)), encoding="utf-8")
    ours, theirs = pty.openpty()
    settings = atg.settings
    run = subprocess.run(
        [ATG, "import", "stations", str(file)],
        env={"PATH": "/usr/bin:/bin", "TERM": "xterm", "COLUMNS": "120", **settings},
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=True,
    )
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "1200/1200" in seen
    assert "rows/s" in seen
    assert b"1200 created" in run.stdout
