"""Campaigns under concurrency, over two processes; and statistics in constant time."""

import asyncio
import statistics
from collections import Counter
from time import perf_counter
from typing import Any

import httpx
import psycopg
import pytest

from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.integration.server_pair import Pair, emptied, two_processes

ASSETS = [{"slug": f"asset-{number}", "name": f"Asset {number}"} for number in range(10)]
VISITORS, AT_ONCE = 100, 50


async def start(client: httpx.AsyncClient, campaign: str = "default") -> str:
    session_id: str = (await client.post("/session/start/", json={"campaign": campaign})).json()["session_id"]
    return session_id


async def view(client: httpx.AsyncClient, session: str, slug: str) -> dict[str, Any]:
    reply = await client.post("/view/", json={"session_id": session, "asset_slug": slug})
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def test_visitors_at_the_same_moment(pair: Pair) -> None:
    """Over two processes."""
    async with two_processes(pair) as (container, clients):
        await arrange(container, assets=[*ASSETS[:3], {"slug": "only", "name": "x", "campaign": "one"}])
        await views_award_once_and_give_one_code(container, clients)
        await the_same_email_from_twenty_sessions_is_one_participant(container, clients)


async def views_award_once_and_give_one_code(container: Container, clients: list[httpx.AsyncClient]) -> None:
    """G9."""
    session = await start(clients[0])
    await clients[0].post("/user/email/", json={"session_id": session, "email": "anna@example.com"})
    first = await asyncio.gather(*(view(client, session, "asset-0") for _ in range(50) for client in clients))
    assert Counter(reply["awarded_points"] for reply in first) == {10: 1, 0: 99}
    last = await asyncio.gather(
        *(view(client, session, f"asset-{number}") for _ in range(5) for client in clients for number in (1, 2))
    )
    assert Counter(reply["awarded_points"] for reply in last) == {10: 2, 0: 18}
    [code] = [reply["promo_code"] for reply in last if "promo_code" in reply]
    assert [row["code"] for row in await rows_of(container, "promo_codes")] == [code]
    assert len(await rows_of(container, "promo_mails")) == 1
    [row] = await rows_of(container, "campaign_sessions")
    assert row["score"] == 30
    assert {row["times_viewed"] for row in await rows_of(container, "campaign_progress")} == {100, 10}
    stats = (await clients[1].get("/stats/")).json()
    assert (stats["views_all_time"], stats["completed_sessions"]) == (120, 1)
    asked = {"session_id": session}, {"email": "anna@example.com"}
    replies = await asyncio.gather(
        *(client.get("/promo/", params=each) for _ in range(4) for client in clients for each in asked)
    )
    assert [(reply.status_code, reply.text) for reply in replies if reply.status_code != 200] == []
    checked = [row for row in await rows_of(container, "view_events") if row["event_type"] == "promo_checked"]
    assert Counter(row["raw_payload"]["result"] for row in checked) == {"issued": 1, "exists": 15}


async def the_same_email_from_twenty_sessions_is_one_participant(
    container: Container, clients: list[httpx.AsyncClient]
) -> None:
    """G10."""
    sessions = [await start(client, "one") for _ in range(10) for client in clients]
    for session in sessions:
        await view(clients[0], session, "only")
    bodies = [{"session_id": session, "email": "Boris@example.com"} for session in sessions]
    replies = await asyncio.gather(
        *(clients[number % 2].post("/user/email/", json=body) for number, body in enumerate(bodies))
    )
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["user_id"] for reply in replies}) == 1
    assert {reply.json()["user_total_score"] for reply in replies} == {10}
    mails = await rows_of(container, "promo_mails")
    due = sorted(row["due_at"] for row in mails if row["email"] == "boris@example.com")
    assert len(due) == 20
    assert (due[3] - due[0]).total_seconds() > 23 * 3600
    # Of the names on one session three are taken, whichever they are.
    names = [{"session_id": sessions[0], "email": f"n{number}@example.com"} for number in range(20)]
    replies = await asyncio.gather(
        *(clients[number % 2].post("/user/email/", json=body) for number, body in enumerate(names))
    )
    assert Counter(reply.status_code for reply in replies) == {200: 2, 429: 18}
    stats = (await clients[0].get("/stats/", params={"campaign": "one"})).json()
    assert (stats["sessions"], stats["participants"]) == (20, 2), "boris, and the last name of that session"


async def test_a_hundred_visitors_at_fifty_at_once_are_counted_exactly(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        await arrange(container, assets=ASSETS)
        places = asyncio.Semaphore(AT_ONCE)

        async def visit(number: int) -> str:
            async with places:
                client = clients[number % 2]
                session = await start(client)
                codes = [(await view(client, session, asset["slug"])).get("promo_code") for asset in ASSETS]
                assert [bool(code) for code in codes] == [False] * 9 + [True]
                body = {"session_id": session, "email": f"visitor-{number}@example.com"}
                reply = await client.post("/user/email/", json=body)
                assert (reply.status_code, reply.json()["user_total_score"]) == (200, 100)
                assert codes[-1]
                return codes[-1]

        codes = await asyncio.gather(*map(visit, range(VISITORS)))
        assert len(set(codes)) == VISITORS
        stats = (await clients[0].get("/stats/")).json()
        assert [asset["views"] for asset in stats.pop("assets")] == [VISITORS] * 10
        assert stats.pop("best_asset")["slug"] == "asset-0"
        assert stats.pop("views_today") in range(VISITORS * 10 + 1)  # less where a day ended meanwhile
        assert stats == {
            "views_all_time": VISITORS * 10,
            "sessions": VISITORS,
            "active_sessions": VISITORS,
            "participants": VISITORS,
            "completed_sessions": VISITORS,
            "promo_codes_issued": VISITORS,
            "promo_codes_sent": 0,
        }
        assert {row["score"] for row in await rows_of(container, "campaign_sessions")} == {100}


_EVENTS = """
SET session_replication_role = replica;
INSERT INTO campaign_sessions (id, campaign, created_at, last_seen)
    SELECT gen_random_uuid(), 'default', now(), now() - (n %% 60) * interval '1 day'
    FROM generate_series(1, %(sessions)s) AS n;
INSERT INTO view_events (session_id, asset_id, event_type, timestamp)
    SELECT sessions.id, 1 + n %% 10, 'viewed_asset', now()
    FROM campaign_sessions AS sessions, generate_series(1, 10) AS n;
INSERT INTO campaign_counts (counter, day, asset_id, number)
    SELECT 'views', day, asset, 1 + %(sessions)s
    FROM unnest('0001-01-01'::date || ARRAY(SELECT current_date - n FROM generate_series(0, %(days)s) AS n)) AS day,
        generate_series(1, 10) AS asset;
INSERT INTO campaign_counts (counter, day, asset_id, number)
    SELECT 'first_views', '0001-01-01', asset, 1 + %(sessions)s FROM generate_series(1, 10) AS asset;
INSERT INTO campaign_counts (counter, day, asset_id, number)
    SELECT 'seen', current_date - n, 0, 1 + %(sessions)s / 60 FROM generate_series(0, %(days)s) AS n;
INSERT INTO campaign_counts (counter, day, asset_id, number)
    SELECT counter, '0001-01-01', 0, %(sessions)s FROM unnest(ARRAY['sessions', 'participants']) AS counter;
"""


@pytest.mark.alone
async def test_numbers_over_a_million_views_are_as_quick_as_over_a_thousand(postgres_pair: Pair) -> None:
    """Under five times as long; each a median of forty requests."""

    async def seconds(client: httpx.AsyncClient) -> float:
        took = []
        for _ in range(40):
            begun = perf_counter()
            reply = await client.get("/stats/", headers={"Cache-Control": "no-cache"})
            took.append(perf_counter() - begun)
            assert reply.status_code == 200
        return statistics.median(took)

    def fill(sessions: int, days: int) -> None:
        with psycopg.connect(postgres_pair.url, autocommit=True) as connection:
            statements = _EVENTS % {"sessions": sessions, "days": days}
            connection.execute("TRUNCATE campaign_sessions, view_events, campaign_counts CASCADE")  # type: ignore[call-overload]
            connection.execute(statements)  # type: ignore[call-overload]
            connection.execute("ANALYZE campaign_counts")

    with emptied(postgres_pair), psycopg.connect(postgres_pair.url, autocommit=True) as connection:
        for asset in ASSETS:
            connection.execute(
                "INSERT INTO campaign_assets (slug, name, campaign) VALUES (%(slug)s, %(name)s, 'default')", asset
            )
        async with httpx.AsyncClient(base_url=postgres_pair.servers[0].url) as client:
            fill(100, 0)
            few = await seconds(client)
            fill(100_000, 365)
            many = await seconds(client)
        [number] = connection.execute("SELECT count(*) FROM view_events").fetchone() or (0,)
        assert number == 1_000_000
    assert many < 5 * few, f"{many * 1000:.1f} ms against {few * 1000:.1f} ms"
