"""What a process alone shows of the command line: its pipes, its terminal and its exit code."""

import json
import os
import pty
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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
    assert (away.returncode, away.stderr) == (2, "atg: The database can not be used: nothing listens at 127.0.0.1:9\n")


def test_without_a_secret_nothing_is_served_in_production(tmp_path: Path) -> None:
    """S18."""
    run = run_process(tmp_path, "serve", ATG_ENV="production", ATG_HOME=str(tmp_path))
    assert (run.returncode, run.stdout) == (2, "")
    assert "ATG_SECRET_KEY" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_address_that_is_taken_ends_a_start_with_three(atg: Atg, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = atg.process("serve", "--port", port, "--workers", workers)
    assert ran.returncode == 3


def test_processes_that_do_not_start_end_the_one_that_watches_them_with_three(tmp_path: Path) -> None:
    code = (
        "import sys, uvicorn\n"
        "from atg_entrypoints.supervision import Supervisor\n"
        "config = uvicorn.Config('atg_entrypoints.asgi:absent', port=0, workers=2)\n"
        "supervisor = Supervisor(config, sockets=[config.bind_socket()])\n"
        "supervisor.run()\n"
        "sys.exit(3 if supervisor.has_failed else 0)\n"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 3, ran.stderr.decode()


def on_terminal(atg: Atg, *arguments: str) -> tuple[str, str]:
    """What a command writes to its terminal, and to standard output, which is a pipe."""
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(max_workers=1) as reader:
        reading = reader.submit(_all_of, ours)  # a terminal holds 4 KiB, and whoever writes more waits
        try:
            run = subprocess.run(
                [ATG, *arguments],
                env={"PATH": "/usr/bin:/bin", "TERM": "xterm", "COLUMNS": "120", **atg.settings},
                stdout=subprocess.PIPE,
                stderr=theirs,
                timeout=60,
                check=True,
            )
        finally:
            os.close(theirs)
        return reading.result(timeout=10).decode(), run.stdout.decode()


def _all_of(terminal: int) -> bytes:
    seen = bytearray()
    with suppress(OSError):  # Linux says EIO when nobody has the other end open any more
        while chunk := os.read(terminal, 65_536):
            seen += chunk
    os.close(terminal)
    return bytes(seen)


def test_a_terminal_shows_how_far_an_import_is(atg: Atg) -> None:
    file = atg.home / "stations.csv"
    file.write_text("short_name,name\n" + "".join(f"S{number},x\n" for number in range(1_200)), encoding="utf-8")
    seen, told = on_terminal(atg, "import", "stations", str(file))
    assert "1200/1200" in seen
    assert "rows/s" in seen
    assert "1200 created" in told


def test_a_terminal_shows_how_far_a_drill_is_and_a_pipe_nothing(atg: Atg) -> None:
    seen, told = on_terminal(atg, "drill", "--json")
    assert all(step in seen for step in ("backup", "restore", "backup of that"))
    piped = atg.process("drill", "--json")
    assert (piped.returncode, piped.stderr) == (0, "")
    assert json.loads(told)["rows"] == json.loads(piped.stdout)["rows"]
