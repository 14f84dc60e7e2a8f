"""A server draws in a child process: it does not load the libraries, and the child ends with it."""

import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from atg_entrypoints.startup import prepare
from tests.conftest import SECRET
from tests.integration.running import Server, serving
from tests.people import sign_in
from tests.school import complete_course, school

# In the address space of a process: fpdf needs PIL, openpyxl lxml, matplotlib numpy.
LIBRARIES = ("/PIL/", "/lxml/", "/numpy/", "/matplotlib/")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'atg.db'}"


@pytest.fixture
async def stocked(container: Container) -> AsyncIterator[Container]:
    await prepare(container)
    return container


def children(server: Server, module: str = "atg_adapters.child_process") -> list[int]:
    """The processes below the server's that run the module."""
    below = [int(child) for child in _children(server.process.pid)]
    return [child for child in below if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes()]


def _children(pid: int) -> list[str]:
    found = [each.read_text().split() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return [child for each in found for child in each for child in (child, *_children(int(child)))]


def has_ended(pid: int) -> bool:
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    return not Path(f"/proc/{pid}").exists()


def loaded(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {library for library in LIBRARIES if library in maps}


async def draw_all(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, "teacher", role=Role.TEACHER)
    group = (await client.post("/groups", json={"name": "ТК-1"})).json()["id"]
    for name, start in (("gradebook.xlsx", b"PK"), ("progress.svg", b"<?xml")):
        drawn = await client.get(f"/groups/{group}/{name}")
        assert (drawn.status_code, drawn.content[: len(start)]) == (200, start)
    at = await school(stocked)
    await sign_in(client, stocked, "learner")
    await complete_course(client, at)
    [mine] = (await client.get("/users/me/certificates")).json()["items"]
    pdf = await client.get(f"/certificates/{mine['number']}/pdf", params={"code": mine["verification_code"]})
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


async def test_a_server_draws_without_the_libraries_for_it(tmp_path: Path, stocked: Container) -> None:
    with serving(tmp_path, ATG_SECRET_KEY=SECRET) as server:
        assert children(server) == []
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            await draw_all(client, stocked)
        [child] = children(server)
        assert loaded(server.process.pid) == set()
        assert loaded(child) == set(LIBRARIES)
        sockets = [each.readlink().name for each in Path(f"/proc/{child}/fd").iterdir()]
        assert not [each for each in sockets if each.startswith("socket:")]
        server.process.send_signal(signal.SIGINT)
        server.process.wait(timeout=20)
        assert has_ended(child)
    assert "Traceback" not in server.log


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_the_child_of_a_killed_server_ends(tmp_path: Path, stocked: Container, workers: str) -> None:
    with serving(tmp_path, ATG_SECRET_KEY=SECRET, ATG_WORKERS=workers) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            await draw_all(client, stocked)
        drawing = children(server)
        assert 1 <= len(drawing) <= int(workers)
        for pid in (server.process.pid, *children(server, "spawn_main")):
            os.kill(pid, signal.SIGKILL)
        assert all(has_ended(child) for child in drawing)
