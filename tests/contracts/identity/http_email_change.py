"""Email change over HTTP."""

import httpx
import pytest

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.identity.http_account_emails import ANNA, NEW, forget, links, reset
from tests.contracts.identity.http_enter import EMAIL, GOOD, enter, newcomer, user_of
from tests.contracts.identity.http_sign_in import bearer, log_in
from tests.mailed import Mailbox, press, token_in
from tests.people import PASSWORD, add_person, sign_in


class HttpEmailChangeContract:
    """The fixtures `client`, `stocked` and `api` say over which database."""

    @pytest.fixture(autouse=True)
    def box(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

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
            assert (await press(client, link)).status_code == 200
        user = (await client.get("/auth/me", headers=me)).json()["user"]
        assert (user["email"], user["username"]) == ("new@example.com", "new@example.com")
        assert (await user_of(stocked, "new@example.com"))["email_verified_at"] is not None
        assert (await client.get("/users/me", headers=me)).json()["data"]["email"] == "new@example.com"
        assert (await reset(client, token_in(old_link))).status_code == 400
        assert (await press(client, await box.link(EMAIL, "confirm-email"))).status_code == 404
        assert (await enter(client, "new@example.com")).status_code == 200
        assert (await enter(client, EMAIL, role="teacher")).json()["user"]["username"] == EMAIL

    async def test_an_employers_people_keep_their_names_and_the_profile_its_own_email(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        await add_person(stocked, ANNA, email=ANNA, role=Role.USER)
        me = bearer((await log_in(client, email=ANNA, password=PASSWORD))["token"])
        await client.put("/users/me", json={"email": "own@example.com"}, headers=me)
        await client.post("/auth/email", json={"email": "a@example.com", "password": PASSWORD}, headers=me)
        await press(client, await box.link("a@example.com", "confirm-email"))
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
            refused = await press(client, await box.link(email, "confirm-email"))
            assert (refused.status_code, "Адрес уже занят" in refused.text) == (409, True)
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
        assert (await press(client, await box.link(EMAIL, "confirm-email"))).status_code == 200
        for link in await links(box, EMAIL, "confirm-email"):
            assert (await press(client, link)).status_code == 200

    async def test_a_password_that_is_changed_ends_the_change_of_the_email(
        self, client: httpx.AsyncClient, stocked: Container, box: Mailbox
    ) -> None:
        """What the mail to the old address promises."""
        me = bearer((await newcomer(client))["token"])
        await client.post("/auth/email", json={"email": "thief@example.com", "password": GOOD}, headers=me)
        link = await box.link("thief@example.com", "confirm-email")
        await client.post("/auth/password", json={"current": GOOD, "new": NEW}, headers=me)
        assert (await press(client, link)).status_code == 404
        assert (await client.get("/auth/me", headers=me)).json()["user"]["email"] == EMAIL
