"""What people are told, and how they read it, over every database alike."""

from datetime import timedelta
from typing import Any

from tests.classroom import NOON, TEXT, Classroom, ClassroomContract, Person

BORIS, TEACHER, VERA = "room-boris@example.com", "room-teacher@example.com", "room-vera@example.com"


async def told(person: Person, **asked: str) -> list[str]:
    """The kinds, newest first."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = await person.get(f"/notices?{query}")
    return [each["kind"] for each in page["items"]]


def at(**later: int) -> str:
    return (NOON + timedelta(**later)).isoformat()


class HttpNoticesContract(ClassroomContract):
    async def planned(self, classroom: Classroom, **later: int) -> Any:
        start, end = at(**later), (NOON + timedelta(**later) + timedelta(hours=1)).isoformat()
        body = {"group_id": classroom.group, "title": "Помпаж", "start_time": start, "end_time": end}
        return await classroom.teacher.post("/schedule/lessons", body=body)

    async def test_a_notice_is_read_in_the_readers_language(self, classroom: Classroom) -> None:
        await classroom.vera.put("/users/me", {"language": "en"})
        made = await classroom.homework(TEXT, due_at="2026-03-09T12:00:00Z")
        [mine] = (await classroom.boris.get("/notices"))["items"]
        [hers] = (await classroom.vera.get("/notices"))["items"]
        assert mine["headline"] == "Новое домашнее задание: Помпаж"
        assert mine["text"] == "Группа: ТК-1. Преподаватель: Teacher. Срок сдачи: 09.03.2026 12:00 UTC."
        assert hers["headline"] == "New homework: Помпаж"
        assert hers["text"] == "Group: ТК-1. Teacher: Teacher. It is due on 2026-03-09 12:00 UTC."
        assert (hers["link"], hers["read_at"]) == (f"/app/homework/{made['id']}", None)

    async def test_what_was_read_is_read_and_of_others_nothing(self, classroom: Classroom) -> None:
        for _ in range(3):
            await classroom.homework(TEXT)
        [newest, middle, oldest] = [each["id"] for each in (await classroom.boris.get("/notices"))["items"]]
        assert await classroom.boris.put("/notices/read", {"ids": [middle]}) == {"unread": 2}
        classroom.pass_by(minutes=1)
        assert await classroom.boris.put("/notices/read", {"ids": [middle]}) == {"unread": 2}
        page = await classroom.boris.get("/notices?unread=true&size=1&page=2")
        assert (page["total"], page["unread"], [each["id"] for each in page["items"]]) == (2, 2, [oldest])
        read = {each["id"]: each["read_at"] for each in (await classroom.boris.get("/notices"))["items"]}
        assert read == {newest: None, middle: "2026-03-02T12:00:00.000Z", oldest: None}
        assert await classroom.vera.put("/notices/read", {"ids": [newest, oldest]}) == {"unread": 3}
        assert (await classroom.boris.get("/notices"))["unread"] == 2
        assert await classroom.boris.put("/notices/read", {"all": True}) == {"unread": 0}
        assert (await classroom.vera.get("/notices"))["unread"] == 3

    async def test_either_ids_or_all_are_read(self, classroom: Classroom) -> None:
        for body in ({}, {"ids": [1], "all": True}, {"ids": [0]}, {"ids": "all"}):
            await classroom.boris.refused("PUT", "/notices/read", 400, body)

    async def test_students_are_told_of_a_lesson_that_is_moved_cancelled_and_restored(
        self, classroom: Classroom
    ) -> None:
        lesson = await self.planned(classroom, days=1)
        path = f"/schedule/lessons/{lesson['id']}"
        await classroom.teacher.put(path, {"title": "Помпаж и срыв"})
        assert await told(classroom.boris) == []
        moved = {"start_time": at(days=1, hours=2), "end_time": at(days=1, hours=3)}
        await classroom.teacher.put(path, moved)
        await classroom.teacher.put(path, moved)
        [notice] = (await classroom.boris.get("/notices"))["items"]
        assert (notice["kind"], notice["link"]) == ("lesson_moved", f"/app/lessons/{lesson['id']}")
        assert notice["text"] == "Начало: 03.03.2026 14:00 UTC вместо 03.03.2026 12:00 UTC. Группа: ТК-1."
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, {"status": "cancelled"})
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, {"status": "planned"})
        classroom.pass_by(minutes=1)
        await classroom.teacher.call("DELETE", path, 204)
        kinds = ["lesson_cancelled", "lesson_restored", "lesson_cancelled", "lesson_moved"]
        assert await told(classroom.vera) == kinds
        assert await told(classroom.teacher) == await told(classroom.oleg) == []

    async def test_nobody_is_told_of_lessons_that_are_over(self, classroom: Classroom) -> None:
        lesson = await self.planned(classroom, days=-1)
        path = f"/schedule/lessons/{lesson['id']}"
        await classroom.teacher.put(path, {"start_time": at(days=-1, minutes=-30)})
        await classroom.teacher.call("DELETE", path, 204)
        assert await told(classroom.boris) == []

    async def test_students_are_told_of_one_lesson_of_a_rule_and_of_the_rule(self, classroom: Classroom) -> None:
        times = {"start_time": "09:00", "end_time": "10:00", "start_date": "2026-03-02", "end_date": "2026-05-31"}
        body = {"group_id": classroom.group, "title": "Помпаж", "day_of_week": 2, "timezone": "Europe/Moscow", **times}
        made = await classroom.teacher.post("/schedule/recurring-lessons", body=body)
        path = f"/schedule/recurring-lessons/{made['id']}"
        day = "2026-03-04"
        await classroom.teacher.post(f"{path}/exceptions", body={"date": day, "action": "move", "start_time": "11:00"})
        [moved] = (await classroom.boris.get("/notices"))["items"]
        assert moved["text"] == "Начало: 04.03.2026 08:00 UTC вместо 04.03.2026 06:00 UTC. Группа: ТК-1."
        for change in ("cancel", "restore", "title", "times", "delete"):
            classroom.pass_by(minutes=1)
            if change == "cancel":
                await classroom.teacher.post(f"{path}/exceptions", body={"date": day, "action": "cancel"})
            elif change == "restore":
                await classroom.teacher.call("DELETE", f"{path}/exceptions/{day}", 204)
            elif change == "delete":
                await classroom.teacher.call("DELETE", path, 204)
            else:
                changed = {"title": "Срыв"} if change == "title" else {"start_time": "08:00"}
                await classroom.teacher.put(path, changed)
        kinds = ["rule_changed", "rule_changed", "lesson_restored", "lesson_cancelled", "lesson_moved"]
        assert await told(classroom.boris) == kinds

    async def test_a_student_is_told_of_each_new_grade(self, classroom: Classroom) -> None:
        body = {"title": "Зачёт", "kind": "test", "date": "2026-03-01", "max_grade": 5}
        point = await classroom.teacher.post(f"/groups/{classroom.group}/control-points", body=body)
        path = f"/control-points/{point['id']}/grades"
        boris, vera = {"student_id": str(classroom.boris.id)}, {"student_id": str(classroom.vera.id)}
        await classroom.teacher.put(path, [{**boris, "grade": 4}, {**vera, "grade": None}])
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, [{**boris, "grade": 4, "comment": "Хорошо"}, {**vera, "grade": 3}])
        [notice] = (await classroom.boris.get("/notices"))["items"]
        assert (notice["headline"], notice["text"]) == (
            "Новая оценка: Зачёт",
            "Ваша оценка: 4.00 из 5.00. Группа: ТК-1. Преподаватель: Teacher.",
        )
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, [{**boris, "grade": 5}])
        classroom.pass_by(minutes=1)
        await classroom.teacher.put(path, [{**boris, "grade": None}])
        assert await told(classroom.boris) == ["grade", "grade"]
        assert await told(classroom.vera) == ["grade"]
        [mail] = [each for each in await classroom.mails() if each.to == BORIS]
        assert "Ваша оценка: 5.00 из 5.00." in mail.text
