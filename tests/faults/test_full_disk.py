"""An embedded installation on a disk that fills up under writes."""

import asyncio
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conftest import SECRET, optional
from tests.faults.watching import SERVED_WITHIN, TOLD_WITHIN
from tests.integration.running import serving

pytestmark = [pytest.mark.alone, pytest.mark.faults]

ADMIN = {"username": "root", "password": "a rather good one"}
_MEGABYTES = 64


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small one; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "atg-faults", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        optional("mount", "no tmpfs can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """With a file that takes all that is left."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(65_536))
                file.flush()
        except OSError:
            return filler


async def test_what_was_acknowledged_before_a_disk_was_full_is_stored_and_it_is_told(disk: Path) -> None:
    environment = {
        "ATG_SECRET_KEY": SECRET,
        "ATG_RATE_LIMIT": "0",
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
    }
    with serving(disk, **environment) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
            login = await client.post("/auth/login", json=ADMIN)
            client.headers["Authorization"] = f"Bearer {login.json()['token']}"

            async def made(number: int) -> int:
                """A station, and a file of 64 KiB."""
                replies = [
                    await client.post("/stations/create", json={"short_name": f"S{number}", "name": "x" * 200}),
                    await client.post(
                        "/files/upload",
                        data={"key": f"public/{number}.pdf"},
                        files={"file": ("a.pdf", b"%PDF-" + os.urandom(65_536))},
                    ),
                ]
                for reply, kept in zip(replies, (stations, files), strict=True):
                    if reply.is_success:
                        kept.append(number)
                    else:
                        assert (reply.status_code, reply.json()["code"]) == (503, "storage_full"), reply.text
                        assert reply.headers["retry-after"]
                return max(reply.status_code for reply in replies)

            stations, files = list[int](), list[int]()
            for number in range(20):
                assert await made(number) == 201
            filler = await asyncio.to_thread(fill, disk)
            begun = time.monotonic()
            while (ready := await client.get("/ready")).status_code == 200:
                assert time.monotonic() - begun < TOLD_WITHIN
            assert ready.json()["checks"]["database"]["code"] == "storage_full"
            assert {await made(number) for number in range(20, 40)} == {503}
            assert (await client.get("/stations")).status_code == 200
            filler.unlink()
            begun = time.monotonic()
            while await made(number := number + 1) == 503:
                assert time.monotonic() - begun < SERVED_WITHIN
            assert (await client.get("/ready")).status_code == 200
    with closing(sqlite3.connect(disk / "atg.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = [name for (name,) in database.execute("SELECT short_name FROM stations ORDER BY id")]
    assert stored == [f"S{number}" for number in stations]
    kept = [path for path in (disk / "files" / "objects").rglob("*.pdf") if path.is_file()]
    assert {path.stat().st_size for path in kept} == {65_541}
    assert len(kept) == len(files)
