"""What somebody gains who guesses at the same moment, from many addresses of one network, or at the door."""

import asyncio
import secrets
from collections import Counter
from typing import Any

import httpx
from dependency_injector import providers
from msgspec import structs

from atg_core.attempts import Attempt
from atg_core.identity.enter import ACCOUNTS_FROM_ADDRESS
from atg_entrypoints.container import Container
from tests.api import Api
from tests.arranging import rows_of
from tests.contracts.identity.http_enter import EMAIL, GOOD, enter
from tests.contracts.identity.http_rate_limit import RIGHT, WRONG, CountingPasswords, from_address
from tests.mailed import Now
from tests.people import PASSWORD, add_person, sign_in

NETWORK = "2001:db8:1:2::/64"


class HttpGuessingContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    async def test_the_own_password_is_guessed_five_times_a_minute_also_at_once(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """From an unattended browser, by every route that asks for it."""
        with stocked.passwords.override(providers.Object(counting := CountingPasswords())):
            await sign_in(client, stocked)
            before = counting.checks
            asked: list[tuple[str, dict[str, str]]] = [
                ("/auth/password", {"current": "wrong password", "new": "another good one"}),
                ("/auth/email", {"email": "new@example.com", "password": "wrong password"}),
            ]
            replies = await asyncio.gather(*(client.post(path, json=body) for path, body in asked * 30))
        assert Counter(reply.status_code for reply in replies) == {400: 5, 429: 55}
        assert counting.checks - before == 5

    async def test_the_right_own_password_never_counts(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await sign_in(client, stocked)
        body = {"email": "anna@example.com", "password": PASSWORD}
        await add_person(stocked, "boris")
        right = await asyncio.gather(
            *(client.post("/auth/password", json={"current": PASSWORD, "new": PASSWORD + "!"}) for _ in range(3)),
            *(client.post("/auth/email", json=body) for _ in range(4)),
        )
        assert 429 not in [reply.status_code for reply in right]

    async def test_an_ipv6_network_is_one_address(
        self, client: httpx.AsyncClient, stocked: Container, api: Api
    ) -> None:
        await add_person(stocked, "anna")
        statuses = []
        for number in range(6):
            async with from_address(api, f"2001:db8:1:2::{number + 1}") as stranger:
                statuses.append((await stranger.post("/auth/login", json=WRONG)).status_code)
        assert statuses == [401] * 5 + [429]
        async with from_address(api, "2001:db8:1:3::1") as neighbour:
            assert (await neighbour.post("/auth/login", json=RIGHT)).status_code == 200

    async def test_the_general_limit_counts_a_network_too(self, api: Api) -> None:
        left, fresh = [], secrets.randbelow(0xFFFF)
        home, away = f"2001:db8:7:{fresh:x}", f"203.0.{fresh >> 8}.{fresh & 255}"
        for address in (f"{home}::1", f"{home}:8000::1", f"::ffff:{away}", away):
            async with from_address(api, address) as anyone:
                left.append(int((await anyone.get("/stations")).headers["ratelimit-remaining"]))
        assert left == [1199, 1198, 1199, 1198]

    async def test_another_address_of_the_network_is_no_new_device(self, stocked: Container, api: Api) -> None:
        await add_person(stocked, "anna")
        for address in ("2001:db8:1:2::1", "2001:db8:1:2::2"):
            async with from_address(api, address) as home:
                assert (await home.post("/auth/login", json=RIGHT)).status_code == 200
        sessions = await rows_of(stocked, "user_sessions")
        assert {row["ip_address"] for row in sessions} == {"2001:db8:1:2::1", "2001:db8:1:2::2"}
        assert {row["network"] for row in sessions} == {NETWORK}
        assert await rows_of(stocked, "mail_tokens") == []

    async def test_without_a_role_nobody_learns_whether_an_email_has_an_account(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """The same reply after the same work; both count, and what is throttled is not hashed."""
        await add_person(stocked, "anna")
        told = []
        for email in ("anna@example.com", "nobody@example.com"):
            with stocked.passwords.override(providers.Object(counting := CountingPasswords())):
                stocked.enter.reset()
                stocked.sign_in.reset()
                replies = [await enter(client, email, password="wrong password") for _ in range(7)]
            assert [reply.status_code for reply in replies] == [400] * 5 + [429] * 2
            assert counting.checks == 5
            told.append({reply.text for reply in replies[:5]})
        assert told[0] == told[1]
        [body] = told[0]
        assert '"role_required"' in body
        assert "nobody@example.com" not in await people(stocked)

    async def test_an_address_opens_twenty_accounts_an_hour(
        self, client: httpx.AsyncClient, stocked: Container, api: Api
    ) -> None:
        now = Now(stocked)
        limiter = stocked.sign_in_rate_limiter()
        attempt = Attempt(limit=ACCOUNTS_FROM_ADDRESS, key=NETWORK)
        for _ in range(17):
            await limiter.settle(await limiter.reserve([attempt]), counted=[True])
        async with from_address(api, "2001:db8:1:2::1") as one, from_address(api, "2001:db8:1:2::2") as other:
            weak = await enter(one, "weak@example.com", role="student", password="password1")
            assert weak.status_code == 400, "what was refused opens nothing"
            emails = [f"{number}@example.com" for number in range(6)]
            replies = await asyncio.gather(
                *(enter(who, email, role="student") for email, who in zip(emails, (one, other) * 3, strict=True))
            )
            assert Counter(reply.status_code for reply in replies) == {201: 3, 429: 3}
            assert len(await people(stocked) & set(emails)) == 3
            opened = next(email for email, reply in zip(emails, replies, strict=True) if reply.status_code == 201)
            assert (await enter(one, opened)).status_code == 200, "who has an account signs in"
            now.pass_by(minutes=61)
            assert (await enter(one, EMAIL, role="student")).status_code == 201

    async def test_who_may_open_an_account_is_a_setting(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await restrict(stocked, enter_roles=["student"])
        for path, body in (("/auth/role", {"role": "teacher"}), ("/auth/enter", teacher("vera@example.com"))):
            refused = await client.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (400, "role_required")
            assert [error["field"] for error in refused.json()["errors"]] == ["role"]
        assert (await enter(client, role="student")).status_code == 201
        assert (await client.post("/auth/enter", json=teacher(EMAIL))).status_code == 200, "it is no newcomer"
        await restrict(stocked, enter_roles=[])
        assert (await enter(client, "boris@example.com", role="student")).json()["code"] == "role_required"


async def people(stocked: Container) -> set[str]:
    return {row["email"] for row in await rows_of(stocked, "users") if row["email"]}


def teacher(email: str) -> dict[str, Any]:
    return {"email": email, "password": GOOD, "role": "teacher"}


async def restrict(stocked: Container, **settings: Any) -> None:
    stocked.settings.override(providers.Object(structs.replace(stocked.settings(), **settings)))
    for name in ("enter_roles", "role_choices", "enter"):
        getattr(stocked, name).reset()
