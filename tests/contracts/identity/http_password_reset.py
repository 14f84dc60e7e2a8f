"""Password reset by email over HTTP."""

import asyncio
import re
from collections import Counter

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.api import Api
from tests.arranging import rows_of
from tests.contracts.identity.http_account_emails import ANNA, NEW, forget, links, reset
from tests.contracts.identity.http_enter import user_of
from tests.contracts.identity.http_rate_limit import from_address
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Mailbox, Now, token_in
from tests.people import PASSWORD, add_person, sign_in


class HttpPasswordResetContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    @pytest.fixture(autouse=True)
    def box(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

    async def test_a_forgotten_password_is_replaced_by_a_link_once_and_every_session_ends(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        """S13."""
        await add_person(stocked, "anna")
        sessions = [await log_in(client, username="anna", password=PASSWORD) for _ in range(2)]
        for session in sessions:
            await client.get("/auth/me", headers=bearer(session["token"]))
        assert (await forget(client, "Anna@Example.com")).json() == {"success": True}
        link = await box.link(ANNA, "reset-password")
        assert (await reset(client, token_in(link))).json() == {"success": True}
        for session in sessions:
            assert (await client.get("/auth/me", headers=bearer(session["token"]))).status_code == 401
            refreshed = await client.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
            assert (refreshed.status_code, refreshed.json()["error"]) == (401, "Session revoked")
        old = await client.post("/auth/login", json={"username": "anna", "password": PASSWORD})
        assert old.status_code == 401
        await log_in(client, username="anna", password=NEW)
        again = await reset(client, token_in(link), "yet another good one")
        assert (again.status_code, again.json()["code"]) == (400, "invalid_reset_token")
        assert [error["field"] for error in again.json()["errors"]] == ["token"]
        assert (await user_of(stocked, ANNA))["email_verified_at"] is None
        actions = Counter(row["action"] for row in await rows_of(stocked, "audit_events"))
        assert (actions["password_reset_asked"], actions["password_reset"]) == (1, 1)
        assert {row["revoke_reason"] for row in await rows_of(stocked, "user_sessions")} == {"password_reset", None}

    async def test_who_has_no_password_gets_one(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await add_person(stocked, "anna", password_hash=None)
        await forget(client)
        await reset(client, token_in(await box.link(ANNA, "reset-password")))
        await log_in(client, username="anna", password=NEW)

    async def test_asking_tells_nothing(self, client: httpx.AsyncClient, stocked: Container, box: Mailbox) -> None:
        """S16: known, unknown, inactive, and more often than is answered."""
        await add_person(stocked, "anna")
        await add_person(stocked, "gone", is_active=False)
        asked = (ANNA, "nobody@example.com", "gone@example.com", *[ANNA] * 5)
        replies = [await forget(client, email) for email in asked]
        assert {reply.status_code for reply in replies} == {200}
        assert {reply.text for reply in replies} == {replies[0].text}
        assert len({tuple(sorted(set(reply.headers) - {"date"})) for reply in replies}) == 1
        messages = await box.sent()
        assert [message.to for message in messages] == [ANNA] * 3
        malformed = await forget(client, "no-address")
        assert [error["field"] for error in malformed.json()["errors"]] == ["email"]

    async def test_an_address_asks_for_thirty_in_an_hour(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        await add_person(stocked, "anna")
        for number in range(30):
            await forget(client, f"n{number}@example.com")
        assert (await forget(client)).status_code == 200
        assert await box.sent() == []
        async with from_address(api, "198.51.100.1") as elsewhere:
            await forget(elsewhere)
        assert len(await box.sent()) == 1

    async def test_a_link_lives_for_an_hour_and_dies_with_the_next_password(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        now = Now(stocked)
        await add_person(stocked, "anna")
        for _ in range(2):
            await forget(client)
        one, other = [token_in(link) for link in await links(box, ANNA, "reset-password")]
        assert one != other
        assert (await reset(client, one)).status_code == 200
        assert (await reset(client, other)).status_code == 400
        await forget(client)
        last = token_in(await box.link(ANNA, "reset-password"))
        now.pass_by(minutes=60)
        assert (await reset(client, last)).status_code == 400
        await log_in(client, username="anna", password=NEW)

    @pytest.mark.parametrize("how", ["password", "admin", "email", "deactivated"])
    async def test_whatever_changes_the_account_ends_the_link(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, how: str
    ) -> None:
        anna = await add_person(stocked, "anna")
        token = (await log_in(client, username="anna", password=PASSWORD))["token"]
        await forget(client)
        link = await box.link(ANNA, "reset-password")
        await sign_in(client, stocked, "root", role=Role.ADMIN)
        if how == "password":
            body = {"current": PASSWORD, "new": "another good one"}
            assert (await client.post("/auth/password", json=body, headers=bearer(token))).status_code == 200
        else:
            changes = {"admin": {"password": "another good one"}, "email": {"email": "a@example.com"}}
            changed = changes.get(how, {"is_active": False})
            assert (await client.put(f"/admin/users/{anna}", json=changed)).status_code == 200
        assert (await reset(client, token_in(link))).status_code == 400
        assert (await client.get(link)).status_code == 404

    @pytest.mark.parametrize("new", ["short", "password1", "x" * 129])
    async def test_a_weak_password_leaves_the_link_as_it_is(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, new: str
    ) -> None:
        """S19."""
        await add_person(stocked, "anna")
        await forget(client)
        link = await box.link(ANNA, "reset-password")
        refused = await reset(client, token_in(link), new)
        assert [error["field"] for error in refused.json()["errors"]] == ["new"]
        assert (await reset(client, token_in(link))).status_code == 200

    async def test_one_of_many_at_the_same_moment_resets(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await add_person(stocked, "anna")
        await forget(client)
        token = token_in(await box.link(ANNA, "reset-password"))
        passwords = [f"{NEW} {number}" for number in range(6)]
        replies = await asyncio.gather(*(reset(client, token, password) for password in passwords))
        assert sorted(reply.status_code for reply in replies) == [200, *[400] * 5]
        [winner] = [password for password, reply in zip(passwords, replies, strict=True) if reply.is_success]
        await log_in(client, username="anna", password=winner)

    async def test_the_page_of_the_link_needs_no_frontend(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await add_person(stocked, "anna")
        await forget(client)
        link = await box.link(ANNA, "reset-password")
        page = await client.get(link, headers={"accept-language": "en"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
        assert re.search(
            r"default-src 'none'; style-src 'sha256-\S+'; form-action 'self'", page.headers["content-security-policy"]
        )
        assert "<script" not in page.text
        [action] = re.findall(r'action="([^"]+)"', page.text)
        [token] = re.findall(r'name="token" value="([^"]+)"', page.text)
        assert token == token_in(link)
        weak = await client.post(action, data={"token": token, "new": "password1"})
        assert (weak.status_code, f'value="{token}"' in weak.text) == (400, True)
        done = await client.post(action, data={"token": token, "new": NEW})
        assert (done.status_code, "Пароль изменён" in done.text) == (200, True)
        for dead in (await client.get(link), await client.post(action, data={"token": token, "new": NEW})):
            assert (dead.status_code, dead.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (await client.post(action, data={})).status_code == 404
        await log_in(client, username="anna", password=NEW)

    async def test_what_comes_by_a_link_does_not_get_into_the_page(self, client: httpx.AsyncClient) -> None:
        for path in ("/auth/password/reset", "/auth/sessions/revoke"):
            page = await client.get(path, params={"token": '"><script>alert(1)</script>'})
            assert (page.status_code, "<script" in page.text) == (404, False)
