"""Sign-in rate limits and the general rate limit over HTTP."""

import asyncio

import httpx
from dependency_injector import providers
from pwdlib.hashers.argon2 import Argon2Hasher

from atg_adapters.passwords.hashing import PwdlibPasswords
from atg_core.identity.ports import PasswordCheck
from atg_core.identity.sign_in import FAILURES_OF_ACCOUNT
from atg_entrypoints.container import Container
from tests.api import Api
from tests.people import PASSWORD, add_person, sign_in

WRONG = {"username": "anna", "password": "wrong password"}
RIGHT = {"username": "anna", "password": PASSWORD}


class CountingPasswords(PwdlibPasswords):
    checks = 0

    async def check(self, password: str, password_hash: str | None) -> PasswordCheck:
        self.checks += 1
        return await super().check(password, password_hash)


def from_address(api: Api, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(api[1], client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://atg.test")


class HttpRateLimitContract:
    """The fixtures `client` and `stocked` say over which database."""

    async def test_five_wrong_passwords_a_minute_from_one_address_are_enough(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S17."""
        await add_person(stocked, "anna")
        await add_person(stocked, "boris")
        replies = [await client.post("/auth/login", json=WRONG) for _ in range(7)]
        assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 2
        assert replies[-1].json()["code"] == "too_many"
        assert 1 <= int(replies[-1].headers["retry-after"]) <= 60
        assert (await client.post("/auth/login", json=RIGHT)).status_code == 429
        other = await client.post("/auth/login", json={"username": "boris", "password": PASSWORD})
        assert other.status_code == 200

    async def test_what_is_throttled_is_not_hashed(self, client: httpx.AsyncClient, stocked: Container) -> None:
        """S17: so that guessing costs the service next to nothing; a name that is unknown is throttled alike."""
        with stocked.passwords.override(providers.Object(counting := CountingPasswords())):
            await add_person(stocked, "anna")
            for username in ("anna", "nobody"):
                replies = [await client.post("/auth/login", json=WRONG | {"username": username}) for _ in range(8)]
                assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 3
        assert counting.checks == 10

    async def test_wrong_tries_at_the_same_moment_are_counted_too(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await add_person(stocked, "anna")
        replies = await asyncio.gather(*(client.post("/auth/login", json=WRONG) for _ in range(40)))
        statuses = [reply.status_code for reply in replies]
        assert set(statuses) == {401, 429}
        assert statuses.count(401) == 5

    async def test_a_right_password_never_counts(self, client: httpx.AsyncClient, stocked: Container) -> None:
        await add_person(stocked, "anna")
        replies = await asyncio.gather(*(client.post("/auth/login", json=RIGHT) for _ in range(12)))
        assert {reply.status_code for reply in replies} == {200}

    async def test_strangers_do_not_lock_the_owner_out(
        self, client: httpx.AsyncClient, stocked: Container, api: Api
    ) -> None:
        """S17: an address from which the account was signed in to is not held up by the account's own limit."""
        user_id = await add_person(stocked, "anna")
        assert (await client.post("/auth/login", json=RIGHT)).status_code == 200
        for _ in range(FAILURES_OF_ACCOUNT.max_hits - 1):
            await stocked.sign_in_rate_limiter().hit(FAILURES_OF_ACCOUNT, str(user_id))
        async with from_address(api, "198.51.100.1") as stranger:
            assert (await stranger.post("/auth/login", json=WRONG)).status_code == 401
        async with from_address(api, "203.0.113.1") as stranger:
            assert (await stranger.post("/auth/login", json=RIGHT)).status_code == 429
        assert (await client.post("/auth/login", json=RIGHT)).status_code == 200

    async def test_strangers_do_not_lock_a_known_browser_out_wherever_it_is(self, stocked: Container, api: Api) -> None:
        """S17: the cookie that the first sign-in gave lets the owner in from an address never seen before."""
        user_id = await add_person(stocked, "anna")
        async with from_address(api, "203.0.113.1") as home:
            cookie = (await home.post("/auth/login", json=RIGHT)).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        for _ in range(FAILURES_OF_ACCOUNT.max_hits):
            await stocked.sign_in_rate_limiter().hit(FAILURES_OF_ACCOUNT, str(user_id))
        value = cookie.split(";")[0]
        async with from_address(api, "203.0.113.2") as away:
            for wrong in ({}, {"cookie": "atg_device=" + "x" * 32}, {"cookie": value + "x"}):
                assert (await away.post("/auth/login", json=RIGHT, headers=wrong)).status_code == 429
            known = await away.post("/auth/login", json=RIGHT, headers={"cookie": value})
        assert known.status_code == 200
        assert known.headers["set-cookie"].split(";")[0] == value

    async def test_refreshing_is_limited_by_session_and_not_by_address(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        """S10."""
        await add_person(stocked, "anna")
        one, other = [(await client.post("/auth/login", json=RIGHT)).json()["refreshToken"] for _ in range(2)]
        replies = [await client.post("/auth/refresh", json={"refreshToken": one}) for _ in range(301)]
        assert [reply.status_code for reply in replies] == [200] * 300 + [429]
        assert (await client.post("/auth/refresh", json={"refreshToken": other})).status_code == 200

    async def test_the_general_limit_is_told_in_headers(self, client: httpx.AsyncClient, stocked: Container) -> None:
        first = await client.get("/stations")
        second = await client.get("/stations")
        assert first.headers["ratelimit-limit"] == "1200"
        assert int(first.headers["ratelimit-remaining"]) - int(second.headers["ratelimit-remaining"]) == 1
        assert 0 < int(second.headers["ratelimit-reset"]) <= 60
        assert "ratelimit-limit" not in (await client.get("/health")).headers
        await sign_in(client, stocked)
        mine = await client.get("/auth/me")
        assert mine.headers["ratelimit-remaining"] == "1199"

    async def test_the_password_is_not_found_out_by_changing_it(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await sign_in(client, stocked)
        wrong = {"current": "wrong password", "new": "another good one"}
        replies = [await client.post("/auth/password", json=wrong) for _ in range(6)]
        assert [reply.status_code for reply in replies] == [400] * 5 + [429]

    async def test_signing_in_at_the_same_moment_with_a_hash_that_is_replaced_succeeds_for_all(
        self, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        old = Argon2Hasher(memory_cost=8192, time_cost=1, parallelism=1).hash(PASSWORD)
        await add_person(stocked, "anna", password_hash=old)
        replies = await asyncio.gather(*(client.post("/auth/login", json=RIGHT) for _ in range(6)))
        assert {reply.status_code for reply in replies} == {200}
