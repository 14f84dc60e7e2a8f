"""Series and charts of progress, and a teacher's summary, over HTTP, over every database alike."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.arranging import rows_of
from tests.classroom import NOON, SINGLE, TEXT
from tests.recorded import Recorded, Recording


class HttpProgressContract(Recording):
    @pytest.fixture
    async def term(self, room: Recorded) -> int:
        first = await room.lesson(3)
        await room.mark(first, boris="present", vera="absent")
        await room.grade(await room.point(date="2026-03-03", weight=1), boris=5)
        await room.grade(await room.point(weight=3), boris=10, vera=2)
        await room.lesson(28)
        return room.group

    async def test_a_series_tells_of_each_day_what_was_known_then(self, room: Recorded, term: int) -> None:
        told = await room.boris.get(f"/students/{room.boris.id}/progress")
        assert (told["student_id"], told["name"]) == (str(room.boris.id), "Boris")
        [group] = told["groups"]
        assert (group["group_id"], group["group_name"], group["student_id"]) == (term, "ТК-1", str(room.boris.id))
        assert group["points"] == [
            point("2026-03-03", "50.00", "50.00", "100.00", "50.00"),
            point("2026-03-10", "87.50", "53.75", "100.00", "50.00"),
        ]
        for person in (room.teacher, room.admin):
            assert await person.get(f"/students/{room.boris.id}/progress") == told
        assert await room.boris.get(f"/groups/{term}/progress") == group

    async def test_a_group_is_shown_to_who_teaches_it_without_anybodys_own(self, room: Recorded, term: int) -> None:
        told = await room.teacher.get(f"/groups/{term}/progress")
        assert told["student_id"] is None
        assert told["points"] == [
            point("2026-03-03", None, "50.00", None, "50.00"),
            point("2026-03-10", None, "53.75", None, "50.00"),
        ]
        vera = await room.vera.get(f"/groups/{term}/progress")
        assert [each["average"] for each in vera["points"]] == [None, "20.00"]

    async def test_students_see_nothing_of_each_other(
        self, room: Recorded, term: int, client: httpx.AsyncClient
    ) -> None:
        vera = {"Authorization": f"Bearer {room.vera.token}"}
        for path in ("/me/gradebook", f"/groups/{term}/progress", f"/groups/{term}/progress.svg"):
            reply = await client.get(path, headers=vera)
            assert reply.status_code == 200
            assert "Boris" not in reply.text
            assert str(room.boris.id) not in reply.text

    async def test_a_teacher_sees_a_student_in_own_groups_alone(self, room: Recorded, term: int) -> None:
        second = await room.make_group("colleague", "boris", name="КИП-2")
        path = f"/students/{room.boris.id}/progress"

        async def groups(person: Any, query: str = "") -> list[int]:
            return [each["group_id"] for each in (await person.get(path + query))["groups"]]

        assert await groups(room.teacher) == [term]
        assert await groups(room.colleague) == [second]
        assert await groups(room.boris) == await groups(room.admin) == [term, second]
        assert await groups(room.boris, f"?group_id={second}") == [second]
        assert await room.teacher.refused("GET", f"{path}?group_id={second}", 404) == "student_not_found"
        assert await room.boris.refused("GET", f"{path}?group_id={room.other_group}", 404) == "student_not_found"

    async def test_nobody_else_is_shown_anything(self, room: Recorded, term: int) -> None:
        for suffix in ("progress", "progress.svg"):
            for nobody in (room.vera, room.oleg, room.colleague, room.clerk):
                path = f"/students/{room.boris.id}/{suffix}"
                assert await nobody.refused("GET", path, 404) == "student_not_found"
            for nobody in (room.oleg, room.colleague, room.clerk):
                assert await nobody.refused("GET", f"/groups/{term}/{suffix}", 404) == "group_not_found"
            for unknown in (uuid4(), "x", 1):
                await room.admin.get(f"/students/{unknown}/{suffix}", 404)
        assert (await room.clerk.get(f"/students/{room.clerk.id}/progress")) == {
            "student_id": str(room.clerk.id),
            "name": None,
            "groups": [],
        }

    async def test_charts_are_pictures_that_run_nothing(
        self, room: Recorded, term: int, client: httpx.AsyncClient
    ) -> None:
        for person, path in (
            (room.teacher, f"/groups/{term}/progress.svg"),
            (room.boris, f"/groups/{term}/progress.svg"),
            (room.boris, f"/students/{room.boris.id}/progress.svg"),
            (room.admin, f"/students/{room.boris.id}/progress.svg?group_id={term}"),
            (room.clerk, f"/students/{room.clerk.id}/progress.svg"),
        ):
            reply = await client.get(path, headers={"Authorization": f"Bearer {person.token}"})
            assert reply.status_code == 200
            assert reply.headers["content-type"] == "image/svg+xml"
            assert reply.headers["x-content-type-options"] == "nosniff"
            policy = reply.headers["content-security-policy"]
            assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            assert reply.text.startswith("<?xml")
            assert "<svg" in reply.text

    async def test_a_teacher_sees_what_they_taught_and_what_is_to_be_done(self, room: Recorded, term: int) -> None:
        empty = await room.colleague.get("/teachers/me/summary")
        assert empty == {
            "lessons_held": 0,
            "hours": 0.0,
            "recorded": 0,
            "recorded_share": None,
            "groups": 1,
            "students": 1,
            "submissions_waiting": 0,
            "waiting": [],
            "upcoming": [],
        }
        homework = await room.homework(TEXT, SINGLE)
        await room.handed_in(homework, "boris")
        room.pass_by(minutes=10)
        await room.handed_in(homework, "vera")
        await room.graded(await room.homework(TEXT, title="Второе"), "vera")
        rule = {"group_id": term, "title": "Семинар", "day_of_week": 3, "start_time": "15:00", "end_time": "16:30"}
        days = {"start_date": "2026-03-01", "end_date": "2026-05-31", "timezone": "UTC"}
        await room.teacher.post("/schedule/recurring-lessons", body={**rule, **days})
        soon = await room.lesson(9, "Скоро")
        room.now = NOON + timedelta(days=5)
        [first] = [row["id"] for row in await rows_of(room.container, "scheduled_lessons") if row["title"] == "Насосы"][
            :1
        ]
        url = {"url": "https://video.example.com/1"}
        await room.teacher.post(f"/schedule/lessons/{first}/recordings", body=url)
        summary = await room.teacher.get("/teachers/me/summary")
        assert (summary["lessons_held"], summary["hours"]) == (1, 1.0)
        assert (summary["recorded"], summary["recorded_share"]) == (1, "100.00")
        assert (summary["groups"], summary["students"], summary["submissions_waiting"]) == (1, 2, 2)
        assert summary["waiting"] == [
            {
                "homework_id": homework["id"],
                "title": "Помпаж",
                "group_id": term,
                "group_name": "ТК-1",
                "submissions": 2,
                "since": "2026-03-02T12:00:00.000Z",
            }
        ]
        upcoming = [(each["title"], each["lesson_id"], each["occurrence_date"]) for each in summary["upcoming"]]
        assert upcoming == [("Скоро", soon, None), ("Семинар", None, "2026-03-12"), ("Семинар", None, "2026-03-19")]


def point(date: str, *numbers: str | None) -> dict[str, Any]:
    names = ("average", "group_average", "attendance_rate", "group_attendance_rate")
    return {"date": date, **dict(zip(names, numbers, strict=True))}
