"""Hours in minutes: what a running installation holds does not grow."""

import asyncio
import os
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import psycopg
import pytest

from tests.faults.installation import Installation
from tests.faults.scenario import Stage, fault

pytestmark = [pytest.mark.alone, pytest.mark.faults]

_MINUTES = float(os.environ.get("ATG_FAULTS_SOAK_MINUTES", "15"))
_SECONDS_OF_WARMTH = min(180.0, _MINUTES * 60 / 3)
_SECONDS_BETWEEN_LOOKS = 5
_MOST_GROWTH = 0.05


def mebibytes(pid: int) -> float:
    """Memory that holds no file (proc_pid_smaps(5), `Pss_Anon`): a share of files depends on who else runs."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1024


def connections(installation: Installation) -> int:
    with psycopg.connect(installation.postgres.url) as connection:
        [found] = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'atg%'"
        ).fetchone() or (0,)
    return int(found)


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - their names alone


async def test_memory_and_connections_stay_as_they_are(stage: Stage) -> None:
    """The median of the last third, beside that of the time after it was warm."""
    installation, looks = stage.installation, defaultdict[str, list[float]](list)
    processes = {f"api {number + 1}": api for number, api in enumerate(installation.apis)}
    processes["worker"] = installation.workers[0]
    async with stage.load() as (load, watch), fault(load, watch, f"soak of {_MINUTES:g} minutes") as found:
        await asyncio.sleep(_SECONDS_OF_WARMTH)
        until = time.monotonic() + _MINUTES * 60 - _SECONDS_OF_WARMTH
        while time.monotonic() < until:
            for name, server in processes.items():
                looks[f"{name}, MiB"].append(mebibytes(server.process.pid))
                looks[f"{name}, descriptors"].append(descriptors(server.process.pid))
            looks["connections to PostgreSQL"].append(connections(installation))
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    stage.settle(found, allowed=())
    await stage.read_files(load)
    third = max(len(looks["worker, MiB"]) // 3, 1)
    figures = {name: (median(values[:third]), median(values[-third:])) for name, values in looks.items()}
    stage.notes.append("; ".join(f"{name}: {first:.1f} → {last:.1f}" for name, (first, last) in figures.items()))
    for name, (first, last) in figures.items():
        if name.endswith("MiB"):
            assert last <= first * (1 + _MOST_GROWTH), (name, looks[name])
        else:
            assert last <= first + 5, (name, looks[name])
