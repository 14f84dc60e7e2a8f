"""How long a start takes, and what an idle server holds: `make bench-start`, or `python bench/start.py PATH_OF_ATG`.

`make bench-start` installs what is here without the development tools, as the image does, and measures that. Every
command runs several times over one database that is there already. Wall time, and the CPU time (user and system) that
the process has used: on a machine that others use, too, the minimum and the CPU time are what can be compared.

Memory is of the process that serves, after /health was answered and some seconds of rest, from /proc/PID/smaps_rollup:
RSS counts pages that other processes share as well, PSS counts of such a page a part. Needs Linux.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROUNDS = int(os.environ.get("ROUNDS", "7"))
REST_SECONDS = 3
_TICKS = os.sysconf("SC_CLK_TCK")


class Start(NamedTuple):
    """One start: seconds, and MiB of an idle server."""

    wall: float
    cpu: float
    rss: float = 0
    pss: float = 0


def run(atg: str, home: Path, *arguments: str) -> Start:
    """A command from beginning to end."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([atg, *arguments], env=settings(home), cwd=home, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Start(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def serve(atg: str, home: Path) -> Start:
    """A server until it answers /health, and what it holds when it has rested."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [atg, "serve"], env=settings(home) | {"ATG_PORT": str(port)}, cwd=home, stderr=subprocess.DEVNULL
    )
    try:
        while not is_healthy(port):
            if process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.005)
        wall, cpu = time.perf_counter() - begun, cpu_of(process.pid)
        time.sleep(REST_SECONDS)
        return Start(wall, cpu, *memory_of(process.pid))
    finally:
        process.terminate()
        process.wait()


def settings(home: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(("ATG_", "PYTHON"))}
    return others | {"ATG_HOME": str(home)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except urllib.error.URLError:
        return False


def cpu_of(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / _TICKS


def memory_of(pid: int) -> tuple[float, float]:
    """RSS and PSS in MiB."""
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    sizes = {name.rstrip(":"): int(kilobytes) / 1024 for name, kilobytes, *_ in lines}
    return sizes["Rss"], sizes["Pss"]


def row(name: str, numbers: list[float], form: str) -> str:
    shown = (format(number, form) for number in (min(numbers), median(numbers), max(numbers)))
    return f"| {name:<40} |" + "".join(f" {number:>7} |" for number in shown)


def main(atg: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run(atg, home, "migrate")
        measured: dict[str, Callable[[], Start]] = {
            "atg --help": lambda: run(atg, home, "--help"),
            "atg jobs list": lambda: run(atg, home, "jobs", "list"),
            "atg serve to the first /health": lambda: serve(atg, home),
        }
        for once in measured.values():  # so that files are read and compiled
            once()
        starts = {name: [once() for _ in range(ROUNDS)] for name, once in measured.items()}
    print(f"{ROUNDS} rounds of {atg}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(f"| {'':<40} | {'min':>7} | {'median':>7} | {'max':>7} |\n|{'-' * 42}|" + "--------:|" * 3)
    for name, each in starts.items():
        print(row(f"{name}, s", [start.wall for start in each], ".2f"))
        print(row(f"{name}, s of CPU", [start.cpu for start in each], ".2f"))
    servers = starts["atg serve to the first /health"]
    print(row("idle server, MiB of RSS", [start.rss for start in servers], ".0f"))
    print(row("idle server, MiB of PSS", [start.pss for start in servers], ".0f"))


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).absolute()))
