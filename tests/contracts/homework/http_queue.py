"""The queue over all homework, and who is missing, over HTTP, over every database alike."""

from typing import Any

import pytest

from tests.classroom import SINGLE, TEXT, Classroom, ClassroomContract

TOMORROW = "2026-03-03T12:00:00Z"


async def ids(classroom: Classroom, query: str = "", who: str = "teacher") -> list[int]:
    found = await classroom.people[who].get(f"/submissions{query}")
    assert found["total"] == len(found["items"])
    return [each["id"] for each in found["items"]]


class HttpQueueContract(ClassroomContract):
    async def test_who_handed_in_first_comes_first_and_drafts_come_last(self, classroom: Classroom) -> None:
        first, second = await classroom.homework(TEXT, title="Первое"), await classroom.homework(TEXT, title="Второе")
        draft = await classroom.draft(first)
        late = await classroom.handed_in(second, "vera")
        classroom.pass_by(hours=1)
        done = await classroom.handed_in(first, "vera")
        assert await ids(classroom) == [late["id"], done["id"], draft["id"]]
        [row] = (await classroom.teacher.get("/submissions?size=1"))["items"]
        assert {name: row[name] for name in ("homework_title", "group_id", "group_name", "student_name", "status")} == {
            "homework_title": "Второе",
            "group_id": classroom.group,
            "group_name": "ТК-1",
            "student_name": "Vera",
            "status": "submitted",
        }
        second_page = await classroom.teacher.get("/submissions?size=1&page=2")
        assert ([each["id"] for each in second_page["items"]], second_page["total"]) == ([done["id"]], 3)

    async def test_filters_narrow_it(self, classroom: Classroom) -> None:
        soon = await classroom.homework(TEXT, due_at=TOMORROW, allow_late=True)
        other = await classroom.homework(SINGLE)
        in_time = await classroom.handed_in(soon)
        classroom.pass_by(days=2)
        late = await classroom.handed_in(soon, "vera")
        graded = await classroom.handed_in(other, "vera")
        for query, found in (
            ("?status=submitted", [in_time, late]),
            ("?status=graded", [graded]),
            ("?late=true", [late]),
            ("?late=false", [in_time, graded]),
            (f"?homework_id={other['id']}", [graded]),
            (f"?student_id={classroom.boris.id}", [in_time]),
            (f"?group_id={classroom.group}", [in_time, late, graded]),
            (f"?group_id={classroom.other_group}", []),
            ("?q=VER", [late, graded]),
            ("?q=%25", []),
        ):
            assert await ids(classroom, query) == [each["id"] for each in found], query

    async def test_each_teacher_sees_their_own_and_an_admin_all(self, classroom: Classroom) -> None:
        mine = await classroom.handed_in(await classroom.homework(TEXT))
        made = await classroom.homework(TEXT, by="colleague", group_id=classroom.other_group)
        other = await classroom.handed_in(made, "oleg")
        assert await ids(classroom) == [mine["id"]]
        assert await ids(classroom, who="colleague") == [other["id"]]
        assert await ids(classroom, who="admin") == [mine["id"], other["id"]]
        await classroom.boris.get("/submissions", 403)

    @pytest.mark.refuses
    @pytest.mark.parametrize("query", ["status=lost", "group_id=0", "student_id=1", "late=maybe", "q=%00"])
    async def test_a_filter_that_is_none_is_refused(self, classroom: Classroom, query: str) -> None:
        await classroom.teacher.get(f"/submissions?{query}", 400)

    async def test_who_has_not_handed_in_is_told_by_name(self, classroom: Classroom) -> None:
        made = await classroom.homework(TEXT)
        path = f"/homework/{made['id']}/missing"

        async def missing() -> Any:
            return [(each["student_name"], each["has_draft"]) for each in (await classroom.teacher.get(path))["items"]]

        assert await missing() == [("Boris", False), ("Vera", False)]
        await classroom.draft(made)
        assert await missing() == [("Boris", True), ("Vera", False)]
        await classroom.handed_in(made, "vera")
        await classroom.draft(made, "vera")
        assert await missing() == [("Boris", True)]
        assert await classroom.teacher.get(f"{path}?page=2&size=1") == {
            "items": [],
            "total": 1,
            "page": 2,
            "size": 1,
            "pages": 1,
        }
        await classroom.boris.get(path, 403)
        await classroom.colleague.get(path, 404)
