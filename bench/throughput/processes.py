"""What processes have used, from /proc (proc(5)), and on which cores they run."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
CORES = sorted(os.sched_getaffinity(0))
"""The first is the server's; PostgreSQL, Redis and the generator have the others."""


class Used(NamedTuple):
    """By a process and all that it has started."""

    cpu: float
    """Seconds, of ended children as well."""
    memory: int
    """Bytes of RSS."""


def on_cores(cores: list[int]) -> list[str]:
    """What goes before a command."""
    return ["taskset", "--cpu-list", ",".join(map(str, cores))] if can_pin() else []


def can_pin() -> bool:
    return len(CORES) > 1 and shutil.which("taskset") is not None


def move(pid: int, cores: list[int]) -> None:
    if can_pin():
        for process in tree(pid):
            os.sched_setaffinity(process, cores)


def used(pid: int) -> Used:
    processes = list(tree(pid))
    cpu = memory = 0
    for process in processes:
        fields = _stat(process)
        if fields:
            own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
            cpu += own + (children if process == pid else 0)
            memory += int(fields[21]) * _PAGE
    return Used(cpu / _TICKS, memory)


def tree(pid: int) -> Iterator[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            children[int(fields[1])].append(int(folder.name))
    waiting = [pid]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children[process]


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """The fields from the state on; nothing if the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
