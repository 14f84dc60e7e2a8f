"""The page behind the link in an invitation's mail, on every database (spec: schedule)."""

import re
from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.schedule.rooms import InARoom
from tests.mailed import Mailbox, token_in
from tests.people import PASSWORD
from tests.teaching import Room, person

PAVEL = "pavel@example.com"
NEW_PASSWORD = "zwölf Kraniche am Fluss"
SIGN_IN = "/auth/login"


class HttpInvitationPageContract(InARoom):
    @pytest.fixture
    async def link(self, room: Room, stocked: Container) -> str:
        mailbox = Mailbox(stocked)
        await room.teacher.post(f"/groups/{room.group}/students", 200, emails=[PAVEL])
        return await mailbox.link(PAVEL, "invitation")

    async def answer(self, client: httpx.AsyncClient, link: str, **fields: str) -> httpx.Response:
        return await client.post("/invitations/answer", data={"token": token_in(link), **fields})

    async def members(self, room: Room) -> set[str]:
        students = (await room.teacher.get(f"/groups/{room.group}"))["students"]
        return {each["email"] for each in students}

    async def test_who_has_no_account_opens_one_as_a_student_there(
        self, room: Room, client: httpx.AsyncClient, link: str, stocked: Container
    ) -> None:
        settings = structs.replace(stocked.settings(), enter_roles=["teacher"])
        stocked.settings.override(providers.Object(settings))
        shown = await client.get(link)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert PAVEL not in await self.members(room)
        assert 'name="password"' in shown.text
        assert "10А" in shown.text
        for password in ("", "1234567", "pavel@example.com"):
            weak = await self.answer(client, link, password=password)
            assert weak.status_code == 400
            assert 'role="alert"' in weak.text
        accepted = await self.answer(client, link, password=NEW_PASSWORD, full_name="Павел")
        assert accepted.status_code == 200
        assert PAVEL in await self.members(room)
        signed_in = (await client.post(SIGN_IN, json={"username": PAVEL, "password": NEW_PASSWORD})).json()
        assert (signed_in["user"]["role"], signed_in["user"]["full_name"]) == ("student", "Павел")
        [user] = [row for row in await rows_of(stocked, "users") if row["email"] == PAVEL]
        assert user["email_verified_at"] is not None
        assert (await self.answer(client, link, password=NEW_PASSWORD)).status_code == 404
        assert (await client.get(link)).status_code == 404

    async def test_an_account_with_this_email_confirmed_needs_one_button_alone(
        self, room: Room, client: httpx.AsyncClient, link: str, stocked: Container
    ) -> None:
        made = {"email": PAVEL, "email_verified_at": stocked.clock()()}
        pavel = await person(client, stocked, "pavel", Role.STUDENT, **made)
        assert 'name="password"' not in (await client.get(link)).text
        assert (await self.answer(client, link)).status_code == 200
        await pavel.get(f"/groups/{room.group}")
        assert (await client.post(SIGN_IN, json={"username": PAVEL, "password": PASSWORD})).status_code == 200

    async def test_who_has_squatted_on_the_email_gets_nothing(
        self, room: Room, client: httpx.AsyncClient, link: str, stocked: Container
    ) -> None:
        """Attack: an account is opened with somebody's email before they are invited, and its password is kept."""
        squatter = await person(client, stocked, "squatter", Role.STUDENT, email=PAVEL)
        assert 'name="password"' in (await client.get(link)).text
        assert (await self.answer(client, link)).status_code == 400
        assert (await self.answer(client, link, password=NEW_PASSWORD)).status_code == 200
        await squatter.get(f"/groups/{room.group}", 401)
        assert (await client.post(SIGN_IN, json={"username": PAVEL, "password": PASSWORD})).status_code == 401
        assert (await client.post(SIGN_IN, json={"username": PAVEL, "password": NEW_PASSWORD})).status_code == 200

    async def test_an_account_that_was_deactivated_stays_so(
        self, room: Room, client: httpx.AsyncClient, link: str, stocked: Container
    ) -> None:
        await person(client, stocked, "pavel", Role.STUDENT, email=PAVEL, is_active=False)
        assert (await self.answer(client, link, password=NEW_PASSWORD)).status_code == 404
        assert PAVEL not in await self.members(room)

    async def test_a_link_does_not_make_the_service_rate_passwords_without_end(
        self, room: Room, client: httpx.AsyncClient, link: str
    ) -> None:
        replies = [(await self.answer(client, link, password="1234567")).status_code for _ in range(12)]
        assert replies == [400] * 10 + [429] * 2

    async def test_declining_opens_no_account(
        self, room: Room, client: httpx.AsyncClient, link: str, stocked: Container
    ) -> None:
        assert (await self.answer(client, link, answer="decline")).status_code == 200
        assert not [row for row in await rows_of(stocked, "users") if row["email"] == PAVEL]
        assert (await client.get(link)).status_code == 404

    async def test_a_token_that_was_made_up_opens_nothing(
        self, room: Room, client: httpx.AsyncClient, link: str
    ) -> None:
        token = token_in(link)
        for forged in ("", "x", "ы", token[:-4], token[:22] + "A" * (len(token) - 22), f"{token}=="):
            assert (await client.get("/invitations/answer", params={"token": forged})).status_code == 404, forged

    async def test_the_words_of_the_page_are_russian_or_english(
        self, room: Room, client: httpx.AsyncClient, link: str
    ) -> None:
        titles: list[Any] = [
            re.findall("<h1>(.*)</h1>", (await client.get(link, headers={"Accept-Language": language})).text)
            for language in ("", "en")
        ]
        assert titles == [["Приглашение в группу"], ["An invitation to a group"]]
