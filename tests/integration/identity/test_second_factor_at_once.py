"""Codes and tickets that come at the same moment, over two processes and one database."""

import asyncio
from collections import Counter

import httpx

from atg_core.identity.audit import Action
from atg_core.identity.second_factor_codes import CODES_OF_ACCOUNT
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.authenticator import Authenticator, second_step, ticket_of, wrong
from tests.integration.server_pair import Pair, two_processes
from tests.people import sign_in

GUESSES = 60
COPIES = 50


async def test_codes_at_the_same_moment(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        await sixty_guesses_of_one_ticket_are_five(container, clients)
        await sixty_guesses_of_twelve_tickets_are_as_many_as_the_account_has(container, clients)
        await fifty_of_the_same_code_are_one_sign_in(container, clients)
        await fifty_of_the_same_recovery_code_are_one_sign_in(container, clients)


async def has_app(container: Container, client: httpx.AsyncClient, username: str) -> Authenticator:
    await sign_in(client, container, username)
    app = await Authenticator.of(client)
    del client.headers["authorization"]
    return app


async def failures(container: Container) -> int:
    return sum(row["action"] == Action.SECOND_FACTOR_FAILED for row in await rows_of(container, "audit_events"))


async def tried(clients: list[httpx.AsyncClient], tickets: list[str], code: str, times: int) -> list[httpx.Response]:
    """Each ticket in turn, at each process in turn."""
    return await asyncio.gather(
        *(second_step(clients[turn % 2], tickets[turn % len(tickets)], code) for turn in range(times))
    )


async def sixty_guesses_of_one_ticket_are_five(container: Container, clients: list[httpx.AsyncClient]) -> None:
    app = await has_app(container, clients[0], "anna")
    replies = await tried(clients, [await ticket_of(clients[0], "anna")], wrong(app), GUESSES)
    codes = Counter(reply.json()["code"] for reply in replies)
    assert codes == {"invalid_code": 5, "invalid_ticket": GUESSES - 5}
    assert await failures(container) == 5


async def sixty_guesses_of_twelve_tickets_are_as_many_as_the_account_has(
    container: Container, clients: list[httpx.AsyncClient]
) -> None:
    app = await has_app(container, clients[0], "boris")
    tickets = [await ticket_of(clients[0], "boris") for _ in range(GUESSES // 5)]
    before = await failures(container)
    replies = await tried(clients, tickets, wrong(app), GUESSES)
    left = CODES_OF_ACCOUNT.max_hits
    assert Counter(reply.status_code for reply in replies) == {401: left, 429: GUESSES - left}
    assert await failures(container) == before + left


async def fifty_of_the_same_code_are_one_sign_in(container: Container, clients: list[httpx.AsyncClient]) -> None:
    """With tickets of their own."""
    app = await has_app(container, clients[0], "clara")
    tickets = [await ticket_of(clients[0], "clara") for _ in range(COPIES // 5)]
    replies = await tried(clients, tickets, app.code(later=1), COPIES)
    assert Counter(reply.status_code for reply in replies)[200] == 1


async def fifty_of_the_same_recovery_code_are_one_sign_in(
    container: Container, clients: list[httpx.AsyncClient]
) -> None:
    """With the same ticket, and then with another."""
    app = await has_app(container, clients[0], "diana")
    code, *_ = app.recovery_codes
    replies = await tried(clients, [await ticket_of(clients[0], "diana")], code, COPIES // 2)
    replies += await tried(clients, [await ticket_of(clients[1], "diana")], code, COPIES // 2)
    assert Counter(reply.status_code for reply in replies)[200] == 1
    of_diana = [row for row in await rows_of(container, "audit_events") if row["action"] == Action.RECOVERY_CODE_USED]
    assert len(of_diana) == 1
