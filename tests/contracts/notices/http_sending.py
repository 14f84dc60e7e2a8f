"""By which channels notices are sent, when, and how one stops that, over every database alike."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from dependency_injector import providers
from msgspec import structs

from atg_adapters.memory.telegram import MemoryTelegram
from atg_core.mailing.model import Message
from atg_core.telegram.model import TelegramRefused
from atg_entrypoints.container import Container
from tests.classroom import TEXT, Classroom, ClassroomContract, Person
from tests.contracts.notices.http_notices import BORIS, VERA, told

CHAT = 777_001
SERVICE = "a token of a bot, of more than 32 bytes"
HEADERS = {"Authorization": f"Bearer {SERVICE}"}


async def unsubscribe_link(classroom: Classroom, to: str) -> str:
    [mail] = [each for each in await classroom.mails() if each.to == to]
    assert mail.unsubscribe is not None
    assert mail.unsubscribe in mail.text
    parts = urlsplit(mail.unsubscribe)
    return f"{parts.path}?{parts.query}"


async def mails_of_the_minute(classroom: Classroom) -> list[Message]:
    """As if the periodic job had come, whose times are those of the database's clock."""
    await classroom.container.deliver_notices()()
    return await classroom.mails()


async def link_telegram(person: Person, client: httpx.AsyncClient, chat: int = CHAT) -> httpx.Response:
    code = (await person.post("/notices/telegram/code"))["code"]
    body = {"code": code, "telegram_id": chat}
    return await client.post("/notices/telegram/links", json=body, headers=HEADERS)


class BotThatIsBlocked(MemoryTelegram):
    async def send_message(self, chat_id: int, text: str) -> None:
        raise TelegramRefused


class HttpSendingContract(ClassroomContract):
    @pytest.fixture
    async def classroom(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        classroom = await Classroom.open(stocked, client)
        settings = structs.replace(stocked.settings(), service_tokens=[SERVICE])
        stocked.settings.override(providers.Object(settings))
        return classroom

    @pytest.fixture
    def telegram(self, stocked: Container) -> Iterator[MemoryTelegram]:
        fake = MemoryTelegram()
        stocked.telegram.override(providers.Object(fake))
        yield fake
        stocked.telegram.reset_last_overriding()

    async def test_in_quiet_hours_mails_wait_for_the_morning_and_come_as_one(self, classroom: Classroom) -> None:
        classroom.pass_by(hours=11)
        await classroom.homework(TEXT, title="Первое")
        assert await classroom.mails() == []
        assert await told(classroom.boris) == ["homework_published"]
        classroom.pass_by(hours=2)
        await classroom.homework(TEXT, title="Второе")
        classroom.pass_by(hours=5, minutes=59)
        assert await mails_of_the_minute(classroom) == []
        classroom.pass_by(minutes=1)
        mails = {mail.to: mail for mail in await mails_of_the_minute(classroom)}
        assert mails.keys() == {BORIS, VERA}
        assert mails[BORIS].subject == "Новое для вас: 2 уведомления"
        assert all(word in mails[BORIS].text for word in ("Первое", "Второе"))
        assert await classroom.mails() == []

    async def test_quiet_hours_are_ones_own(self, classroom: Classroom) -> None:
        classroom.pass_by(hours=11)
        await classroom.boris.put("/notices/settings", {"quiet_hours": None})
        hours = {"start": "20:00", "end": "23:30"}
        settings = await classroom.vera.put("/notices/settings", {"quiet_hours": hours})
        assert settings["quiet_hours"] == hours
        await classroom.homework(TEXT)
        assert [mail.to for mail in await classroom.mails()] == [BORIS]
        classroom.pass_by(minutes=30)
        assert [mail.to for mail in await mails_of_the_minute(classroom)] == [VERA]
        same = {"quiet_hours": {"start": "20:00", "end": "20:00"}}
        assert await classroom.vera.fault("PUT", "/notices/settings", same) == "quiet_hours"

    async def test_each_kind_is_chosen_for_each_channel(self, classroom: Classroom) -> None:
        kinds = [{"kind": "homework_published", "mail": False}]
        settings = await classroom.boris.put("/notices/settings", {"kinds": kinds})
        chosen = {each["kind"]: (each["mail"], each["telegram"]) for each in settings["kinds"]}
        assert chosen.pop("homework_published") == (False, True)
        assert set(chosen.values()) == {(True, True)}
        assert settings == await classroom.boris.get("/notices/settings")
        made = await classroom.homework(TEXT)
        assert [mail.to for mail in await classroom.mails()] == [VERA]
        await classroom.graded(made)
        assert [mail.subject for mail in await classroom.mails()] == ["Задание проверено: Помпаж"]
        assert await told(classroom.boris) == ["homework_graded", "homework_published"]
        await classroom.boris.put("/notices/settings", {"kinds": [{"kind": "homework_published", "mail": True}]})
        await classroom.homework(TEXT)
        assert {mail.to for mail in await classroom.mails()} == {BORIS, VERA}

    async def test_what_the_profile_says_of_mails_counts(self, classroom: Classroom) -> None:
        await classroom.boris.put("/users/me", {"email_notifications": False})
        assert (await classroom.boris.get("/notices/settings"))["email_notifications"] is False
        await classroom.vera.put("/notices/settings", {"email_notifications": False, "weekly_report": True})
        profile = (await classroom.vera.get("/users/me"))["data"]
        assert (profile["email_notifications"], profile["weekly_report"]) == (False, True)
        await classroom.homework(TEXT)
        assert await classroom.mails() == []

    async def test_settings_that_are_none_are_refused(self, classroom: Classroom) -> None:
        bad = (
            {"kinds": [{"kind": "rumour"}]},
            {"quiet_hours": {"start": "25:00", "end": "07:00"}},
            {"weekly_report": "often"},
        )
        for body in bad:
            await classroom.boris.refused("PUT", "/notices/settings", 400, body)
        assert (await classroom.boris.get("/notices/settings"))["quiet_hours"] == {
            "start": "22:00",
            "end": "07:00",
        }

    async def test_a_button_behind_a_link_stops_mails_of_a_kind(
        self, classroom: Classroom, client: httpx.AsyncClient
    ) -> None:
        made = await classroom.homework(TEXT)
        link = await unsubscribe_link(classroom, BORIS)
        page = await client.get(link)
        assert page.status_code == 200
        assert "новое домашнее задание" in page.text
        assert (await classroom.boris.get("/notices/settings"))["email_notifications"] is True
        action = re.findall(r'action="([^"]+)"', page.text)[0]
        for _ in range(2):
            assert (await client.post(action)).status_code == 200
        await classroom.homework(TEXT)
        assert [mail.to for mail in await classroom.mails()] == [VERA]
        await classroom.graded(made)
        assert [mail.to for mail in await classroom.mails()] == [BORIS]

    async def test_one_click_of_a_mail_program_stops_them_too(
        self, classroom: Classroom, client: httpx.AsyncClient
    ) -> None:
        """RFC 8058, section 3.2: as a form of either encoding."""
        await classroom.homework(TEXT)
        mails = {mail.to: mail.unsubscribe or "" for mail in await classroom.mails()}
        parts = {"List-Unsubscribe": (None, "One-Click")}
        assert (await client.post(mails[BORIS], data={"List-Unsubscribe": "One-Click"})).status_code == 200
        assert (await client.post(mails[VERA], files=parts)).status_code == 200
        await classroom.homework(TEXT)
        assert await classroom.mails() == []

    async def test_the_other_button_stops_all_mails_of_notices(
        self, classroom: Classroom, client: httpx.AsyncClient
    ) -> None:
        made = await classroom.homework(TEXT)
        link = await unsubscribe_link(classroom, BORIS)
        assert (await client.post(link.replace("/unsubscribe?", "/unsubscribe/all?"))).status_code == 200
        await classroom.graded(made)
        assert await classroom.mails() == []
        assert (await classroom.boris.get("/users/me"))["data"]["email_notifications"] is False

    async def test_a_link_that_is_not_ours_stops_nothing(self, classroom: Classroom, client: httpx.AsyncClient) -> None:
        await classroom.homework(TEXT)
        link = await unsubscribe_link(classroom, BORIS)
        for bad in (
            link[:-2],
            link.replace("token=", "token=A"),
            "/notices/unsubscribe?token=Я",
            "/notices/unsubscribe",
        ):
            assert [(await client.request(method, bad)).status_code for method in ("GET", "POST")] == [404, 404]
        assert (await classroom.boris.get("/notices/settings"))["email_notifications"] is True

    async def test_who_has_linked_telegram_is_told_there(
        self, classroom: Classroom, client: httpx.AsyncClient, telegram: MemoryTelegram
    ) -> None:
        assert (await link_telegram(classroom.boris, client)).json() == {"linked": True}
        assert (await classroom.boris.get("/notices/settings"))["is_telegram_linked"] is True
        await classroom.homework(TEXT)
        assert {mail.to for mail in await classroom.mails()} == {BORIS, VERA}
        [(chat, text)] = telegram.sent
        assert chat == CHAT
        assert text.startswith("Новое домашнее задание: Помпаж\nГруппа: ТК-1.")
        await classroom.boris.put("/notices/settings", {"push_notifications": False})
        await classroom.homework(TEXT)
        await classroom.mails()
        assert len(telegram.sent) == 1
        await classroom.boris.put("/notices/settings", {"push_notifications": True})
        await classroom.boris.call("DELETE", "/notices/telegram", 204)
        await classroom.homework(TEXT)
        await classroom.mails()
        assert len(telegram.sent) == 1

    async def test_a_code_links_once_and_for_a_while(self, classroom: Classroom, client: httpx.AsyncClient) -> None:
        async def link(code: str, chat: int) -> int:
            body = {"code": code, "telegram_id": chat}
            return (await client.post("/notices/telegram/links", json=body, headers=HEADERS)).status_code

        code = (await classroom.boris.post("/notices/telegram/code"))["code"]
        assert await link(code, CHAT) == 200
        assert await link(code, CHAT + 1) == 404
        late = (await classroom.vera.post("/notices/telegram/code"))["code"]
        classroom.pass_by(minutes=15)
        assert [await link(bad, CHAT) for bad in (late, late[:-1], "A" * 48, "Я")] == [404] * 4
        assert (await link_telegram(classroom.vera, client)).status_code == 200
        linked = [
            (await person.get("/notices/settings"))["is_telegram_linked"]
            for person in (classroom.boris, classroom.vera)
        ]
        assert linked == [False, True], "a chat is one person's"

    async def test_who_blocks_the_bot_is_told_by_mail_alone(
        self, classroom: Classroom, client: httpx.AsyncClient, stocked: Container
    ) -> None:
        await link_telegram(classroom.boris, client)
        with stocked.telegram.override(providers.Object(BotThatIsBlocked())):
            stocked.send_notices.reset()
            await classroom.homework(TEXT)
            assert {mail.to for mail in await classroom.mails()} == {BORIS, VERA}
        assert (await classroom.boris.get("/notices/settings"))["is_telegram_linked"] is False
