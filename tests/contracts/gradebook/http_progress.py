"""Series and charts of progress over HTTP, over every database alike (spec: homework-gradebook, Gradebook)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.gradebook_classroom import GradebookClassroom, GradebookContract


class HttpProgressContract(GradebookContract):
    @pytest.fixture
    async def term(self, classroom: GradebookClassroom) -> int:
        first = await classroom.lesson(3)
        await classroom.mark(first, boris="present", vera="absent")
        await classroom.grade(await classroom.point(date="2026-03-03", weight=1), boris=5)
        await classroom.grade(await classroom.point(weight=3), boris=10, vera=2)
        await classroom.lesson(28)
        return classroom.group

    async def test_a_series_tells_of_each_day_what_was_known_then(
        self, classroom: GradebookClassroom, term: int
    ) -> None:
        told = await classroom.boris.get(f"/students/{classroom.boris.id}/progress")
        assert (told["student_id"], told["name"]) == (str(classroom.boris.id), "Boris")
        [group] = told["groups"]
        assert (group["group_id"], group["group_name"], group["student_id"]) == (term, "ТК-1", str(classroom.boris.id))
        assert group["points"] == [
            point("2026-03-03", "50.00", "50.00", "100.00", "50.00"),
            point("2026-03-10", "87.50", "53.75", "100.00", "50.00"),
        ]
        for person in (classroom.teacher, classroom.admin):
            assert await person.get(f"/students/{classroom.boris.id}/progress") == told
        assert await classroom.boris.get(f"/groups/{term}/progress") == group

    async def test_a_group_is_shown_to_who_teaches_it_without_anybodys_own(
        self, classroom: GradebookClassroom, term: int
    ) -> None:
        told = await classroom.teacher.get(f"/groups/{term}/progress")
        assert told["student_id"] is None
        assert told["points"] == [
            point("2026-03-03", None, "50.00", None, "50.00"),
            point("2026-03-10", None, "53.75", None, "50.00"),
        ]
        vera = await classroom.vera.get(f"/groups/{term}/progress")
        assert [each["average"] for each in vera["points"]] == [None, "20.00"]

    async def test_students_see_nothing_of_each_other(
        self, classroom: GradebookClassroom, term: int, client: httpx.AsyncClient
    ) -> None:
        vera = {"Authorization": f"Bearer {classroom.vera.token}"}
        for path in ("/me/gradebook", f"/groups/{term}/progress", f"/groups/{term}/progress.svg"):
            reply = await client.get(path, headers=vera)
            assert reply.status_code == 200
            assert "Boris" not in reply.text
            assert str(classroom.boris.id) not in reply.text

    async def test_a_teacher_sees_a_student_in_own_groups_alone(self, classroom: GradebookClassroom, term: int) -> None:
        second = await classroom.make_group("colleague", "boris", name="КИП-2")
        path = f"/students/{classroom.boris.id}/progress"

        async def groups(person: Any, query: str = "") -> list[int]:
            return [each["group_id"] for each in (await person.get(path + query))["groups"]]

        assert await groups(classroom.teacher) == [term]
        assert await groups(classroom.colleague) == [second]
        assert await groups(classroom.boris) == await groups(classroom.admin) == [term, second]
        assert await groups(classroom.boris, f"?group_id={second}") == [second]
        assert await classroom.teacher.refused("GET", f"{path}?group_id={second}", 404) == "student_not_found"
        assert (
            await classroom.boris.refused("GET", f"{path}?group_id={classroom.other_group}", 404) == "student_not_found"
        )

    async def test_nobody_else_is_shown_anything(self, classroom: GradebookClassroom, term: int) -> None:
        for suffix in ("progress", "progress.svg"):
            for nobody in (classroom.vera, classroom.oleg, classroom.colleague, classroom.clerk):
                path = f"/students/{classroom.boris.id}/{suffix}"
                assert await nobody.refused("GET", path, 404) == "student_not_found"
            for nobody in (classroom.oleg, classroom.colleague, classroom.clerk):
                assert await nobody.refused("GET", f"/groups/{term}/{suffix}", 404) == "group_not_found"
            for unknown in (uuid4(), "x", 1):
                await classroom.admin.get(f"/students/{unknown}/{suffix}", 404)
        assert (await classroom.clerk.get(f"/students/{classroom.clerk.id}/progress")) == {
            "student_id": str(classroom.clerk.id),
            "name": None,
            "groups": [],
        }

    async def test_charts_are_pictures_that_run_nothing(
        self, classroom: GradebookClassroom, term: int, client: httpx.AsyncClient
    ) -> None:
        for person, path in (
            (classroom.teacher, f"/groups/{term}/progress.svg"),
            (classroom.boris, f"/groups/{term}/progress.svg"),
            (classroom.boris, f"/students/{classroom.boris.id}/progress.svg"),
            (classroom.admin, f"/students/{classroom.boris.id}/progress.svg?group_id={term}"),
            (classroom.clerk, f"/students/{classroom.clerk.id}/progress.svg"),
        ):
            reply = await client.get(path, headers={"Authorization": f"Bearer {person.token}"})
            assert reply.status_code == 200
            assert reply.headers["content-type"] == "image/svg+xml"
            assert reply.headers["x-content-type-options"] == "nosniff"
            policy = reply.headers["content-security-policy"]
            assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            assert reply.text.startswith("<?xml")
            assert "<svg" in reply.text


def point(date: str, *numbers: str | None) -> dict[str, Any]:
    names = ("average", "group_average", "attendance_rate", "group_attendance_rate")
    return {"date": date, **dict(zip(names, numbers, strict=True))}
