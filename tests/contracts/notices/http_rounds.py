"""What time tells: due courses and the weekly report, over every database alike."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from atg_core.mailing.model import Message
from tests.arranging import arrange, rows_of
from tests.classroom import NOON, Classroom, ClassroomContract
from tests.contracts.notices.http_notices import BORIS, TEACHER, VERA, told

CLERK = "room-clerk@example.com"


async def assign(classroom: Classroom, due_at: datetime | None, title: str = "Охрана труда") -> UUID:
    """To the clerk and to Boris."""
    await arrange(classroom.container, courses=[{"code": title, "title": title}])
    [course] = [row["id"] for row in await rows_of(classroom.container, "courses") if row["code"] == title]
    people = [str(classroom.clerk.id), str(classroom.boris.id)]
    body: dict[str, Any] = {"course_id": str(course), "user_ids": people, "due_at": due_at and due_at.isoformat()}
    await classroom.admin.put("/admin/enrollments", body)
    return UUID(str(course))


async def mails_to(classroom: Classroom, *people: str) -> list[Message]:
    """Others of the example data are told of their courses, too."""
    return [mail for mail in await classroom.mails() if mail.to in people]


async def do_round(classroom: Classroom) -> None:
    await classroom.container.tell_due()()


class HttpRoundsContract(ClassroomContract):
    async def test_people_are_told_of_an_assignment_and_of_each_due_date_once(self, classroom: Classroom) -> None:
        due = NOON + timedelta(days=30)
        course = await assign(classroom, due)
        await assign(classroom, due)
        [notice] = (await classroom.clerk.get("/notices"))["items"]
        assert notice["headline"] == "Вам назначен курс: Охрана труда"
        assert notice["text"] == "Срок сдачи: 01.04.2026 12:00 UTC."
        assert notice["link"] == f"/app/courses/{course}"
        assert {mail.to for mail in await classroom.mails()} == {CLERK, BORIS}
        await assign(classroom, due + timedelta(days=1))
        assert await told(classroom.clerk) == ["course_assigned"] * 2

    async def test_people_are_reminded_14_and_3_days_before_on_the_day_and_after_it(self, classroom: Classroom) -> None:
        await assign(classroom, NOON + timedelta(days=30, hours=3))
        await classroom.mails()
        told_on: dict[str, int] = {}
        for day in range(1, 34):
            classroom.pass_by(days=1)
            for _ in range(2):
                await do_round(classroom)
            told_on |= {mail.subject: day for mail in await mails_to(classroom, CLERK)}
        assert told_on == {
            "Скоро срок курса: Охрана труда": 16,
            "Через несколько дней срок курса: Охрана труда": 27,
            "Сегодня срок курса: Охрана труда": 30,
            "Срок курса прошёл: Охрана труда": 31,
        }
        kinds = ["course_overdue", "course_due_0", "course_due_3", "course_due_14", "course_assigned"]
        rows = [row for row in await rows_of(classroom.container, "notices") if row["user_id"] == classroom.clerk.id]
        assert sorted(row["kind"] for row in rows) == sorted(kinds)

    async def test_managers_are_told_once_who_of_their_people_is_late(self, classroom: Classroom) -> None:
        """Issue 24, 3. One who leads the department and the station is told once, and nobody of their own course."""
        for person in (classroom.clerk, classroom.teacher):
            await classroom.admin.put(f"/admin/users/{person.id}", {"department": "Цех 9", "station_id": 1})
        led = {"departments": ["Цех 9"], "station_ids": [1]}
        await classroom.admin.put(f"/admin/managers/{classroom.teacher.id}", led)
        await assign(classroom, NOON + timedelta(days=1))
        for _ in range(2):
            classroom.pass_by(days=1, hours=1)
            await do_round(classroom)
        [notice] = (await classroom.teacher.get("/notices"))["items"]
        assert notice["kind"] == "team_overdue"
        assert notice["headline"] == "Просрочен курс у вашего сотрудника: Охрана труда"
        assert notice["text"].startswith("Сотрудник: Clerk.")
        assert notice["link"].startswith("/app/training/late?course_id=")
        assert "03.03.2026" in notice["text"]
        assert "team_overdue" not in await told(classroom.boris)
        classroom.pass_by(hours=20)
        [mail] = await mails_to(classroom, TEACHER)
        assert "Clerk" in mail.text

    async def test_who_leads_somebody_no_more_is_not_mailed_of_them(self, classroom: Classroom) -> None:
        await classroom.admin.put(f"/admin/users/{classroom.clerk.id}", {"department": "Цех 9"})
        await classroom.admin.put(f"/admin/managers/{classroom.teacher.id}", {"departments": ["Цех 9"]})
        await assign(classroom, NOON + timedelta(days=1))
        classroom.pass_by(days=1, hours=11)
        await do_round(classroom)
        assert await told(classroom.teacher) == ["team_overdue"]
        await classroom.container.deliver_notices()()  # it is night
        await classroom.admin.put(f"/admin/managers/{classroom.teacher.id}", {"departments": []})
        classroom.pass_by(hours=9)
        assert await mails_to(classroom, TEACHER) == []

    async def test_after_days_without_a_worker_the_last_stage_alone_is_told(self, classroom: Classroom) -> None:
        await assign(classroom, NOON + timedelta(days=30))
        await classroom.mails()
        classroom.pass_by(days=28)
        await do_round(classroom)
        [mail, _] = await mails_to(classroom, CLERK, BORIS)
        assert mail.subject == "Через несколько дней срок курса: Охрана труда"

    async def test_an_assignment_that_is_due_soon_is_not_told_twice(self, classroom: Classroom) -> None:
        await assign(classroom, NOON + timedelta(days=10))
        await classroom.mails()
        for _ in range(6):
            classroom.pass_by(days=1)
            await do_round(classroom)
        assert await told(classroom.clerk) == ["course_assigned"]

    async def test_who_comes_under_a_standing_assignment_is_told_with_the_own_due_date(
        self, classroom: Classroom
    ) -> None:
        await arrange(classroom.container, courses=[{"code": "safety", "title": "Охрана труда"}])
        [course] = [row["id"] for row in await rows_of(classroom.container, "courses") if row["code"] == "safety"]
        await classroom.admin.put(f"/admin/users/{classroom.clerk.id}", {"department": "Цех 9"})
        body = {"course_id": str(course), "audience": "group", "department": "Цех 9", "due_days": 30}
        made = await classroom.admin.post("/admin/assignments", body=body)
        assert await told(classroom.clerk) == ["course_assigned"]
        classroom.pass_by(days=2)
        new = {"username": "room-new", "password": "a rather long one", "role": "user", "department": "Цех 9"}
        joined = await classroom.admin.post("/admin/users", body=new)
        occasions = {
            str(row["user_id"]): row["occasion"] - NOON
            for row in await rows_of(classroom.container, "notices")
            if row["title"] == "Охрана труда"
        }
        assert {person: due.days for person, due in occasions.items()} == {
            str(classroom.clerk.id): 30,
            joined["id"]: 32,
        }
        await classroom.admin.put(f"/admin/assignments/{made['id']}", {"due_days": 40})
        assert await told(classroom.clerk) == ["course_assigned"] * 2

    async def test_people_are_told_of_courses_opened_for_them_alone(self, classroom: Classroom) -> None:
        """Both have both courses, one of which was opened for each."""
        courses = [{"code": code, "title": code} for code in ("A", "B")]
        people = {"room-clerk": classroom.clerk, "room-boris": classroom.boris}
        taken = [{"username": name, "course": each["code"]} for name in people for each in courses]
        await arrange(classroom.container, courses=courses, enrollments=taken)
        ids = {row["code"]: row["id"] for row in await rows_of(classroom.container, "courses")}
        before = {row["id"] for row in await rows_of(classroom.container, "notices")}
        opened = {(classroom.clerk.id, ids["A"]), (classroom.boris.id, ids["B"])}
        for _ in range(2):
            await classroom.container.notifier().tell_opened(opened)
        new = [row for row in await rows_of(classroom.container, "notices") if row["id"] not in before]
        assert {(row["user_id"], row["title"]) for row in new} == {(classroom.clerk.id, "A"), (classroom.boris.id, "B")}
        assert len(new) == 2

    async def test_what_is_no_longer_true_is_not_mailed(self, classroom: Classroom) -> None:
        due = NOON + timedelta(days=20)
        course = await assign(classroom, due)
        await classroom.mails()
        classroom.pass_by(days=7, hours=11)
        await do_round(classroom)
        await classroom.container.deliver_notices()()
        assert await mails_to(classroom, CLERK, BORIS) == []  # it is night
        await classroom.boris.call("DELETE", f"/courses/{course}/enroll", 204)
        body = {"course_id": str(course), "user_ids": [str(classroom.clerk.id)]}
        await classroom.admin.put("/admin/enrollments", {**body, "due_at": (due + timedelta(days=30)).isoformat()})
        classroom.pass_by(hours=9)
        await classroom.container.deliver_notices()()
        [mail] = await mails_to(classroom, CLERK, BORIS)
        assert (mail.to, mail.subject) == (CLERK, "Вам назначен курс: Охрана труда")

    async def test_a_weekly_report_comes_once_a_week_to_who_wants_it(self, classroom: Classroom) -> None:
        await assign(classroom, NOON + timedelta(days=60))
        await assign(classroom, None, title="Первая помощь")
        await classroom.mails()
        await classroom.clerk.put("/users/me", {"weekly_report": True})
        await classroom.vera.put("/users/me", {"weekly_report": True})
        reports = []
        for _ in range(10):
            await do_round(classroom)
            reports += [(classroom.now.day, mail) for mail in await mails_to(classroom, CLERK, VERA)]
            classroom.pass_by(days=1)
        assert [day for day, _ in reports] == [2, 9], "Vera has no courses, and so no report"
        [_, mail] = reports[0]
        assert (mail.to, mail.subject) == (CLERK, "Ваша неделя на платформе")
        assert mail.text.index("Охрана труда") < mail.text.index("Первая помощь")
        assert "Пройдено 0 %." in mail.text
        assert await told(classroom.clerk) == ["course_assigned"] * 2, "the report is no entry of the list"
