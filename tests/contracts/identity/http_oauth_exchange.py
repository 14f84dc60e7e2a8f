"""Signing in with VK ID and Yandex from a frontend elsewhere (spec: identity, Routes)."""

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import httpx
import pytest
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.authenticator import Authenticator, second_step, ticket_in
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Now
from tests.oauth_authority import Person
from tests.oauth_browser import EMAIL, AtProviders, begin, come_by, parameters, visit
from tests.oauth_server import OAuthServer
from tests.people import PASSWORD, add_person

FRONTEND = "https://edu.example.com/signed-in"
ALLOWED = [FRONTEND, "http://localhost:5173/app/"]


async def exchange(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await client.post("/auth/oauth/exchange", json={"code": code})


class HttpOAuthExchangeContract(AtProviders):
    """The fixtures `client` and `stocked` say over which database. Time stands still."""

    @pytest.fixture(autouse=True)
    def now(self, stocked: Container) -> Now:
        return Now(stocked)

    @pytest.fixture(autouse=True)
    def frontends(self, stocked: Container, server: OAuthServer) -> None:
        stocked.settings.override(structs.replace(stocked.settings(), oauth_return_urls=ALLOWED))
        stocked.return_addresses.reset()
        stocked.start_oauth.reset()

    async def come_to(
        self, client: httpx.AsyncClient, server: OAuthServer, return_to: str = FRONTEND, **query: str
    ) -> dict[str, str]:
        """All the way: what the frontend finds in its address."""
        reply = await come_by(client, server, return_to=return_to, **query)
        assert reply.status_code == 302, reply.text
        assert reply.content in {b"", b"null"}
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "atg_oauth" not in client.cookies
        assert reply.headers["location"].split("?")[0] == return_to.split("?", maxsplit=1)[0]
        return parameters(reply.headers["location"])

    async def test_a_code_is_exchanged_for_what_login_replies(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        found = await self.come_to(client, server, role="teacher")
        assert found.keys() == {"code"}
        assert await rows_of(stocked, "user_sessions") == []
        assert found["code"] not in str(await rows_of(stocked, "oauth_exchange_codes"))
        reply = await exchange(client, found["code"])
        assert reply.status_code == 200, reply.text
        assert reply.headers["cache-control"] == "no-store"
        body = reply.json()
        assert (body["user"]["email"], body["user"]["role"]) == (EMAIL, "teacher")
        await add_person(stocked, "anna")
        login = await log_in(client, username="anna", password=PASSWORD)
        assert body.keys() - {"requires_registration"} == login.keys() - {"requires_registration"}
        assert (await client.get("/auth/me", headers=bearer(body["token"]))).status_code == 200
        refreshed = await client.post("/auth/refresh", json={"refreshToken": body["refreshToken"]})
        assert refreshed.status_code == 200
        again = await exchange(client, found["code"])
        assert (again.status_code, again.json()["code"]) == (400, "exchange_code_not_valid")
        assert again.json()["errors"][0]["field"] == "code"
        assert await rows_of(stocked, "oauth_exchange_codes") == []

    @pytest.mark.parametrize(
        "return_to", ["http://localhost:5173/app/", "http://localhost:5173/app/in?state=a%20b&lang=ru"]
    )
    async def test_the_frontends_own_parameters_come_back(
        self, client: httpx.AsyncClient, server: OAuthServer, return_to: str
    ) -> None:
        found = await self.come_to(client, server, return_to, role="student")
        code = found.pop("code")
        own = {"state": "a b", "lang": "ru"} if "?" in return_to else {}
        assert found == own
        assert (await exchange(client, code)).status_code == 200

    async def test_a_code_is_good_for_a_minute(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer, now: Now
    ) -> None:
        early, late = [(await self.come_to(client, server, role="student"))["code"] for _ in range(2)]
        now.pass_by(seconds=59)
        assert (await exchange(client, early)).status_code == 200
        now.pass_by(seconds=1)
        assert (await exchange(client, late)).json()["code"] == "exchange_code_not_valid"
        now.pass_by(seconds=1)
        assert [await stocked.forget_mail_tokens()() for _ in range(2)] == [1, 0]
        assert await rows_of(stocked, "oauth_exchange_codes") == []

    async def test_of_many_at_once_one_gets_the_tokens(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        code = (await self.come_to(client, server, role="student"))["code"]
        replies = await asyncio.gather(*(exchange(client, code) for _ in range(12)))
        assert Counter(reply.status_code for reply in replies) == {200: 1, 400: 11}
        assert {reply.json()["code"] for reply in replies if reply.is_client_error} == {"exchange_code_not_valid"}
        assert len(await rows_of(stocked, "user_sessions")) == 1

    @pytest.mark.parametrize("code", ["x", "é", "x" * 200, "code\x00"])
    async def test_a_code_that_was_never_given_is_refused(self, client: httpx.AsyncClient, code: str) -> None:
        refused = await exchange(client, code)
        assert (refused.status_code, refused.json()["code"]) == (400, "exchange_code_not_valid")
        for body in ({}, {"code": ""}, {"code": "x" * 201}, {"code": 1}):
            assert (await client.post("/auth/oauth/exchange", json=body)).status_code == 400

    async def test_wrong_codes_count_as_failed_sign_ins(self, client: httpx.AsyncClient, server: OAuthServer) -> None:
        code = (await self.come_to(client, server, role="student"))["code"]
        statuses = [(await exchange(client, f"{number}")).status_code for number in range(101)]
        assert statuses == [400] * 100 + [429]
        assert (await exchange(client, code)).status_code == 429

    @pytest.mark.parametrize(
        "return_to",
        [
            "https://evil.example.com/signed-in",
            "https://edu.example.com.evil.com/signed-in",
            "https://edu.example.com/signed-in/more",
            "https://edu.example.com@evil.com/signed-in",
            "http://edu.example.com/signed-in",
            "//edu.example.com/signed-in",
            "javascript:alert(1)",
            "http://localhost:5173/app/../admin",
            f"{FRONTEND}?code=mine",
            f"{FRONTEND}#x",
            "",
        ],
    )
    async def test_an_address_that_is_not_named_is_refused_at_the_start(
        self, client: httpx.AsyncClient, server: OAuthServer, return_to: str
    ) -> None:
        refused = await client.get("/auth/oauth/yandex/start", params={"return_to": return_to, "role": "student"})
        assert (refused.status_code, refused.json()["code"]) == (400, "address_not_allowed")
        assert refused.json()["errors"][0]["field"] == "return_to"
        assert "atg_oauth" not in client.cookies
        assert server.asked == []

    async def test_what_is_refused_is_told_to_the_frontend(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        assert await self.come_to(client, server) == {"error": "role_required"}
        await add_person(stocked, "vera", email=EMAIL)
        reply = await come_by(client, server, "vk", return_to=FRONTEND, role="student")
        assert parameters(reply.headers["location"]) == {"error": "account_exists"}
        url = await begin(client, role="student", return_to=f"{FRONTEND}?state=s")
        back = urlsplit(await visit(server, url))
        denied = f"{back.path}?error=access_denied&state={parameters(url)['state']}"
        mine = {"cookie": f"atg_oauth={client.cookies['atg_oauth']}"}
        replies = [await client.get(denied, headers=mine) for _ in range(2)]
        told = [parameters(reply.headers["location"]) for reply in replies]
        assert told == [{"state": "s", "error": "provider_refused"}, {"state": "s", "error": "attempt_not_valid"}]
        assert await rows_of(stocked, "oauth_exchange_codes") == []

    async def test_who_did_not_begin_here_is_sent_nowhere(self, client: httpx.AsyncClient, server: OAuthServer) -> None:
        back = await visit(server, await begin(client, role="student", return_to=FRONTEND))
        mac = client.cookies["atg_oauth"].rpartition(".")[2]
        forged = f"seed.yandex.student.99999999999.aHR0cHM6Ly9ldmlsLmV4YW1wbGUuY29t.{mac}"
        client.cookies.clear()
        for headers in ({}, {"cookie": f"atg_oauth={forged}"}):
            refused = await client.get(back, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (400, "attempt_not_valid")

    async def test_without_an_address_the_callback_replies_as_login(
        self, client: httpx.AsyncClient, server: OAuthServer
    ) -> None:
        reply = await come_by(client, server, role="student")
        assert (reply.status_code, reply.json()["user"]["email"]) == (200, EMAIL)

    async def test_the_second_factor_is_asked_for_at_the_exchange(
        self, client: httpx.AsyncClient, server: OAuthServer, now: Now
    ) -> None:
        first = (await exchange(client, (await self.come_to(client, server, role="student"))["code"])).json()
        client.headers.update(bearer(first["token"]))
        app = Authenticator((await client.post("/auth/second-factor/setup", json={})).json()["secret"], now)
        assert (await client.post("/auth/second-factor/confirm", json={"code": app.code(later=-1)})).status_code == 200
        del client.headers["authorization"]
        code = (await self.come_to(client, server))["code"]
        ticket = ticket_in(await exchange(client, code))
        assert (await exchange(client, code)).json()["code"] == "exchange_code_not_valid"
        reply = await second_step(client, ticket, app.code())
        assert reply.json()["user"]["email"] == EMAIL

    async def test_what_ends_the_sessions_of_a_user_ends_their_codes(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        first = (await exchange(client, (await self.come_to(client, server, role="student"))["code"])).json()
        await add_person(stocked, "root", role=Role.ADMIN)
        admin = bearer((await log_in(client, username="root", password=PASSWORD))["token"])
        user = f"/admin/users/{first['user']['id']}"
        for change in (
            lambda: client.post("/auth/logout-all", headers=bearer(first["token"])),
            lambda: client.post(f"{user}/sessions/revoke", headers=admin),
            lambda: client.put(user, json={"is_active": False}, headers=admin),
        ):
            code = (await self.come_to(client, server))["code"]
            assert (await change()).is_success
            assert (await exchange(client, code)).json()["code"] == "exchange_code_not_valid"
        assert await self.come_to(client, server) == {"error": "invalid_credentials"}

    async def test_the_session_is_of_the_browser_that_signed_in(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        server.people["yandex"] = Person("7", EMAIL)
        client.headers["user-agent"] = "Browser"
        code = (await self.come_to(client, server, role="student"))["code"]
        client.headers["user-agent"] = "Server of a frontend"
        client.cookies.clear()
        assert (await exchange(client, code)).status_code == 200
        [session] = await rows_of(stocked, "user_sessions")
        assert session["user_agent"] == "Browser"
        assert session["device_hash"] is not None
