"""What people are told of homework, over every database alike."""

from typing import Any

from tests.classroom import SINGLE, TEXT, Classroom, ClassroomContract, texts_of

BORIS, VERA, TEACHER = "room-boris@example.com", "room-vera@example.com", "room-teacher@example.com"


async def prefer(classroom: Classroom, name: str, **profile: Any) -> None:
    await classroom.people[name].put("/users/me", profile)


class HttpHomeworkNoticesContract(ClassroomContract):
    async def test_students_are_told_of_homework_in_their_language_once_it_is_published(
        self, classroom: Classroom
    ) -> None:
        await prefer(classroom, "vera", language="en-GB")
        made = await classroom.homework(publish=False, title="Помпаж <1>", due_at="2026-03-09T12:00:00Z")
        assert await classroom.mails() == []
        for _ in range(2):
            await classroom.teacher.post(f"/homework/{made['id']}/publish", 200)
        mails = {mail.to: mail for mail in await classroom.mails()}
        assert mails.keys() == {BORIS, VERA}
        assert mails[BORIS].subject == "Новое домашнее задание: Помпаж <1>"
        assert mails[VERA].subject == "New homework: Помпаж <1>"
        for mail, due in ((mails[BORIS], "09.03.2026 12:00 UTC"), (mails[VERA], "2026-03-09 12:00 UTC")):
            assert all(word in mail.text for word in ("Помпаж <1>", "ТК-1", "Teacher", due))
            assert all(word in mail.html for word in ("Помпаж &lt;1&gt;", "ТК-1", "Teacher", due))
        assert len({mail.key for mail in mails.values()}) == 2

    async def test_without_a_date_none_is_named(self, classroom: Classroom) -> None:
        await classroom.homework(TEXT)
        for mail in await classroom.mails():
            assert "Срок" not in mail.text + mail.html
            assert "None" not in mail.text + mail.html

    async def test_nobody_is_told_who_can_not_or_will_not_be(self, classroom: Classroom) -> None:
        await prefer(classroom, "boris", email_notifications=False)
        await classroom.admin.put(f"/admin/users/{classroom.vera.id}", {"is_active": False})
        made = await classroom.homework(TEXT)
        assert await classroom.mails() == []
        graded = await classroom.graded(made)
        assert graded["status"] == "graded"
        assert [mail.to for mail in await classroom.mails()] == []
        await prefer(classroom, "teacher", email_notifications=False)
        await classroom.handed_in(made)
        assert await classroom.mails() == []

    async def test_what_was_deleted_or_left_meanwhile_is_not_announced(self, classroom: Classroom) -> None:
        made = await classroom.homework(TEXT)
        await classroom.teacher.call("DELETE", f"/homework/{made['id']}", 204)
        assert await classroom.mails() == []
        await classroom.homework(TEXT)
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{classroom.boris.id}", 204)
        assert [mail.to for mail in await classroom.mails()] == [VERA]

    async def test_a_teacher_is_told_that_texts_wait(self, classroom: Classroom) -> None:
        await classroom.handed_in(await classroom.homework(SINGLE))
        made = await classroom.homework(SINGLE, TEXT)
        await classroom.mails()
        submitted = await classroom.handed_in(made)
        await classroom.boris.post(f"/submissions/{submitted['id']}/submit", 200)
        [mail] = await classroom.mails()
        assert mail.to == TEACHER
        assert mail.subject == "Работа ждёт проверки: Помпаж"
        assert all(word in mail.text and word in mail.html for word in ("Boris", "ТК-1", "Помпаж"))

    async def test_a_student_is_told_once_that_their_work_was_graded(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, TEXT, TEXT)
        await classroom.mails()
        submitted = await classroom.handed_in(made)
        assert len(await classroom.mails()) == 1
        first, second = ({"question_id": each["id"], "grade": "4.50"} for each in texts_of(made))
        path = f"/submissions/{submitted['id']}/grades"
        await classroom.teacher.put(path, [first])
        assert await classroom.mails() == []
        await classroom.teacher.put(path, [second])
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, [{**first, "grade": "5.00"}])
        [mail] = await classroom.mails()
        assert mail.to == BORIS
        assert mail.subject == "Задание проверено: Помпаж"
        assert "11.50 из 12.00" in mail.text
        assert "11.50 из 12.00" in mail.html

    async def test_a_teacher_who_was_quicker_than_the_mail_is_not_told(self, classroom: Classroom) -> None:
        made = await classroom.homework(TEXT)
        await classroom.mails()
        await classroom.graded(made)
        assert [mail.to for mail in await classroom.mails()] == [BORIS]
