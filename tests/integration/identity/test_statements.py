"""How many statements requests of identity cost."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_core.identity.sign_in import FAILURES_OF_ACCOUNT
from atg_entrypoints.container import Container
from tests.people import PASSWORD, add_person, sign_in
from tests.statements import counted


async def test_finding_out_who_calls_takes_one_statement_where_nothing_is_remembered(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    await sign_in(client, stocked)
    with counted(stocked) as statements:
        assert (await client.get("/auth/me")).status_code == 200
    assert len(statements) == 1


async def test_a_forgotten_password_costs_the_same_for_whomever(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """S16: who asks can not tell an email that is known by the work that it makes."""
    await add_person(remembering, "anna")
    asked = []
    for email in ("first@example.com", "anna@example.com", "nobody@example.com"):
        with counted(remembering) as statements:
            assert (await client.post("/auth/password/forgot", json={"email": email})).status_code == 200
        asked.append([statement for statement in statements if "DELETE" not in statement])
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize("throttled", [False, True])
async def test_a_guess_costs_the_same_for_whomever(
    client: httpx.AsyncClient, stocked: Container, throttled: bool
) -> None:
    """S16: who guesses can not tell a name that is known by the work that it makes, also once it is throttled."""
    users = [await add_person(stocked, "anna"), await add_person(stocked, "gone", is_active=False)]
    made = []
    for key, name in (("first", "first"), (users[0], "anna"), (users[1], "gone"), ("nobody", "nobody")):
        for _ in range(FAILURES_OF_ACCOUNT.max_hits if throttled else 0):
            await stocked.sign_in_rate_limiter().hit(FAILURES_OF_ACCOUNT, str(key))
        with counted(stocked) as statements:
            reply = await client.post("/auth/login", json={"username": name, "password": "wrong password"})
        assert reply.status_code == (429 if throttled else 401)
        made.append([statement for statement in statements if "DELETE" not in statement])
    assert made[0] == made[1] == made[2] == made[3]


async def test_signing_in_and_entering_take_few_statements(client: httpx.AsyncClient, stocked: Container) -> None:
    entering = {"email": "vera@example.com", "password": "a rather good one", "role": "student"}
    numbers = []
    for path, status in (("/auth/enter", 201), ("/auth/enter", 200), ("/auth/login", 200)):
        with counted(stocked) as statements:
            assert (await client.post(path, json=entering)).status_code == status
        numbers.append(len(statements))
    assert max(numbers) <= 16
    assert numbers == sorted(numbers, reverse=True)


async def test_a_sign_in_takes_five_statements_beside_its_hash_and_a_wrong_one_four(
    client: httpx.AsyncClient, stocked: Container
) -> None:
    """Who it is, the try, its outcome; then the session, or alone the event, which is one for the session, too."""
    await add_person(stocked, "anna")
    numbers = []
    for password, status in ((PASSWORD, 200), (PASSWORD, 200), ("wrong", 401), ("wrong", 401)):
        with counted(stocked) as statements:
            reply = await client.post("/auth/login", json={"username": "anna", "password": password})
        assert reply.status_code == status
        numbers.append(len([statement for statement in statements if "DELETE FROM throttle" not in statement]))
    assert numbers == [5, 5, 4, 4]


async def test_a_refresh_takes_two_statements(client: httpx.AsyncClient, stocked: Container) -> None:
    await add_person(stocked, "anna")
    signed_in = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
    with counted(stocked) as statements:
        reply = await client.post("/auth/refresh", json={"refreshToken": signed_in.json()["refreshToken"]})
    assert reply.status_code == 200
    assert len(statements) == 2, statements


async def test_lists_of_accounts_take_as_few_statements_however_long_they_are(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering, role=Role.ADMIN)
    for number in range(20):
        await add_person(remembering, f"person{number}")
        await client.post("/auth/login", json={"username": f"person{number}", "password": PASSWORD})
    await client.get("/auth/me")
    for path in ("/admin/users?size=100", "/admin/users?q=person&size=100", "/admin/audit?size=100", "/auth/sessions"):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == 2, (path, statements)
