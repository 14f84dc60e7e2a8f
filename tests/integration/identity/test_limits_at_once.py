"""Limits that hold when requests come at once, over two processes and one database."""

import asyncio
from collections import Counter
from itertools import cycle

import httpx

from tests.arranging import rows_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.integration.server_pair import Pair, two_processes
from tests.people import PASSWORD, add_person

GOOD = "a rather good one"


async def test_guesses_and_new_accounts_at_the_same_moment(postgres_pair: Pair) -> None:
    async with two_processes(postgres_pair) as (container, clients):
        await add_person(container, "anna")
        await sixty_guesses_of_the_own_password_are_five(clients)
        await of_thirty_newcomers_from_an_address_twenty_get_an_account(clients)
        opened = [row for row in await rows_of(container, "users") if row["role"] == "student"]
        assert len(opened) == 20


async def sixty_guesses_of_the_own_password_are_five(clients: list[httpx.AsyncClient]) -> None:
    """What the attacker did who found a browser open; the owner then still signs in."""
    headers = bearer((await log_in(clients[0], username="anna", password=PASSWORD))["token"])
    guesses = [{"current": f"guess number {number}", "new": GOOD} for number in range(60)]
    replies = await asyncio.gather(
        *(
            client.post("/auth/password", json=guess, headers=headers)
            for client, guess in zip(cycle(clients), guesses, strict=False)
        )
    )
    assert Counter(reply.status_code for reply in replies) == {400: 5, 429: 55}
    await log_in(clients[1], username="anna", password=PASSWORD)


async def of_thirty_newcomers_from_an_address_twenty_get_an_account(clients: list[httpx.AsyncClient]) -> None:
    """The address is an IPv6 network, each of whose newcomers comes from another end of it."""
    replies = await asyncio.gather(
        *(
            clients[number % 2].post(
                "/auth/enter",
                json={"email": f"{number}@example.com", "password": GOOD, "role": "student"},
                headers={"x-forwarded-for": f"2001:db8:1:2:{number:x}::1"},
            )
            for number in range(30)
        )
    )
    assert Counter(reply.status_code for reply in replies) == {201: 20, 429: 10}
