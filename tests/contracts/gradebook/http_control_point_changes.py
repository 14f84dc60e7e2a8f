"""The history of the weights and scales of what was graded, over every database alike."""

from typing import Any

from tests.arranging import arrange, rows_of
from tests.gradebook_classroom import GradebookClassroom, GradebookContract


async def changes(classroom: GradebookClassroom, point: int, *, by: str = "teacher") -> list[Any]:
    items: list[Any] = (await classroom.people[by].get(f"/control-points/{point}/changes"))["items"]
    return items


def told(items: list[Any]) -> list[tuple[Any, ...]]:
    names = ("actor_name", "field", "old_value", "new_value", "reason")
    return [tuple(each[name] for name in names) for each in reversed(items)]


class HttpControlPointChangesContract(GradebookContract):
    async def test_who_changes_the_weight_after_grading_is_told_of_and_it_is_put_back(
        self, classroom: GradebookClassroom
    ) -> None:
        """An average that no grade has changed: the history says who did it, and has what it was before."""
        point, other = await classroom.point(), await classroom.point(title="Тест")
        await classroom.grade(point, boris=10)
        await classroom.grade(other, boris=0)
        path, fair = f"/control-points/{point}", await classroom.journal()
        classroom.pass_by(hours=1)
        await classroom.teacher.put(path, {"weight": "0.01", "reason": "Не считается"})
        assert (await classroom.journal())["rows"] != fair["rows"]
        classroom.pass_by(hours=1)
        await classroom.admin.put(path, {"weight": 3})
        [latest, first] = await changes(classroom, point)
        assert [each["at"] for each in (first, latest)] == ["2026-03-02T13:00:00.000Z", "2026-03-02T14:00:00.000Z"]
        assert (first["control_point_id"], first["title"]) == (point, "Зачёт")
        assert first["actor_id"] == str(classroom.teacher.id)
        restored = await classroom.teacher.put(path, {"weight": first["old_value"], "reason": "Вернули"})
        assert restored["weight"] == "2.00"
        assert (await classroom.journal())["rows"] == fair["rows"]
        assert told(await changes(classroom, point, by="admin")) == [
            ("Teacher", "weight", "2.00", "0.01", "Не считается"),
            ("Admin", "weight", "0.01", "3.00", None),
            ("Teacher", "weight", "3.00", "2.00", "Вернули"),
        ]
        assert await changes(classroom, other) == []

    async def test_another_scale_is_kept_and_put_back_as_far_as_grades_allow(
        self, classroom: GradebookClassroom
    ) -> None:
        point = await classroom.point()
        path = f"/control-points/{point}"
        await classroom.grade(point, boris=8)
        await classroom.teacher.put(path, {"max_grade": 100, "weight": "2.00", "title": "Экзамен"})
        await classroom.teacher.put(path, {"max_grade": "100.00"})
        await classroom.teacher.put(path, {"max_grade": 10, "weight": 1})
        assert await classroom.teacher.refused("PUT", path, 409, {"max_grade": "7.99"}) == "grades_above"
        history = await changes(classroom, point)
        assert told(history)[:1] == [("Teacher", "max_grade", "10.00", "100.00", None)]
        assert sorted(told(history)[1:]) == [
            ("Teacher", "max_grade", "100.00", "10.00", None),
            ("Teacher", "weight", "2.00", "1.00", None),
        ]
        assert [each["title"] for each in history] == ["Экзамен"] * 3
        await classroom.teacher.put(path, {"max_grade": 100})
        await classroom.grade(point, boris=50)
        assert await classroom.teacher.refused("PUT", path, 409, {"max_grade": "10.00"}) == "grades_above"

    async def test_what_was_never_graded_is_changed_freely_and_what_was_is_not(
        self, classroom: GradebookClassroom
    ) -> None:
        """Taking the grades back for a moment hides nothing."""
        point = await classroom.point()
        path = f"/control-points/{point}"
        await classroom.teacher.put(path, {"weight": 5, "max_grade": 20, "reason": "Опечатка"})
        assert await changes(classroom, point) == []
        await classroom.grade(point, boris=8)
        await classroom.grade(point, boris=None)
        await classroom.teacher.put(path, {"weight": 0})
        await classroom.grade(point, boris=8)
        await classroom.teacher.put(path, {"title": "Экзамен", "kind": "test", "date": "2026-03-11"})
        assert told(await changes(classroom, point)) == [("Teacher", "weight", "5.00", "0.00", None)]

    async def test_the_history_outlives_its_control_point_and_is_the_groups_teachers(
        self, classroom: GradebookClassroom
    ) -> None:
        point = await classroom.point()
        await classroom.grade(point, boris=8)
        for weight in (1, 2, 3):
            await classroom.teacher.put(f"/control-points/{point}", {"weight": weight})
        await classroom.teacher.call("DELETE", f"/control-points/{point}", 204)
        path = f"/groups/{classroom.group}/control-point-changes"
        page = await classroom.teacher.get(f"{path}?size=2")
        assert ([each["new_value"] for each in page["items"]], page["total"]) == (["3.00", "2.00"], 3)
        assert {each["control_point_id"] for each in page["items"]} == {point}
        gone = await classroom.teacher.refused("GET", f"/control-points/{point}/changes", 404)
        assert gone == "control_point_not_found"
        assert await classroom.colleague.refused("GET", path, 404) == "group_not_found"
        assert await classroom.boris.refused("GET", path, 403) == "forbidden"
        refused = await classroom.teacher.refused("DELETE", f"/groups/{classroom.group}", 409)
        assert refused == "group_was_taught"

    async def test_an_import_that_weighs_otherwise_is_in_the_history(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        await classroom.grade(point, boris=8)
        await classroom.admin.put(f"/control-points/{point}", {"weight": 4, "reason": "x"})
        row = {"teacher": "room-teacher", "group": "ТК-1", "title": "Зачёт", "kind": "exam", "date": "2026-03-10"}
        await arrange(classroom.container, control_points=[row | {"max_grade": "20", "weight": "4"}])
        [newest, _] = await changes(classroom, point)
        assert told([newest]) == [("Teacher", "max_grade", "10.00", "20.00", None)]
        await arrange(classroom.container, control_points=[row | {"max_grade": "20", "weight": "4"}])
        assert len(await rows_of(classroom.container, "control_point_changes")) == 2
