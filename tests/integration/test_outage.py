"""Database and Redis outages under a running server."""

import asyncio
import time
from pathlib import Path
from unittest.mock import ANY
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.conftest import SECRET, optional
from tests.integration.running import serving
from tests.integration.wire import Wire
from tests.throwaway_postgres import throwaway_server

pytestmark = pytest.mark.alone

ADMIN = {"username": "root", "password": "a rather good one"}


def let_in(server: str, database: str, *, allowed: bool) -> None:
    """Opens the database to connections, or closes it and ends those that there are."""
    with psycopg.connect(server, autocommit=True) as connection:
        change = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        connection.execute(change.format(sql.Identifier(database), sql.Literal(allowed)))
        if not allowed:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))


def test_while_the_database_is_away_every_reply_is_503_and_then_the_same_token_works(
    postgres_server: str, postgres_url: str, tmp_path: Path
) -> None:
    """S9, O2: never a 401 or a 500, each within two seconds, and no restart needed."""
    database = postgres_url.rpartition("/")[2]
    environment = {
        "ATG_DATABASE_URL": postgres_url,
        "ATG_SECRET_KEY": SECRET,
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
    }
    with serving(tmp_path, **environment) as server, httpx.Client(base_url=server.url, timeout=10) as client:
        login = client.post("/auth/login", json=ADMIN).json()
        headers = {"authorization": f"Bearer {login['token']}"}
        refresh = {"refreshToken": login["refreshToken"]}

        def statuses() -> list[int]:
            begun = time.monotonic()
            replies = [
                client.post("/auth/refresh", json=refresh),
                client.get("/auth/me", headers=headers),
                client.get("/stations"),
                client.post("/auth/login", json=ADMIN),
                client.get("/ready"),
            ]
            assert time.monotonic() - begun < 2 * len(replies)
            away = [reply for reply in replies if reply.status_code == 503]
            assert all(reply.headers["retry-after"] for reply in away)
            return [reply.status_code for reply in replies]

        assert statuses() == [200] * 5
        let_in(postgres_server, database, allowed=False)
        try:
            time.sleep(1.1)  # for a second the catalog is answered from memory
            for _ in range(3):
                assert statuses() == [503] * 5
            assert client.get("/health").status_code == 200
            assert client.get("/metrics").status_code == 200
        finally:
            let_in(postgres_server, database, allowed=True)
        assert statuses() == [200] * 5
    assert "Traceback" not in server.log


async def test_a_database_that_hangs_is_told_soon_and_served_again_when_it_goes_on(tmp_path: Path) -> None:
    with throwaway_server() as postgres:
        if postgres is None:
            optional("postgres", "initdb is not installed")
        environment = {
            "ATG_DATABASE_URL": postgres.url,
            "ATG_SECRET_KEY": SECRET,
            "ATG_ADMIN_USERNAME": ADMIN["username"],
            "ATG_ADMIN_PASSWORD": ADMIN["password"],
        }
        with serving(tmp_path, **environment) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
                login = (await client.post("/auth/login", json=ADMIN)).json()
                client.headers["authorization"] = f"Bearer {login['token']}"

                async def asked(path: str) -> tuple[int, float]:
                    begun = time.monotonic()
                    reply = await client.get(path)
                    assert reply.status_code != 503 or reply.headers["retry-after"]
                    return reply.status_code, time.monotonic() - begun

                assert await asked("/auth/me") == (200, ANY)
                with postgres.hanging():
                    for _ in range(2):
                        replies = await asyncio.gather(
                            *map(asked, ["/auth/me", "/groups", "/admin/audit"] * 15 + ["/ready"])
                        )
                        assert {status for status, _ in replies} == {503}
                        assert max(seconds for _, seconds in replies) < 3.5
                        assert await asked("/health") == (200, ANY)
                begun = time.monotonic()
                while (await asked("/auth/me"))[0] != 200:
                    assert time.monotonic() - begun < 5
                replies = await asyncio.gather(*map(asked, ["/auth/me", "/groups", "/ready"] * 15))
                assert {status for status, _ in replies} == {200}
        assert "Traceback" not in server.log


def test_while_redis_is_away_the_revoked_stay_revoked_and_the_throttled_throttled(
    postgres_url: str, redis_server: str, tmp_path: Path
) -> None:
    """O3: correct, perhaps slower; nothing fails open, before, while and after."""
    parts = urlsplit(redis_server)
    wire = Wire((parts.hostname or "127.0.0.1", parts.port or 6379))
    through_wire = parts._replace(netloc=f"127.0.0.1:{wire.port}").geturl()
    environment = {
        "ATG_DATABASE_URL": postgres_url,
        "ATG_REDIS_URL": through_wire,
        "ATG_SECRET_KEY": SECRET,
        "ATG_ADMIN_USERNAME": ADMIN["username"],
        "ATG_ADMIN_PASSWORD": ADMIN["password"],
    }
    with serving(tmp_path, **environment) as server, httpx.Client(base_url=server.url, timeout=10) as client:
        revoked, live = (client.post("/auth/login", json=ADMIN).json()["token"] for _ in range(2))

        def me(token: str) -> int:
            return client.get("/auth/me", headers={"authorization": f"Bearer {token}"}).status_code

        assert (me(revoked), me(live)) == (200, 200)
        client.post("/auth/logout", headers={"authorization": f"Bearer {revoked}"})
        assert client.get("/ready").status_code == 200
        for when in ("connected", "cut", "mended"):
            if when == "cut":
                wire.cut()
            if when == "mended":
                wire.mend()
            assert (me(revoked), me(live)) == (401, 200), when
            wrong = {"username": f"nobody-{when}-{server.url}", "password": "wrong password"}
            tries = [client.post("/auth/login", json=wrong).status_code for _ in range(7)]
            assert tries == [401] * 5 + [429] * 2, when
            ready = client.get("/ready")
            assert ready.status_code == 200
            assert ready.json()["degraded"] == (["cache"] if when == "cut" else []), when
        wire.cut()
        client.post("/auth/logout", headers={"authorization": f"Bearer {live}"})
        wire.mend()
        assert me(live) == 401, "what was revoked while Redis was away is not found there afterwards"
        wire.cut()
    assert "Traceback" not in server.log
