"""Refresh token rotation on real databases and over processes."""

import asyncio

import psycopg
import pytest

from atg_core.identity.model import Device
from atg_core.identity.ports import SessionRevoked
from atg_entrypoints.container import close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.contracts.identity.refresh_token_machine import RefreshMachine
from tests.integration.server_pair import Pair, two_processes
from tests.machines import hold_on_a_database
from tests.people import PASSWORD, add_person


def test_the_laws_of_refreshing_hold_on_postgresql(postgres_url: str) -> None:
    """The machine that runs over memory in the unit tests; at least 300 steps."""
    hold_on_a_database(RefreshMachine, postgres_url, steps=300, runs=4)


async def test_thirty_refreshes_with_one_token_over_two_processes_give_one_next_token(postgres_pair: Pair) -> None:
    """S3; S8: no token of the run is in the database; S7: two sessions never share a token."""
    tokens: set[str] = set()
    async with two_processes(postgres_pair) as (container, (one, two)):
        await add_person(container)

        async def refresh_thirty_times(token: str) -> str:
            body = {"refreshToken": token}
            replies = await asyncio.gather(
                *(client.post("/auth/refresh", json=body) for _ in range(15) for client in (one, two))
            )
            assert [reply.status_code for reply in replies] == [200] * 30
            [following] = {reply.json()["refreshToken"] for reply in replies}
            assert isinstance(following, str)
            return following

        credentials = {"username": "anna", "password": PASSWORD}
        logins = [(await one.post("/auth/login", json=credentials)).json() for _ in range(2)]
        assert logins[0]["refreshToken"] != logins[1]["refreshToken"]
        assert logins[0]["token"] != logins[1]["token"]
        token = logins[0]["refreshToken"]
        for _ in range(3):
            tokens.add(token)
            token = await refresh_thirty_times(token)
        assert len(tokens) == 3
        other = await two.post("/auth/refresh", json={"refreshToken": logins[1]["refreshToken"]})
        assert other.status_code == 200
        assert other.json()["refreshToken"] not in tokens
        tokens |= {token, logins[1]["refreshToken"], other.json()["refreshToken"]}
        await one.post("/auth/logout", json={"refreshToken": token})
        assert (await two.post("/auth/refresh", json={"refreshToken": token})).status_code == 401
    with psycopg.connect(postgres_pair.url) as connection:
        rows = connection.execute("SELECT user_sessions::text FROM user_sessions").fetchall()
    assert len(rows) == 2
    assert not any(token in row[0] for token in tokens for row in rows)


async def test_revoking_all_and_refreshing_at_once_leave_no_survivor(postgres_url: str) -> None:
    """S5, S6: rounds of refreshes against a password change, on one database."""
    container = create_container(Settings(database_url=postgres_url, secret_key=SECRET))
    user_id = await add_person(container)
    sign_in, refresh, callers = container.sign_in(), container.refresh(), container.callers()
    device = Device(ip_address=None, user_agent=None)
    for _ in range(40):
        pair, _ = await sign_in("anna", PASSWORD, device)
        claims = container.tokens().read_access(pair.access, container.clock()())
        caller = await callers.find_caller(claims.sid, container.clock()())
        assert caller is not None
        outcomes = await asyncio.gather(
            *(refresh(pair.refresh) for _ in range(6)), container.end_sessions().all(caller), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert all(isinstance(outcome, SessionRevoked) for outcome in refused)
        assert await callers.find_caller(claims.sid, container.clock()()) is None
        with pytest.raises(SessionRevoked):
            await refresh(pair.refresh)
    assert await callers.live_sessions(user_id, container.clock()(), limit=1, offset=0) == ([], 0)
    await close(container)
