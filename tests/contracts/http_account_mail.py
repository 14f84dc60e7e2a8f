"""Forgotten passwords, another email, and devices that were not one's own, over every database alike."""

import asyncio
import re
from collections import Counter

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.conftest import Api
from tests.contracts.http_entering import EMAIL, GOOD, enter, newcomer, user_of
from tests.contracts.http_identity import bearer, log_in
from tests.contracts.http_throttling import from_address
from tests.mailed import Mailbox, Now, link_in, token_in
from tests.people import PASSWORD, add_person, sign_in

ANNA = "anna@example.com"
NEW = "a wholly new one"


async def forget(client: httpx.AsyncClient, email: str = ANNA) -> httpx.Response:
    return await client.post("/auth/password/forgot", json={"email": email})


async def reset(client: httpx.AsyncClient, token: str, new: str = NEW) -> httpx.Response:
    return await client.post("/auth/password/reset", json={"token": token, "new": new})


class HttpAccountMailContract:
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

    async def test_an_email_changes_when_the_new_one_is_confirmed(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        me = bearer((await newcomer(client))["token"])
        body = {"email": "New@Example.com", "password": GOOD}
        assert (await client.post("/auth/email", json=body, headers=me)).json() == {"success": True}
        assert (await client.get("/auth/me", headers=me)).json()["user"]["email"] == EMAIL
        [told] = await box.sent(EMAIL, "email-change")
        assert "new@example.com" in told.text
        assert "http" not in told.text
        await forget(client, EMAIL)
        old_link = await box.link(EMAIL, "reset-password")
        link = await box.link("new@example.com", "confirm-email")
        for _ in range(2):
            assert (await client.get(link)).json() == {"confirmed": True}
        user = (await client.get("/auth/me", headers=me)).json()["user"]
        assert (user["email"], user["username"]) == ("new@example.com", "new@example.com")
        assert (await user_of(stocked, "new@example.com"))["email_verified_at"] is not None
        assert (await client.get("/users/me", headers=me)).json()["data"]["email"] == "new@example.com"
        assert (await reset(client, token_in(old_link))).status_code == 400
        assert (await client.get(await box.link(EMAIL, "confirm-email"))).status_code == 404
        assert (await enter(client, "new@example.com")).status_code == 200
        assert (await enter(client, EMAIL, role="teacher")).json()["user"]["username"] == EMAIL

    async def test_an_employers_people_keep_their_names_and_the_profile_its_own_email(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await add_person(stocked, ANNA, email=ANNA, role=Role.USER)
        me = bearer((await log_in(client, email=ANNA, password=PASSWORD))["token"])
        await client.put("/users/me", json={"email": "own@example.com"}, headers=me)
        await client.post("/auth/email", json={"email": "a@example.com", "password": PASSWORD}, headers=me)
        await client.get(await box.link("a@example.com", "confirm-email"))
        user = (await client.get("/auth/me", headers=me)).json()["user"]
        assert (user["username"], user["email"]) == (ANNA, "a@example.com")
        assert (await client.get("/users/me", headers=me)).json()["data"]["email"] == "own@example.com"

    async def test_an_email_that_has_become_anothers_is_a_conflict(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        """Whether there is such an account is told to whoever reads its mail alone."""
        await add_person(stocked, "anna")
        me = bearer((await newcomer(client))["token"])
        for email in (ANNA, "late@example.com"):
            asked = await client.post("/auth/email", json={"email": email, "password": GOOD}, headers=me)
            assert (asked.status_code, asked.json()) == (200, {"success": True})
        await add_person(stocked, "late")
        for email in (ANNA, "late@example.com"):
            refused = await client.get(await box.link(email, "confirm-email"))
            assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
        assert (await client.get("/auth/me", headers=me)).json()["user"]["email"] == EMAIL

    async def test_an_email_is_changed_by_who_knows_the_password(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await sign_in(client, stocked)
        for body, field in (
            ({"email": "no-address", "password": PASSWORD}, "email"),
            ({"email": "a@example.com"}, "password"),
            ({"email": "a@example.com", "password": "wrong password"}, "password"),
        ):
            refused = await client.post("/auth/email", json=body)
            assert refused.status_code == 400
            assert [error["field"] for error in refused.json()["errors"]] == [field]
        wrong = {"email": "a@example.com", "password": "wrong password"}
        replies = [await client.post("/auth/email", json=wrong) for _ in range(5)]
        assert [reply.status_code for reply in replies] == [400] * 4 + [429]
        assert await box.sent() == []
        del client.headers["authorization"]
        assert (await client.post("/auth/email", json=wrong)).status_code == 401

    async def test_the_own_address_is_confirmed_by_another_mail_and_five_mails_an_hour_are_enough(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        me = bearer((await newcomer(client))["token"])
        body = {"email": EMAIL, "password": GOOD}
        replies = [await client.post("/auth/email", json=body, headers=me) for _ in range(6)]
        assert [reply.status_code for reply in replies] == [200] * 5 + [429]
        assert len(await box.sent(EMAIL, "confirm-email")) == 6
        assert await box.sent(EMAIL, "email-change") == []
        assert (await client.get(await box.link(EMAIL, "confirm-email"))).status_code == 200
        for link in await links(box, EMAIL, "confirm-email"):
            assert (await client.get(link)).json() == {"confirmed": True}

    async def test_a_password_that_is_changed_ends_the_change_of_the_email(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        """What the mail to the old address promises."""
        me = bearer((await newcomer(client))["token"])
        await client.post("/auth/email", json={"email": "thief@example.com", "password": GOOD}, headers=me)
        link = await box.link("thief@example.com", "confirm-email")
        await client.post("/auth/password", json={"current": GOOD, "new": NEW}, headers=me)
        assert (await client.get(link)).status_code == 404
        assert (await client.get("/auth/me", headers=me)).json()["user"]["email"] == EMAIL

    async def test_a_device_that_was_never_seen_is_asked_about_by_mail(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        await newcomer(client)
        assert await box.sent(EMAIL, "new-device") == []
        async with from_address(api, "198.51.100.1") as phone, from_address(api, "198.51.100.2") as moved:
            phone.headers["user-agent"] = (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
            )
            for _ in range(2):
                await log_in(phone, email=EMAIL, password=GOOD)
            moved.cookies = phone.cookies
            await log_in(moved, email=EMAIL, password=GOOD)
        await log_in(client, email=EMAIL, password=GOOD)
        [asked] = await box.sent(EMAIL, "new-device")
        assert asked.subject == "Вход с нового устройства"
        for told in ("198.51.100.1", "Safari on iPhone", "UTC"):
            assert told in asked.text
            assert told in asked.html

    async def test_who_says_that_it_was_not_them_ends_that_device_and_gets_a_link_to_a_new_password(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        mine = bearer((await newcomer(client))["token"])
        async with from_address(api, "198.51.100.1") as thief:
            stolen = [bearer((await log_in(thief, email=EMAIL, password=GOOD))["token"]) for _ in range(2)]
            link = await box.link(EMAIL, "new-device")
            page = await client.get(link)
            assert page.headers["referrer-policy"] == "no-referrer"
            assert 'method="post" action="/auth/sessions/revoke"' in page.text
            assert (await thief.get("/auth/me", headers=stolen[0])).status_code == 200, "a GET changes nothing"
            for _ in range(2):
                done = await client.post("/auth/sessions/revoke", data={"token": token_in(link)})
                assert (done.status_code, "Сеанс завершён" in done.text) == (200, True)
            for token in stolen:
                assert (await thief.get("/auth/me", headers=token)).status_code == 401
            assert (await client.get("/auth/me", headers=mine)).status_code == 200
            await log_in(thief, email=EMAIL, password=GOOD)
        assert len(await box.sent(EMAIL, "new-device")) == 2, "the device has not become a known one"
        assert len(await box.sent(EMAIL, "reset-password")) == 1
        assert (await reset(client, token_in(await box.link(EMAIL, "reset-password")))).status_code == 200
        for dead in ("x" * 43, token_in(await box.link(EMAIL, "confirm-email"))):
            refused = await client.post("/auth/sessions/revoke", data={"token": dead})
            assert refused.status_code == 404

    async def test_a_device_is_asked_about_for_a_week(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox, api: Api
    ) -> None:
        now = Now(stocked)
        await newcomer(client)
        async with from_address(api, "198.51.100.1") as other:
            await log_in(other, email=EMAIL, password=GOOD)
        link = await box.link(EMAIL, "new-device")
        now.pass_by(days=7)
        assert (await client.get(link)).status_code == 404
        assert (await client.post("/auth/sessions/revoke", data={"token": token_in(link)})).status_code == 404

    async def test_mail_is_in_the_language_of_the_profile(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        me = bearer((await newcomer(client))["token"])
        await client.put("/users/me", json={"language": "en-GB"}, headers=me)
        await forget(client, EMAIL)
        [message] = await box.sent(EMAIL, "reset-password")
        assert message.subject == "A new password"

    async def test_what_was_mailed_long_ago_is_forgotten(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        now = Now(stocked)
        await newcomer(client)
        await forget(client, EMAIL)
        await box.sent()
        [forgetting] = [each.kind for each in stocked.work().periodic if each.kind.name == "forget_mail_tokens"]
        for minutes, left in ((59, {"confirm_email", "reset_password"}), (2, {"confirm_email"})):
            now.pass_by(days=30 if minutes > 2 else 0, minutes=minutes)
            await forgetting.handler({})
            assert {row["purpose"] for row in await rows_of(stocked, "mail_tokens")} == left


async def links(box: Mailbox, to: str, about: str) -> list[str]:
    return [link_in(message) for message in await box.sent(to, about)]
