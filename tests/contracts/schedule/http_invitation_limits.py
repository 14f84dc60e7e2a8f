"""How many invitations a teacher sends, and what their mail holds, on every database (spec: schedule)."""

from typing import Any

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.contracts.schedule.rooms import NOON, InARoom
from tests.mailed import Mailbox, Now
from tests.teaching import Room, person, room_of

_YEAR = 365 * 86_400
PAVEL = "pavel@example.com"
SPAM = "Выиграйте приз http://evil.example/x или www.evil.example, evil.example, t.me/evil, a@evil.example"


class HttpInvitationLimitsContract(InARoom):
    @pytest.fixture
    def now(self, stocked: Container) -> Now:
        now = Now(stocked)
        now.moment = NOON
        settings = structs.replace(stocked.settings(), access_ttl=_YEAR, refresh_ttl=_YEAR, session_max_age=_YEAR)
        stocked.settings.override(providers.Object(settings))
        return now

    @pytest.fixture
    def mailbox(self, stocked: Container) -> Mailbox:
        return Mailbox(stocked)

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container, now: Now) -> Room:
        return await room_of(client, stocked)

    async def invite(self, room: Room, *emails: str, status: int = 200, group: int = 0) -> Any:
        return await room.teacher.post(f"/groups/{group or room.group}/students", status, emails=list(emails))

    async def test_fifty_are_sent_a_day_and_deleting_the_group_gives_none_back(
        self, room: Room, mailbox: Mailbox, now: Now
    ) -> None:
        await self.invite(room, *(f"a{number}@example.com" for number in range(30)))
        reply = await self.invite(room, *(f"b{number}@example.com" for number in range(21)), status=429)
        assert reply["code"] == "too_many_invitations"
        other = (await room.teacher.post("/groups", name="11А"))["id"]
        await self.invite(room, *(f"b{number}@example.com" for number in range(20)), group=other)
        await room.teacher.delete(f"/groups/{other}")
        await self.invite(room, PAVEL, status=429)
        assert len(await mailbox.sent()) == 30
        now.pass_by(days=1, minutes=1)
        await self.invite(room, PAVEL)
        assert len(await mailbox.sent(PAVEL)) == 1

    async def test_two_hundred_are_open_at_once(self, room: Room, now: Now) -> None:
        for day in range(4):
            await self.invite(room, *(f"{day}-{number}@example.com" for number in range(50)))
            now.pass_by(days=1, minutes=1)
        assert (await self.invite(room, PAVEL, status=429))["code"] == "too_many_open_invitations"
        [newest, *_] = (await room.teacher.get(f"/groups/{room.group}/invitations"))["items"]
        await room.teacher.delete(f"/groups/{room.group}/invitations/{newest['id']}")
        await self.invite(room, PAVEL)

    async def test_an_email_gets_one_a_month_of_a_teacher(self, room: Room, mailbox: Mailbox, now: Now) -> None:
        other = (await room.teacher.post("/groups", name="11А"))["id"]
        for _ in range(2):
            await self.invite(room, PAVEL)
            await self.invite(room, PAVEL.upper(), group=other)
            assert len(await mailbox.sent()) == 1
            [invitation] = (await room.teacher.get(f"/groups/{room.group}/invitations"))["items"]
            await room.teacher.delete(f"/groups/{room.group}/invitations/{invitation['id']}")
        now.pass_by(days=31)
        await self.invite(room, PAVEL)
        assert len(await mailbox.sent()) == 2

    async def test_many_teachers_together_do_not_fill_a_mailbox(
        self, room: Room, stocked: Container, mailbox: Mailbox, client: httpx.AsyncClient
    ) -> None:
        """Attack: a new teacher for each mail. None of them is told that it was not sent."""
        for number in range(7):
            teacher = await person(client, stocked, f"new-{number}", Role.TEACHER)
            group = (await teacher.post("/groups", name="x"))["id"]
            reply = await teacher.post(f"/groups/{group}/students", 200, emails=[PAVEL])
            assert reply["results"] == [{"email": PAVEL, "result": "invited"}]
        assert len(await mailbox.sent(PAVEL)) == 5

    async def test_the_mail_carries_nothing_of_the_teacher_but_two_plain_names(
        self, room: Room, stocked: Container, mailbox: Mailbox
    ) -> None:
        """Attack: the names are the words that a stranger would mail."""
        async with stocked.open_identity()() as store:
            await store.rename(room.teacher.id, SPAM, NOON)
        name = "<b>10А</b>\r\nBcc: x@evil.example " + "ы" * 200
        await room.teacher.post("/groups", 400, name=name)
        async with stocked.open_groups()() as store:
            group = (await store.add_group(name, room.teacher.id, NOON)).id
        await self.invite(room, PAVEL, group=group)
        [mail] = await mailbox.sent()
        assert mail.subject == "Приглашение в группу"
        for part in (mail.text, mail.html):
            assert not [word for word in ("evil", "<b>", "Bcc:", "ы" * 61) if word in part]
        assert "Выиграйте приз или" in mail.text
        assert "«b 10А b Bcc ы" in mail.text
        assert mail.text.count("http") == 1

    async def test_the_mail_speaks_the_language_of_the_teacher(self, room: Room, mailbox: Mailbox) -> None:
        await room.teacher.put("/users/me", language="en")
        await self.invite(room, PAVEL)
        [mail] = await mailbox.sent()
        assert mail.subject == "An invitation to a group"
        assert "invites you to the group “10А”" in mail.text

    async def test_what_is_over_is_forgotten(self, room: Room, stocked: Container, now: Now) -> None:
        await self.invite(room, PAVEL)
        for days, left in ((31, 1), (30, 0)):
            now.pass_by(days=days)
            assert await stocked.forget_invitations()() == 1 - left
            async with stocked.open_invitations()() as store:
                assert len(await store.invitations_of(room.group, [PAVEL])) == left
        assert (await room.teacher.get(f"/groups/{room.group}/invitations"))["total"] == 0
