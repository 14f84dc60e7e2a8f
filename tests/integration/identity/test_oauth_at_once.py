"""OAuth callbacks at another process, and concurrent ones."""

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import httpx

from atg_core.clock import utc_now
from atg_core.identity.email_tokens import Purpose
from atg_core.identity.enter import RoleRequired
from atg_core.identity.model import Device
from atg_core.identity.oauth_providers import Claims, IdentityTaken, OAuthIdentity
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.integration.identity.test_enter_at_once import live_token
from tests.integration.server_pair import FRONTEND, Pair, two_processes
from tests.oauth_authority import Person
from tests.oauth_browser import EMAIL, begin, parameters
from tests.oauth_server import OAuthServer
from tests.people import add_person


async def visit(url: str) -> str:
    """Over the network: the path and the query of where the provider sends the browser."""
    async with httpx.AsyncClient() as browser:
        parts = urlsplit((await browser.get(url)).headers["location"])
    return f"{parts.path}?{parts.query}"


async def begun(client: httpx.AsyncClient, **query: str) -> tuple[str, dict[str, str]]:
    """Where a browser is sent back to, and the cookie that it has."""
    client.cookies.clear()
    back = await visit(await begin(client, role="student", **query))
    return back, {"cookie": f"atg_oauth={client.cookies['atg_oauth']}"}


async def test_two_processes_know_the_same_attempts(pair: Pair, oauth_provider: OAuthServer) -> None:
    """S24."""
    oauth_provider.people["yandex"] = Person("1000034426", EMAIL)
    async with two_processes(pair) as (container, clients):
        await ten_browsers_of_a_newcomer_make_one_account(container, clients)
        await a_state_that_one_has_seen_is_used_up_in_the_other(clients)
        await a_code_that_one_has_given_is_exchanged_once_by_both(container, clients)


async def ten_browsers_of_a_newcomer_make_one_account(container: Container, clients: list[httpx.AsyncClient]) -> None:
    attempts = [await begun(clients[number % 2]) for number in range(10)]
    for client in clients:
        client.cookies.clear()
    replies = await asyncio.gather(
        *(clients[(number + 1) % 2].get(back, headers=mine) for number, (back, mine) in enumerate(attempts))
    )
    assert Counter(reply.status_code for reply in replies) == {200: 10}
    assert len({reply.json()["user"]["id"] for reply in replies}) == 1
    assert [row["email"] for row in await rows_of(container, "users")] == [EMAIL]
    assert len(await rows_of(container, "oauth_identities")) == 1


async def a_state_that_one_has_seen_is_used_up_in_the_other(clients: list[httpx.AsyncClient]) -> None:
    back, mine = await begun(clients[0])
    for client in clients:
        client.cookies.clear()
    replies = await asyncio.gather(*(client.get(back, headers=mine) for client in clients * 5))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 400: 9}
    assert {reply.json()["code"] for reply in replies if reply.is_client_error} == {"attempt_not_valid"}


async def a_code_that_one_has_given_is_exchanged_once_by_both(
    container: Container, clients: list[httpx.AsyncClient]
) -> None:
    back, mine = await begun(clients[0], return_to=FRONTEND)
    before = len(await rows_of(container, "user_sessions"))
    for client in clients:
        client.cookies.clear()
    found = await clients[0].get(back, headers=mine)
    code = {"code": parameters(found.headers["location"])["code"]}
    replies = await asyncio.gather(*(client.post("/auth/oauth/exchange", json=code) for client in clients * 5))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 400: 9}
    assert len(await rows_of(container, "user_sessions")) == before + 1


async def test_resetting_the_password_and_coming_back_at_once_leave_no_survivor(container: Container) -> None:
    """S6: whoever the reset shuts out is not let in by an identity that was looked for before."""
    user_id = await add_person(container, email_verified_at=utc_now())
    claims = Claims(subject="7", email=None, email_verified=False, name=None)
    device = Device(ip_address=None, user_agent=None)

    async def come_back() -> None:
        async with container.open_identity()() as store:
            account = await container.finish_oauth().link_identity(store, "vk", claims, None)
            await container.begin_session()(store, account.user, device)

    for number in range(20):
        async with container.open_identity()() as store:
            known = OAuthIdentity(provider="vk", subject="7", user_id=user_id, created_at=utc_now())
            await store.add_identity(known)
            await container.queue_account_email()(store, await store.lock_user(user_id), Purpose.RESET_PASSWORD)
        reset = container.reset_password()(await live_token(container), f"a rather good one {number}")
        outcomes = await asyncio.gather(*(come_back() for _ in range(3)), reset, return_exceptions=True)
        refused = [outcome for outcome in outcomes if outcome is not None]
        assert all(isinstance(outcome, IdentityTaken | RoleRequired) for outcome in refused), refused
        assert await container.callers().live_sessions(user_id, utc_now(), limit=1, offset=0) == ([], 0)
        assert await rows_of(container, "oauth_identities") == []
