"""A full disk, and a database that takes no writes: told as what they are, and over when there is space."""

import errno
import os
import shutil
from unittest.mock import patch

import httpx
import pytest
import sqlalchemy as sa

from atg_core.errors import StorageFull
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.files.object_store import put
from tests.people import sign_in

_GROUP = {"name": "A group that there is no room for"}


async def _with_setting(container: Container, text: str) -> None:
    """On the connections that write: SQLite has one, and a PostgreSQL database has it for those to come."""
    async with container.database().transaction() as connection:
        await connection.execute_text(text)


async def _refused_and_then_done(client: httpx.AsyncClient, container: Container, full: str, roomy: str) -> None:
    await sign_in(client, container, role=Role.TEACHER)
    await client.get("/auth/me")
    await _with_setting(container, full)
    try:
        for _ in range(2):
            refused = await client.post("/groups", json={**_GROUP, "name": "x" * 200 + os.urandom(8).hex()})
            assert (refused.status_code, refused.json()["code"]) == (503, "storage_full"), refused.text
            assert int(refused.headers["retry-after"]) > 0
        assert (await client.get("/groups")).json()["total"] == 0
    finally:
        await _with_setting(container, roomy)
    assert (await client.post("/groups", json=_GROUP)).status_code == 201


@pytest.mark.parametrize("stocked_url", ["postgres"], indirect=True)
async def test_a_database_that_takes_no_writes_is_told_so(client: httpx.AsyncClient, stocked: Container) -> None:
    """As a server that was switched to read-only for want of space, or a standby."""
    on = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    await _refused_and_then_done(client, stocked, on, on.replace("READ ONLY", "READ WRITE"))


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_an_embedded_database_that_can_not_grow_is_told_so(client: httpx.AsyncClient, stocked: Container) -> None:
    await sign_in(client, stocked, role=Role.TEACHER)
    # No page is free, and no other may be added.
    async with stocked.database().reader() as connection:
        pages = await connection.scalar(sa.text("PRAGMA page_count"))
    await _with_setting(stocked, f"PRAGMA max_page_count = {pages}")
    try:
        refusals = []
        for number in range(300):
            reply = await client.post("/groups", json={"name": f"{number:03}{'x' * 200}"})
            if reply.status_code != 201:
                refusals.append((reply.status_code, reply.json()["code"]))
                break
        assert refusals == [(503, "storage_full")]
        made = (await client.get("/groups")).json()["total"]
        assert made == number
    finally:
        await _with_setting(stocked, "PRAGMA max_page_count = 1073741823")
    assert (await client.post("/groups", json=_GROUP)).status_code == 201


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_store_without_space_keeps_what_was_there(client: httpx.AsyncClient, stocked: Container) -> None:
    store = stocked.object_store()
    await put(store, "a.txt", b"before", content_type="text/plain")
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        with patch.object(os, "fsync", side_effect=OSError(code, "no space")), pytest.raises(StorageFull):
            await put(store, "a.txt", b"after", content_type="text/plain")
    found = await store.find("a.txt")
    assert found
    async with store.open(found, 0, found.size - 1) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"before"
    listed = await store.listing("", nested=True, limit=10, cursor=None)
    assert "a.txt" in [each.key for each in listed.objects]


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_disk_that_is_nearly_full_is_told_by_readiness_and_metrics(client: httpx.AsyncClient) -> None:
    assert (await client.get("/ready")).json()["status"] == "ready"
    usage = shutil.disk_usage("/")
    with patch.object(shutil, "disk_usage", return_value=usage._replace(free=1000)):
        ready = await client.get("/ready")
        metrics = (await client.get("/metrics")).text
    assert (ready.status_code, ready.json()["status"]) == (503, "down")
    assert ready.json()["checks"]["database"]["code"] == "storage_full"
    assert 'atg_part_full{part="database"} 1.0' in metrics
    assert 'atg_part_up{part="store"} 0.0' in metrics
    assert (await client.get("/ready")).status_code == 200
    assert 'atg_part_up{part="database"} 1.0' in (await client.get("/metrics")).text
