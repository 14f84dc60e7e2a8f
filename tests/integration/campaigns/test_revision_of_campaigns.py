"""The revision that counts campaigns each: what was there is told apart, and sums up to what it was."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.campaigns.queries import SqlCampaignQueries
from atg_adapters.sql.database import Database
from atg_adapters.sql.types import JSON, UtcDateTime

BEFORE, AFTER = "0033", "0034"
EVE, MORNING = datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 8, 30, 9, tzinfo=UTC)
EVER, TODAY, MONTH_AGO = date.min, date(2026, 9, 1), date(2026, 8, 1)
_TYPES = {
    "metadata": JSON,
    "day": sa.Date,
    "asset_id": sa.Integer,
    "times_viewed": sa.Integer,
    "id": sa.Uuid,
    "session_id": sa.Uuid,
    "participant_id": sa.Uuid,
}


def _column(table: str, name: str) -> sa.ColumnClause[Any]:
    if name == "id" and table == "campaign_assets":
        return sa.column(name, sa.Integer)
    return sa.column(name, UtcDateTime if name.endswith(("_at", "_seen")) else _TYPES.get(name, sa.String))


async def put(database: Database, table: str, **values: Any) -> None:
    former = sa.table(table, *(_column(table, name) for name in values))
    async with database.transaction() as connection:
        await connection.execute(sa.insert(former).values(values))


async def fill(database: Database) -> None:
    """Two sessions of `one`, the first of which is complete and mailed, and one of `two`; one participant of both.

    The counters are of a zone in which the evening is the next day already.
    """
    person = UUID(int=9)
    await put(database, "campaign_participants", id=person, email="a@example.com", created_at=MORNING)
    for number, (campaign, seen, participant) in enumerate(
        (("one", EVE, person), ("one", MORNING, None), ("two", EVE, person)), start=1
    ):
        metadata = {"language": "en", "x": 1} if number == 1 else {}
        about = {"created_at": MORNING, "last_seen": seen, "participant_id": participant, "metadata": metadata}
        await put(database, "campaign_sessions", id=UUID(int=number), campaign=campaign, **about)
    for number, campaign in ((1, "one"), (2, "two")):
        await put(database, "campaign_assets", id=number, slug=campaign, name="x", campaign=campaign)
        viewed = {"session_id": UUID(int=1 if number == 1 else 3), "viewed_at": EVE, "times_viewed": 4}
        await put(database, "campaign_progress", asset_id=number, **viewed)
    code = {"session_id": UUID(int=1), "participant_id": person, "issued_at": EVE, "sent_at": EVE}
    await put(database, "promo_codes", id=UUID(int=5), code="PROMO-X-1", **code)
    counts = {
        ("sessions", EVER, 0): 3,
        ("seen", TODAY, 0): 2,
        ("seen", date(2026, 8, 30), 0): 1,
        ("participants", EVER, 0): 1,
        ("codes_issued", EVER, 0): 2,  # one was of a session that is gone
        ("codes_sent", EVER, 0): 1,
        ("views", EVER, 1): 4,
        ("views", EVER, 2): 4,
        ("first_views", EVER, 1): 1,
    }
    insert = sa.text("INSERT INTO campaign_counts (counter, day, asset_id, slot, number) VALUES (:c, :d, :a, 3, :n)")
    for (counter, day, asset), number in counts.items():
        async with database.transaction() as connection:
            bound = insert.bindparams(sa.bindparam("d", day, sa.Date), c=counter, a=asset, n=number)
            await connection.execute(bound)


async def totals(database: Database, campaign: str | None = None) -> tuple[int, ...]:
    found = await SqlCampaignQueries(database).totals(TODAY, MONTH_AGO, campaign)
    numbers = (found.sessions, found.active_sessions, found.participants, found.codes_issued, found.codes_sent)
    return *numbers, found.views_all_time


async def test_the_numbers_of_each_campaign_are_known_and_all_stay_as_they_were(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    await fill(database)
    for _ in range(2):
        await schema.migrate(database, AFTER)
        assert await totals(database) == (3, 3, 1, 2, 1, 8)
        assert await totals(database, "one") == (2, 2, 1, 1, 1, 4)
        assert await totals(database, "two") == (1, 1, 1, 0, 0, 4)
        sessions = await database.rows(sa.text("SELECT score, language FROM campaign_sessions ORDER BY id"))
        assert [tuple(row) for row in sessions] == [(10, "en"), (0, None), (10, None)]
        points = await database.rows(sa.text("SELECT points FROM campaign_progress"))
        assert [tuple(row) for row in points] == [(10,), (10,)]
        await schema.downgrade(database, BEFORE)
        sums = "SELECT counter, sum(number) FROM campaign_counts WHERE asset_id = 0 GROUP BY counter ORDER BY counter"
        assert [(row[0], int(row[1])) for row in await database.rows(sa.text(sums))] == [
            ("codes_issued", 2), ("codes_sent", 1), ("participants", 1), ("seen", 3), ("sessions", 3)
        ]  # fmt: skip
        kept = await database.rows(sa.select(sa.column("metadata", JSON)).select_from(sa.table("campaign_sessions")))
        assert [row[0] for row in kept if row[0]] == [{"language": "en", "x": 1}]
    await schema.migrate(database)
    await database.close()
