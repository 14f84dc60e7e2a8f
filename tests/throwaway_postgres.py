"""A PostgreSQL server of the tests' own, which forgets everything: making a database takes it 50 ms, not a second."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_MEMORY = Path("/dev/shm")
_BYTES = 1 << 30
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def _programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for pattern in _SYSTEM_FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), key=lambda path: path.parts, reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _owner() -> list[str] | None:
    """The command before each program: the server refuses to run as root. None if nobody else may run it."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return None
    return ["runuser", "-u", "postgres", "--"]


def _folder() -> Path:
    """In memory, where that has room."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _BYTES
    return Path(tempfile.mkdtemp(prefix="atg-postgres-", dir=_MEMORY if roomy else None))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def throwaway_postgres(**more: str) -> Iterator[str | None]:
    """The URL of a new server; None where PostgreSQL is not installed or can not be started.

    `more`: other options of the server.
    """
    programs, owner = _programs(), _owner()
    if programs is None or owner is None:
        yield None
        return
    folder, port = _folder(), _free_port()
    if owner:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> bool:
        command = [*owner, str(programs / program), "--pgdata", str(folder / "data"), *arguments]
        return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode == 0

    options = _OPTIONS | more | {"port": str(port), "unix_socket_directories": str(folder)}
    given = " ".join(f"-c {name}={value}" for name, value in options.items())
    try:
        made = run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        started = made and run("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={given}")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres" if started else None
    finally:
        run("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(folder, ignore_errors=True)
