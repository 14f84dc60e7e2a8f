"""`/metrics` over real databases: what is held, what waits, and what a scrape costs."""

import asyncio
from pathlib import Path

import httpx
import pytest

from atg_adapters.sql.pool import DatabaseBusy, Pool
from atg_core.errors import Unavailable
from atg_entrypoints.container import Container
from tests.contracts.databases import over_each_database
from tests.scraping import Scrape, scraped, value
from tests.statements import counted


async def scrape(client: httpx.AsyncClient) -> Scrape:
    reply = await client.get("/metrics")
    assert reply.status_code == 200
    return scraped(reply.text)


async def test_a_scrape_costs_one_statement_however_much_there_is_to_tell(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    for kind in ("note", "mail_password_reset", "send_account_mail"):
        await stocked.jobs().enqueue(kind, {})
    await client.get("/metrics")
    with counted(stocked) as statements:
        told = await scrape(client)
    assert len(statements) == 1, statements
    assert value(told, "atg_jobs_waiting", kind="note") == 1
    assert value(told, "atg_jobs_running", kind="clean_uploads") == 0
    assert value(told, "atg_mail_waiting") == 2
    assert value(told, "atg_audit_broken") == 0
    assert value(told, "atg_audit_seals") == 0


async def test_the_audit_log_tells_how_far_it_is_sealed(client: httpx.AsyncClient, stocked: Container) -> None:
    reply = await client.post("/auth/login", json={"username": "nobody", "password": "a wrong password"})
    assert reply.status_code == 401
    before = await scrape(client)
    await stocked.seal_audit()()
    after = await scrape(client)
    assert value(before, "atg_audit_unsealed_seconds") > 0
    assert (value(before, "atg_audit_seals"), value(after, "atg_audit_seals")) == (0, 1)
    assert value(after, "atg_audit_unsealed_seconds") == 0
    assert 0 < value(after, "atg_audit_seal_age_seconds") < 60


async def test_the_pool_tells_what_is_in_use_who_waits_and_who_waited_in_vain(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    database = stocked.database()
    name, pool = next((name, pool) for name, pool in database.pools.items() if name != "writing")
    before = await scrape(client)
    assert value(before, "atg_database_pool_size", pool=name) == pool.size
    assert value(before, "atg_database_pool_in_use", pool=name) == 0
    async with database.reader(), database.reader():
        assert (pool.in_use, pool.waiting) == (2, 0)
        stocked.process_metrics().update()
        assert value(await scrape(client), "atg_database_pool_in_use", pool=name) == 2
    assert value(await scrape(client), "atg_database_pool_in_use", pool=name) == 0


async def test_a_pool_counts_those_who_wait(stocked: Container) -> None:
    pool = Pool(stocked.database()._open, size=1, seconds_to_wait=0.05)
    driver = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    assert (pool.in_use, pool.waiting, pool.refused) == (1, 1, 0)
    with pytest.raises(DatabaseBusy):
        await waiting
    assert (pool.in_use, pool.waiting, pool.refused) == (1, 0, 1)
    await pool.give_back(driver)
    assert (pool.in_use, pool.waiting, pool.refused) == (0, 0, 1)
    await pool.close()


@pytest.mark.parametrize("stocked_url", ["sqlite"], indirect=True)
async def test_a_connection_that_can_not_be_opened_leaves_no_trace(tmp_path: Path, stocked: Container) -> None:
    async def fail() -> None:
        raise Unavailable

    pool = Pool(fail, size=1, seconds_to_wait=0.05)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(Unavailable):
            await pool.take()
    assert (pool.in_use, pool.waiting, pool.refused) == (0, 0, 0)


@over_each_database
async def test_a_process_tells_its_memory_and_the_sign_in_line(client: httpx.AsyncClient, stocked: Container) -> None:
    limit = stocked.sign_in_concurrency_limit()
    async with limit:
        told = await scrape(client)
    assert value(told, "atg_sign_in_line_places") == limit.places
    assert value(told, "atg_sign_in_line_running") == 1
    assert value(told, "atg_sign_in_line_waiting") == 0
    assert value(told, "atg_memory_bytes") > 10 * 1024**2
