"""Sign-in with VK ID and Yandex (spec: identity, Routes; S24)."""

import asyncio
from base64 import urlsafe_b64encode
from collections import Counter
from contextlib import AsyncExitStack
from hashlib import sha256

import httpx
import pytest
from litestar.types import ASGIApp
from msgspec import structs

from atg_core.clock import utc_now
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.identity.http_enter import GOOD, enter, newcomer, user_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Mailbox, press, token_in
from tests.oauth_authority import Person
from tests.oauth_browser import EMAIL, AtProviders, begin, come_by, kept, parameters, visit
from tests.oauth_server import VK_CLIENT, YANDEX_CLIENT, OAuthServer
from tests.people import PASSWORD, add_person


class HttpOAuthContract(AtProviders):
    """The fixtures `client`, `stocked` and `api` say over which database."""

    async def test_a_newcomer_gets_an_account_and_is_known_from_then_on(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        first = await come_by(client, server, role="teacher")
        assert first.status_code == 200, first.text
        assert first.headers["cache-control"] == "no-store"
        server.people["yandex"] = Person("1000034426", "another@yandex.ru", "Вера Волк")
        again = await come_by(client, server, role="student")
        for reply in (first, again):
            user = reply.json()["user"]
            assert (user["username"], user["email"], user["full_name"], user["role"]) == (
                *(EMAIL, EMAIL, "Вера Лис", "teacher"),
            )
            me = await client.get("/auth/me", headers=bearer(reply.json()["token"]))
            assert me.json()["user"]["id"] == first.json()["user"]["id"]
            refreshed = await client.post("/auth/refresh", json={"refreshToken": reply.json()["refreshToken"]})
            assert refreshed.status_code == 200
        await add_person(stocked, "anna")
        assert first.json().keys() - {"requires_registration"} == (
            (await log_in(client, username="anna", password=PASSWORD)).keys() - {"requires_registration"}
        )
        stored = await user_of(stocked, EMAIL)
        assert (stored["password_hash"], stored["email_verified_at"] is not None) == (None, True)
        [identity] = await rows_of(stocked, "oauth_identities")
        assert (identity["provider"], identity["subject"], identity["user_id"]) == (
            *("yandex", "1000034426", stored["id"]),
        )
        events = await rows_of(stocked, "audit_events")
        done = Counter(row["action"] for row in events if row["user_id"] == stored["id"])
        assert done == {"user_created": 1, "oauth_linked": 1, "signed_in": 2}

    async def test_vk_does_not_say_whose_an_email_is_so_that_a_mail_asks(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        box = Mailbox(stocked)
        reply = await come_by(client, server, "vk", role="teacher")
        assert reply.status_code == 200, reply.text
        assert (await user_of(stocked, EMAIL))["email_verified_at"] is None
        assert (await press(client, await box.link(EMAIL, "confirm-email"))).status_code == 200
        assert (await user_of(stocked, EMAIL))["email_verified_at"] is not None
        assert (await come_by(client, server, "vk")).json()["user"]["id"] == reply.json()["user"]["id"]

    @pytest.mark.parametrize("email", [None, "", "no address", "vera@", "a\x00@yandex.ru", f"{'v' * 300}@yandex.ru"])
    @pytest.mark.parametrize("provider", ["vk", "yandex"])
    async def test_an_account_needs_no_email(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer, provider: str, email: str | None
    ) -> None:
        server.people[provider] = Person("7", email, " ")
        for _ in range(2):
            reply = await come_by(client, server, provider, role="student")
            user = reply.json()["user"]
            assert (user["username"], user["full_name"], user["email"]) == (f"{provider}-7", f"{provider}-7", None)
        assert len(await rows_of(stocked, "oauth_identities")) == 1
        assert await Mailbox(stocked).sent() == []

    async def test_without_a_role_there_is_no_new_account(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        before = await kept(stocked)
        refused = await come_by(client, server)
        assert (refused.status_code, refused.json()["code"]) == (400, "role_required")
        assert await kept(stocked) == before
        for role in ("admin", "user", "x", ""):
            wrong = await client.get("/auth/oauth/vk/start", params={"role": role})
            assert [error["field"] for error in wrong.json()["errors"]] == ["role"]
        await client.post("/auth/role", json={"role": "teacher"})
        made = await come_by(client, server)
        assert (made.status_code, made.json()["user"]["role"]) == (200, "teacher")
        assert "atg_role" not in client.cookies

    @pytest.mark.parametrize(("provider", "client_id"), [("vk", VK_CLIENT), ("yandex", YANDEX_CLIENT)])
    async def test_a_provider_is_asked_as_the_standards_say(
        self, client: httpx.AsyncClient, server: OAuthServer, provider: str, client_id: str
    ) -> None:
        """RFC 6749, section 4.1, RFC 7636, and RFC 9700, section 2.1: nothing that is secret goes by the browser."""
        url = await begin(client, provider, role="student")
        asked = parameters(url)
        redirect_uri = f"http://atg.test/auth/oauth/{provider}/callback"
        assert (asked["response_type"], asked["client_id"]) == ("code", client_id)
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == (redirect_uri, "S256")
        assert len({asked[name] for name in ("state", "nonce", "code_challenge")}) == 3
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
        kept = client.cookies["atg_oauth"]
        back = await visit(server, url)
        assert (await client.get(back)).status_code == 200
        [sent] = [sent for step, sent in server.asked if step == f"{provider} token"]
        challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert (challenge, sent["redirect_uri"]) == (asked["code_challenge"], redirect_uri)
        assert sent["code_verifier"] not in kept + url + back
        assert [step.partition(" ")[2] for step, _ in server.asked] == ["authorize", "token", "profile"]

    async def test_the_browser_keeps_the_attempt_for_this_provider_and_ten_minutes(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        started = await client.get("/auth/oauth/vk/start")
        for attribute in ("atg_oauth=", "HttpOnly", "Path=/auth/oauth/vk;", "SameSite=lax", "Max-Age=600"):
            assert attribute in started.headers["set-cookie"]
        assert "Secure" not in started.headers["set-cookie"]
        back = await client.get(await visit(server, started.headers["location"]))
        assert back.json()["code"] == "role_required"
        assert (await come_by(client, server, "vk", role="student")).status_code == 200
        assert "atg_oauth" not in client.cookies
        stocked.settings.override(structs.replace(stocked.settings(), public_url="https://atg.test/api/"))
        for attribute in ("Secure", "Path=/api/auth/oauth/vk;"):
            assert attribute in (await client.get("/auth/oauth/vk/start")).headers["set-cookie"]

    async def test_a_verified_email_joins_an_account_whose_own_email_is_verified(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        user_id = await add_person(stocked, "vera", email=EMAIL, role=Role.USER, email_verified_at=utc_now())
        server.people["yandex"] = Person("1", EMAIL.upper())
        token = (await log_in(client, username="vera", password=PASSWORD))["token"]
        for _ in range(2):
            reply = await come_by(client, server, role="teacher")
            assert (reply.json()["user"]["id"], reply.json()["user"]["role"]) == (str(user_id), "user")
        assert (await client.get("/auth/me", headers=bearer(token))).status_code == 200
        assert (await log_in(client, username="vera", password=PASSWORD))["user"]["id"] == str(user_id)

    async def test_an_unverified_account_first_loses_what_a_stranger_may_have_left(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        """Who enters somebody else's address, or has it at VK, waits for its owner in vain."""
        box = Mailbox(stocked)
        stranger = await newcomer(client, EMAIL)
        assert (await client.get("/auth/me", headers=bearer(stranger["token"]))).status_code == 200
        await client.post("/auth/password/forgot", json={"email": EMAIL})
        reset = token_in(await box.link(EMAIL, "reset-password"))
        reply = await come_by(client, server)
        assert (reply.status_code, reply.json()["user"]["id"]) == (200, stranger["user"]["id"])
        assert (await client.get("/auth/me", headers=bearer(stranger["token"]))).status_code == 401
        refresh = await client.post("/auth/refresh", json={"refreshToken": stranger["refreshToken"]})
        assert refresh.status_code == 401
        assert (await enter(client, EMAIL, role="student")).status_code == 401
        assert (await client.post("/auth/password/reset", json={"token": reset, "new": GOOD})).status_code == 400
        me = await client.get("/auth/me", headers=bearer(reply.json()["token"]))
        assert me.status_code == 200
        assert (await user_of(stocked, EMAIL))["email_verified_at"] is not None

    async def test_a_strangers_account_at_vk_does_not_stay_with_the_owner(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        stranger = await come_by(client, server, "vk", role="student")
        owner = await come_by(client, server)
        assert owner.json()["user"]["id"] == stranger.json()["user"]["id"]
        assert (await client.get("/auth/me", headers=bearer(stranger.json()["token"]))).status_code == 401
        assert [row["provider"] for row in await rows_of(stocked, "oauth_identities")] == ["yandex"]
        refused = await come_by(client, server, "vk")
        assert (refused.status_code, refused.json()["code"]) == (409, "account_exists")

    async def test_a_new_password_by_mail_signs_out_accounts_elsewhere_too(
        self, client: httpx.AsyncClient, stocked: Container, server: OAuthServer
    ) -> None:
        box = Mailbox(stocked)
        stranger = await come_by(client, server, "vk", role="student")
        await client.post("/auth/password/forgot", json={"email": EMAIL})
        reset = token_in(await box.link(EMAIL, "reset-password"))
        assert (await client.post("/auth/password/reset", json={"token": reset, "new": GOOD})).status_code == 200
        assert (await client.get("/auth/me", headers=bearer(stranger.json()["token"]))).status_code == 401
        assert (await come_by(client, server, "vk")).json()["code"] == "account_exists"
        assert (await enter(client, EMAIL)).json()["user"]["id"] == stranger.json()["user"]["id"]

    async def test_a_new_device_is_asked_about(
        self, client: httpx.AsyncClient, api: tuple[Container, ASGIApp], stocked: Container, server: OAuthServer
    ) -> None:
        box = Mailbox(stocked)
        await come_by(client, server, role="student")
        assert await box.sent() == []
        elsewhere = httpx.ASGITransport(api[1], client=("198.51.100.9", 1))
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://atg.test") as other:
            assert (await come_by(other, server)).status_code == 200
        assert [message.to for message in await box.sent(about="new-device")] == [EMAIL]

    async def test_many_browsers_of_one_newcomer_make_one_account(
        self, client: httpx.AsyncClient, api: tuple[Container, ASGIApp], stocked: Container, server: OAuthServer
    ) -> None:
        async with AsyncExitStack() as stack:
            browsers = [
                await stack.enter_async_context(
                    httpx.AsyncClient(transport=httpx.ASGITransport(api[1]), base_url="http://atg.test")
                )
                for _ in range(8)
            ]
            back = [
                await visit(server, await begin(browser, provider, role="student"))
                for browser, provider in zip(browsers, ("yandex", "vk") * 4, strict=True)
            ]
            replies = await asyncio.gather(*(browser.get(url) for browser, url in zip(browsers, back, strict=True)))
        good = [reply for reply in replies if reply.status_code == 200]
        assert {reply.json()["user"]["id"] for reply in good} == {str((await user_of(stocked, EMAIL))["id"])}
        assert len([reply for reply in replies[::2] if reply.status_code == 200]) == 4, "Yandex says whose it is"
        assert {reply.json().get("code") for reply in replies if reply not in good} <= {"account_exists"}
