"""A database that goes away under a running server, and comes back."""

import time
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from tests.conftest import SECRET
from tests.integration.running import serving

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
            for _ in range(3):
                assert statuses() == [503] * 5
            assert client.get("/health").status_code == 200
        finally:
            let_in(postgres_server, database, allowed=True)
        assert statuses() == [200] * 5
    assert "Traceback" not in server.log
