"""Invitations into groups over HTTP, on every database: nobody reaches whom they do not teach (spec: schedule)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from atg_core.errors import TooMany
from atg_core.identity.model import Role
from atg_core.schedule.ports import JoinCodeNotFound
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.contracts.schedule.rooms import NOON, InARoom
from tests.mailed import Mailbox, Now, link_in, token_in
from tests.teaching import Person, Room, person, room_of

PASSWORD = "zwölf Kraniche am Fluss"
INVITED = {"email": "pavel@example.com", "result": "invited"}


class HttpInvitationsContract(InARoom):
    @pytest.fixture
    def now(self, stocked: Container) -> Now:
        now = Now(stocked)
        now.moment = NOON
        return now

    @pytest.fixture
    def mailbox(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container, now: Now) -> Room:
        return await room_of(client, stocked)

    async def test_a_known_and_an_unknown_email_give_the_same_reply_and_the_same_mail(
        self, room: Room, client: httpx.AsyncClient, stocked: Container, mailbox: Mailbox
    ) -> None:
        """Attack: whoever chose "teacher" a minute ago asks who is behind an email, and puts them into a group."""
        known = await person(client, stocked, "pavel", Role.STUDENT, email="pavel@example.com", full_name="Павел")
        before = await room.teacher.get(f"/groups/{room.group}")
        answers = {}
        for email in ("pavel@example.com", "nobody@example.com"):
            reply = await room.teacher.post(f"/groups/{room.group}/students", 200, emails=[email])
            assert reply == {**before, "results": [{"email": email, "result": "invited"}]}
            [mail] = await mailbox.sent(email)
            answers[email] = (mail.subject, mail.text.replace(token_in(link_in(mail)), ""))
        assert answers["pavel@example.com"] == answers["nobody@example.com"]
        listed = (await room.teacher.get(f"/groups/{room.group}/invitations"))["items"]
        assert {tuple(sorted(each)) for each in listed} == {("created_at", "email", "expires_at", "id")}
        assert {each["email"] for each in listed} == set(answers)
        await known.get(f"/groups/{room.group}", 404)
        assert str(known.id) not in str(await room.teacher.get(f"/groups/{room.group}"))

    async def test_no_id_of_anothers_student_is_known(self, room: Room) -> None:
        """Attack: ids are tried instead of emails."""
        for unknown in (room.outsider.id, uuid4()):
            path, body = f"/groups/{room.group}/students", {"student_ids": [str(unknown)], "emails": ["x@example.com"]}
            assert (await room.teacher.post(path, 404, **body))["code"] == "student_not_found"
        assert (await room.teacher.get(f"/groups/{room.group}/invitations"))["total"] == 0

    async def test_who_is_taught_already_is_added_at_once(self, room: Room, mailbox: Mailbox) -> None:
        other = (await room.teacher.post("/groups", name="11А"))["id"]
        first, second = room.students
        emails = [(await second.get("/auth/me"))["user"]["email"], "nein", "x@" + "y" * 300 + ".com"]
        added = await room.teacher.post(f"/groups/{other}/students", 200, student_ids=[str(first.id)], emails=emails)
        assert added["student_count"] == 2
        assert [each["result"] for each in added["results"]] == ["added", "malformed", "malformed"]
        assert await mailbox.sent() == []

    async def test_administrators_add_anybody_at_once(
        self, room: Room, client: httpx.AsyncClient, stocked: Container, mailbox: Mailbox
    ) -> None:
        await person(client, stocked, "new", Role.STUDENT, email="New.One@example.com")
        added = await room.admin.post(f"/groups/{room.group}/students", 200, emails=["new.one@EXAMPLE.com"])
        assert added["results"] == [{"email": "new.one@EXAMPLE.com", "result": "added"}]
        assert added["student_count"] == 3
        assert await mailbox.sent() == []

    async def test_who_has_confirmed_the_email_accepts_or_declines(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        confirmed = {"email": "Pavel@example.com", "email_verified_at": NOON}
        pavel = await person(client, stocked, "pavel", Role.STUDENT, **confirmed)
        invitation = await self._invited(room, pavel)
        for other in (room.outsider, room.students[0], room.teacher):
            assert (await other.get("/invitations/mine"))["items"] == []
            await other.post(f"/invitations/{invitation}/accept", 404)
            await other.post(f"/invitations/{invitation}/decline", 404)
        assert (await client.post(f"/invitations/{invitation}/accept")).status_code == 401
        joined = await pavel.post(f"/invitations/{invitation}/accept", 200)
        assert joined == {"id": room.group, "name": "10А", "teacher_id": str(room.teacher.id)}
        assert (await pavel.get(f"/groups/{room.group}"))["student_count"] == 3
        await pavel.post(f"/invitations/{invitation}/accept", 404)
        await room.teacher.delete(f"/groups/{room.group}/students/{pavel.id}")
        again = await self._invited(room, pavel)
        await pavel.post(f"/invitations/{again}/decline", 204)
        assert (await pavel.get("/invitations/mine"))["total"] == 0
        assert (await room.teacher.get(f"/groups/{room.group}/invitations"))["total"] == 0
        reply = await room.teacher.post(f"/groups/{room.group}/students", 200, emails=["pavel@example.com"])
        assert reply["results"] == [INVITED]
        assert (await pavel.get("/invitations/mine"))["total"] == 0

    async def _invited(self, room: Room, invited: Person) -> str:
        await room.teacher.post(f"/groups/{room.group}/students", 200, emails=["pavel@example.com"])
        [invitation] = (await invited.get("/invitations/mine"))["items"]
        assert invitation["group_name"] == "10А"
        return str(invitation["id"])

    async def test_an_email_that_is_not_confirmed_answers_by_the_mailed_link_alone(
        self, room: Room, client: httpx.AsyncClient, stocked: Container, mailbox: Mailbox
    ) -> None:
        squatter = await person(client, stocked, "pavel", Role.STUDENT, email="pavel@example.com")
        await room.teacher.post(f"/groups/{room.group}/students", 200, emails=["pavel@example.com"])
        [invitation] = (await room.teacher.get(f"/groups/{room.group}/invitations"))["items"]
        assert (await squatter.get("/invitations/mine"))["items"] == []
        await squatter.post(f"/invitations/{invitation['id']}/accept", 404)
        token = token_in(await mailbox.link("pavel@example.com", "invitation"))
        other = str(uuid4())
        await squatter.post(f"/invitations/{other}/accept", 404, token=token)
        await squatter.post(f"/invitations/{invitation['id']}/accept", 200, token=token)
        me = (await squatter.get("/auth/me"))["user"]
        assert me["email"] == "pavel@example.com"
        [user] = [row for row in await rows_of(stocked, "users") if row["id"] == squatter.id]
        assert user["email_verified_at"] == NOON

    async def test_an_invitation_is_withdrawn(self, room: Room, mailbox: Mailbox, client: httpx.AsyncClient) -> None:
        await room.teacher.post(f"/groups/{room.group}/students", 200, emails=["pavel@example.com"])
        [invitation] = (await room.teacher.get(f"/groups/{room.group}/invitations"))["items"]
        link = await mailbox.link("pavel@example.com", "invitation")
        path = f"/groups/{room.group}/invitations"
        for stranger, status in ((room.stranger, 404), (room.students[0], 403)):
            await stranger.get(path, status)
            await stranger.delete(f"{path}/{invitation['id']}", status)
        await room.teacher.delete(f"{path}/{invitation['id']}")
        await room.teacher.delete(f"{path}/{invitation['id']}", 404)
        assert (await client.get(link)).status_code == 404

    async def test_a_code_lets_a_class_in_until_it_is_renewed_or_ended(
        self, room: Room, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        codes = f"/groups/{room.group}/join-code"
        await room.stranger.post(codes, 404)
        former = (await room.teacher.post(codes))["code"]
        code = (await room.teacher.post(codes))["code"]
        assert len(code) == 8
        assert not set(code) & set("0O1I")
        assert (await room.teacher.get(f"/groups/{room.group}"))["join_code"] == code
        assert (await room.students[0].get(f"/groups/{room.group}"))["join_code"] is None
        assert (await room.outsider.post("/groups/join", 404, code=former))["code"] == "join_code_not_found"
        joined = await room.outsider.post("/groups/join", 200, code=f"{code[:4].lower()}-{code[4:]}")
        assert joined["id"] == room.group
        await room.outsider.post("/groups/join", 200, code=code)
        assert (await room.teacher.get(f"/groups/{room.group}"))["student_count"] == 3
        await room.teacher.delete(codes)
        await room.students[0].post("/groups/join", 404, code=code)

    async def test_codes_are_not_guessed(self, room: Room) -> None:
        refused: list[Any] = [await self._guess(room, number) for number in range(12)]
        assert refused == ["join_code_not_found"] * 10 + ["too_many"] * 2
        code = (await room.teacher.post(f"/groups/{room.group}/join-code"))["code"]
        await room.outsider.post("/groups/join", 429, code=code)

    async def test_an_ipv6_network_guesses_as_one_address(self, stocked: Container) -> None:
        join, code = stocked.join_group(), "AAAA2222"
        for number in range(200):
            with pytest.raises(JoinCodeNotFound):
                await join(uuid4(), f"2001:db8::{number:x}", code)
        with pytest.raises(TooMany):
            await join(uuid4(), "2001:db8::ffff", code)

    async def _guess(self, room: Room, number: int) -> Any:
        reply = await room.outsider.client.post(
            "/groups/join", json={"code": f"AAAAAA{number + 20}"}, headers=room.outsider.headers
        )
        return reply.json()["code"]
