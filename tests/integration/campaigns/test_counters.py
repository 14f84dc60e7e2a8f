"""The counters of campaigns are summed from slots, so that visitors do not wait for each other."""

import asyncio
import secrets
from datetime import date

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.campaigns.queries import SqlCampaignQueries
from atg_adapters.sql.campaigns.visitor_sessions import SLOTS, SqlVisitorSessions
from atg_adapters.sql.database import Database
from atg_core.campaigns.model import Activity, Counter, Increment

TODAY = date(2026, 9, 1)
VIEW = Activity(
    increments=[
        Increment(counter=Counter.VIEWS, asset_id=1),
        Increment(counter=Counter.VIEWS, asset_id=1, day=TODAY),
        Increment(counter=Counter.LAST_SEEN, day=TODAY),
        Increment(counter=Counter.SESSIONS),
    ]
)
BEFORE, AFTER = "0023", "0024"


async def totals(database: Database) -> tuple[int, int, int, int]:
    found = await SqlCampaignQueries(database).totals(TODAY, date(2026, 8, 1))
    return found.views_today, found.views_all_time, found.active_sessions, found.sessions


async def test_what_one_has_counted_and_not_committed_holds_up_nobody(postgres_url: str, monkeypatch) -> None:
    slots = iter(range(SLOTS))
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(slots))
    database = Database(postgres_url)
    open_sessions = database.unit_of_work(SqlVisitorSessions)
    async with open_sessions() as waiting:
        await waiting.record(VIEW)
        for _ in range(3):
            async with asyncio.timeout(10), open_sessions() as other:
                await other.record(VIEW)
        assert await totals(database) == (3, 3, 3, 3)
    assert await totals(database) == (4, 4, 4, 4)
    await database.close()


async def test_increments_at_the_same_moment_are_summed_exactly(database_url: str) -> None:
    database = Database(database_url)
    open_sessions = database.unit_of_work(SqlVisitorSessions)

    async def count() -> None:
        for _ in range(10):
            async with open_sessions() as store:
                await store.record(VIEW)

    await asyncio.gather(*(count() for _ in range(8)))
    assert await totals(database) == (80, 80, 80, 80)
    await database.close()


async def test_totals_are_the_same_before_and_after_the_revision_and_back(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    insert = "INSERT INTO campaign_counts (counter, day, asset_id, number) VALUES ('views', :day, 1, 7)"
    for day in (date.min, TODAY):
        async with database.transaction() as connection:
            await connection.execute(sa.text(insert).bindparams(sa.bindparam("day", day, sa.Date)))
    await schema.migrate(database, AFTER)
    assert [tuple(row) for row in await database.rows(sa.text("SELECT number FROM campaign_counts"))] == [(7,), (7,)]
    await schema.migrate(database)
    for _ in range(5):
        async with database.unit_of_work(SqlVisitorSessions)() as store:
            await store.record(VIEW)
    assert await totals(database) == (12, 12, 5, 5)
    await schema.downgrade(database, BEFORE)
    kept = await database.rows(sa.text("SELECT counter, asset_id, number FROM campaign_counts ORDER BY 1, 2, 3"))
    assert [tuple(row) for row in kept] == [("seen", 0, 5), ("sessions", 0, 5), ("views", 1, 12), ("views", 1, 12)]
    await schema.migrate(database)
    assert await totals(database) == (12, 12, 5, 5)
    await database.close()
