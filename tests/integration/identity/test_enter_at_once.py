"""Concurrent sign-ups, resets and refreshes, over two processes and one database."""

import asyncio
from collections import Counter
from itertools import pairwise

import httpx
import pytest

from atg_core.clock import utc_now
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.model import Device
from atg_core.identity.ports import SessionRevoked
from atg_core.identity.session_start import TokenPair
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.server_pair import Pair, two_processes
from tests.mailed import Mailbox
from tests.people import PASSWORD, add_person

GOOD = "a rather good one"


async def enter(client: httpx.AsyncClient, email: str, role: str) -> httpx.Response:
    body = {"email": email, "password": GOOD, "role": role}
    return await client.post("/auth/enter", json=body)


async def test_people_at_the_same_moment(pair: Pair) -> None:
    """Over two processes."""
    async with two_processes(pair) as (container, clients):
        await a_newcomer_who_enters_twenty_times_is_one(container, clients)
        await a_link_resets_one_password(container, clients)


async def a_newcomer_who_enters_twenty_times_is_one(container: Container, clients: list[httpx.AsyncClient]) -> None:
    roles = ("teacher", "student") * 5
    replies = await asyncio.gather(*(enter(client, "Vera@example.com", role) for role in roles for client in clients))
    assert Counter(reply.status_code for reply in replies) == {201: 1, 200: 19}
    assert len({(reply.json()["user"]["id"], reply.json()["user"]["role"]) for reply in replies}) == 1
    [user] = await rows_of(container, "users")
    assert (user["username"], user["email"]) == ("vera@example.com", "vera@example.com")
    assert len(await rows_of(container, "user_profiles")) == 1
    purposes = Counter(row["purpose"] for row in await rows_of(container, "mail_tokens"))
    assert purposes == {"confirm_email": 1}, "nor is the own address a new device"


async def a_link_resets_one_password(container: Container, clients: list[httpx.AsyncClient]) -> None:
    email = "boris@example.com"
    await add_person(container, "boris")
    assert (await clients[0].post("/auth/password/forgot", json={"email": email})).status_code == 200
    token = await reset_token(container)
    passwords = [f"{GOOD} {number}" for number in range(10)]
    replies = await asyncio.gather(
        *(
            clients[number % 2].post("/auth/password/reset", json={"token": token, "new": password})
            for number, password in enumerate(passwords)
        )
    )
    assert Counter(reply.status_code for reply in replies) == {200: 1, 400: 9}
    assert {reply.json()["code"] for reply in replies if reply.status_code == 400} == {"invalid_reset_token"}
    [winner] = [password for password, reply in zip(passwords, replies, strict=True) if reply.is_success]
    login = await clients[1].post("/auth/login", json={"email": email, "password": winner})
    assert login.status_code == 200


async def reset_token(container: Container) -> str:
    """As it is mailed; over SQLite by one of the servers, which do jobs themselves."""
    for _ in range(100):
        await Mailbox(container).sent()
        if token := await live_token(container):
            return token
        await asyncio.sleep(0.1)
    raise AssertionError


async def live_token(container: Container) -> str:
    """The only one that resets a password; empty if there is none."""
    tokens = [row for row in await rows_of(container, "mail_tokens") if row["purpose"] == Purpose.RESET_PASSWORD]
    live = [
        container.email_token_signer().token(row["id"], Purpose.RESET_PASSWORD) for row in tokens if not row["used_at"]
    ]
    assert len(live) <= 1
    return "".join(live)


async def test_resetting_and_refreshing_at_once_leave_no_survivor(container: Container) -> None:
    """S6: rounds of refreshes against a password that is reset, on one database."""
    user_id = await add_person(container)
    sign_in, refresh, device = container.sign_in(), container.refresh(), Device(ip_address=None, user_agent=None)
    passwords = [PASSWORD, *(f"{GOOD} {number}" for number in range(20))]
    for old, new in pairwise(passwords):
        pair, account = await sign_in("anna", old, device)
        async with container.open_identity()() as store:
            await container.queue_account_email()(store, account.user, Purpose.RESET_PASSWORD)
        token = await live_token(container)
        outcomes = await asyncio.gather(
            *(refresh(pair.refresh) for _ in range(5)), container.reset_password()(token, new), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert all(isinstance(outcome, SessionRevoked) for outcome in refused)
        for survivor in (pair, *(outcome for outcome in outcomes if isinstance(outcome, TokenPair))):
            with pytest.raises(SessionRevoked):
                await refresh(survivor.refresh)
    assert await container.callers().live_sessions(user_id, utc_now(), limit=1, offset=0) == ([], 0)
