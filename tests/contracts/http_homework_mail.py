"""Who is told of homework by mail, over every database alike."""

from typing import Any

import httpx
import pytest

from atg_core.homework.telling import ANNOUNCE_HOMEWORK
from atg_entrypoints.container import Container
from tests.classroom import SINGLE, TEXT, Classroom, texts_of

BORIS, VERA, TEACHER = "room-boris@example.com", "room-vera@example.com", "room-teacher@example.com"


async def prefer(room: Classroom, name: str, **profile: Any) -> None:
    await room.people[name].put("/users/me", profile)


class HttpHomeworkMailContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        return await Classroom.open(stocked, client)

    async def test_students_are_told_of_homework_in_their_language_once_it_is_published(self, room: Classroom) -> None:
        await prefer(room, "vera", language="en-GB")
        made = await room.homework(publish=False, title="Помпаж <1>", due_at="2026-03-09T12:00:00Z")
        assert await room.mails() == []
        for _ in range(2):
            await room.teacher.post(f"/homework/{made['id']}/publish", 200)
        mails = {mail.to: mail for mail in await room.mails()}
        assert mails.keys() == {BORIS, VERA}
        assert mails[BORIS].subject == "Новое домашнее задание: Помпаж <1>"
        assert mails[VERA].subject == "New homework: Помпаж <1>"
        for mail, due in ((mails[BORIS], "09.03.2026 12:00 UTC"), (mails[VERA], "2026-03-09 12:00 UTC")):
            assert all(word in mail.text for word in ("Помпаж <1>", "ТК-1", "Teacher", due))
            assert all(word in mail.html for word in ("Помпаж &lt;1&gt;", "ТК-1", "Teacher", due))
        assert {mail.key for mail in mails.values()} == {
            f"homework-published-{made['id']}-{person.id}" for person in (room.boris, room.vera)
        }

    async def test_without_a_date_none_is_named(self, room: Classroom) -> None:
        await room.homework(TEXT)
        for mail in await room.mails():
            assert "Срок" not in mail.text + mail.html
            assert "None" not in mail.text + mail.html

    async def test_announcing_again_tells_nobody_again(self, room: Classroom, stocked: Container) -> None:
        made = await room.homework(TEXT)
        assert len(await room.mails()) == 2
        await stocked.jobs().enqueue(ANNOUNCE_HOMEWORK, {"homework": made["id"]})
        hidden = await room.homework(TEXT, publish=False)
        for key in (hidden["id"], 99_999):
            await stocked.jobs().enqueue(ANNOUNCE_HOMEWORK, {"homework": key})
        assert await room.mails() == []
        await room.teacher.post(f"/homework/{hidden['id']}/publish", 200)
        assert len(await room.mails()) == 2

    async def test_nobody_is_told_who_can_not_or_will_not_be(self, room: Classroom) -> None:
        await prefer(room, "boris", email_notifications=False)
        await room.admin.put(f"/admin/users/{room.vera.id}", {"is_active": False})
        made = await room.homework(TEXT)
        assert await room.mails() == []
        graded = await room.graded(made)
        assert graded["status"] == "graded"
        assert [mail.to for mail in await room.mails()] == []
        await prefer(room, "teacher", email_notifications=False)
        await room.handed_in(made)
        assert await room.mails() == []

    async def test_what_was_deleted_or_left_meanwhile_is_not_announced(self, room: Classroom) -> None:
        made = await room.homework(TEXT)
        await room.teacher.call("DELETE", f"/homework/{made['id']}", 204)
        assert await room.mails() == []
        await room.homework(TEXT)
        await room.teacher.call("DELETE", f"/groups/{room.group}/students/{room.boris.id}", 204)
        assert [mail.to for mail in await room.mails()] == [VERA]

    async def test_a_teacher_is_told_that_texts_wait(self, room: Classroom) -> None:
        await room.handed_in(await room.homework(SINGLE))
        made = await room.homework(SINGLE, TEXT)
        await room.mails()
        submitted = await room.handed_in(made)
        await room.boris.post(f"/submissions/{submitted['id']}/submit", 200)
        [mail] = await room.mails()
        assert (mail.to, mail.key) == (TEACHER, f"homework-waiting-{submitted['id']}")
        assert mail.subject == "Работа ждёт проверки: Помпаж"
        assert all(word in mail.text and word in mail.html for word in ("Boris", "ТК-1", "Помпаж"))

    async def test_a_student_is_told_once_that_their_work_was_graded(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, TEXT, TEXT)
        await room.mails()
        submitted = await room.handed_in(made)
        assert len(await room.mails()) == 1
        first, second = ({"question_id": each["id"], "grade": "4.50"} for each in texts_of(made))
        path = f"/submissions/{submitted['id']}/grades"
        await room.teacher.put(path, [first])
        assert await room.mails() == []
        await room.teacher.put(path, [second])
        await room.teacher.put(path, [{**first, "grade": "5.00"}])
        [mail] = await room.mails()
        assert (mail.to, mail.key) == (BORIS, f"homework-graded-{submitted['id']}")
        assert mail.subject == "Задание проверено: Помпаж"
        assert "11.50 из 12.00" in mail.text
        assert "11.50 из 12.00" in mail.html

    async def test_a_teacher_who_was_quicker_than_the_mail_is_not_told(self, room: Classroom) -> None:
        made = await room.homework(TEXT)
        await room.mails()
        await room.graded(made)
        assert [mail.to for mail in await room.mails()] == [BORIS]
