"""A PostgreSQL server of the tests' own, which forgets everything: making a database takes it 50 ms, not a second."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.integration.running import free_port

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


class ThrowawayPostgres:
    """A server in a folder of its own, which can be stopped, started again, and made to hang."""

    def __init__(self, programs: Path, owner: list[str], options: Mapping[str, str]) -> None:
        self._programs, self._owner, self._folder, port = programs, owner, _folder(), free_port()
        if owner:
            shutil.chown(self._folder, "postgres")
        given = _OPTIONS | options | {"port": str(port), "unix_socket_directories": str(self._folder)}
        self._options = " ".join(f"-c {name}={value}" for name, value in given.items())
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def _run(self, program: str, *arguments: str) -> bool:
        command = [*self._owner, str(self._programs / program), "--pgdata", str(self._folder / "data"), *arguments]
        return subprocess.run(command, cwd=self._folder, stdout=subprocess.DEVNULL, check=False).returncode == 0

    def make(self) -> bool:
        how = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        return self._run("initdb", *how)

    def start(self) -> bool:
        return self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={self._options}")

    def stop(self) -> None:
        """At once, as if its processes were killed."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every process hangs: connections are taken by the kernel, and nothing answers."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        tasks = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        processes = [first, *map(int, tasks)]
        send(signal.SIGSTOP, processes)
        try:
            yield
        finally:
            send(signal.SIGCONT, processes)


def send(number: signal.Signals, processes: Iterable[int]) -> None:
    """To those that there still are."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


@contextmanager
def throwaway_server(**more: str) -> Iterator[ThrowawayPostgres | None]:
    """A new server; None where PostgreSQL is not installed or can not be started.

    `more`: other options of the server.
    """
    programs, owner = _programs(), _owner()
    if programs is None or owner is None:
        yield None
        return
    server = ThrowawayPostgres(programs, owner, more)
    try:
        yield server if server.make() and server.start() else None
    finally:
        server.stop()
        server.remove()


@contextmanager
def throwaway_postgres(**more: str) -> Iterator[str | None]:
    """Its URL."""
    with throwaway_server(**more) as server:
        yield server and server.url
