"""Control points, grades and the grade history over HTTP, over every database alike (spec: homework-gradebook)."""

from typing import Any

import pytest

from atg_core.identity.model import Role
from tests.arranging import rows_of
from tests.gradebook_classroom import EXAM, GradebookClassroom, GradebookContract, of


class HttpControlPointsContract(GradebookContract):
    async def test_a_control_point_is_made_changed_and_deleted(self, classroom: GradebookClassroom) -> None:
        path = f"/groups/{classroom.group}/control-points"
        made = await classroom.teacher.post(path, body=EXAM)
        assert made | EXAM == made
        assert (made["weight"], made["group_id"]) == ("2.00", classroom.group)
        earlier = await classroom.point(title="Тест", kind="test", date="2026-03-01", weight=0.5, max_grade=100)
        page = await classroom.teacher.get(path)
        assert [(each["title"], each["weight"], each["max_grade"]) for each in page["items"]] == [
            ("Тест", "0.50", "100.00"),
            ("Зачёт", "2.00", "10.00"),
        ]
        assert (page["total"], page["pages"]) == (2, 1)
        changed = await classroom.teacher.put(f"/control-points/{made['id']}", {"title": "Экзамен", "weight": "3"})
        assert (changed["title"], changed["weight"], changed["max_grade"]) == ("Экзамен", "3.00", "10.00")
        assert await classroom.teacher.put(f"/control-points/{made['id']}", {}) == changed
        await classroom.teacher.call("DELETE", f"/control-points/{earlier}", 204)
        assert await classroom.teacher.refused("DELETE", f"/control-points/{earlier}", 404) == "control_point_not_found"
        assert [each["title"] for each in (await classroom.teacher.get(path))["items"]] == ["Экзамен"]

    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", None),
            ("kind", "quiz"),
            ("date", "10.03.2026"),
            ("date", "1900-01-01"),
            ("max_grade", 0),
            ("max_grade", -5),
            ("max_grade", "10.001"),
            ("max_grade", "10000.01"),
            ("max_grade", "NaN"),
            ("max_grade", "Infinity"),
            ("max_grade", "ten"),
            ("weight", -1),
            ("weight", 100.01),
        ],
    )
    async def test_a_control_point_that_is_none_is_named(
        self, classroom: GradebookClassroom, field: str, value: Any
    ) -> None:
        path = f"/groups/{classroom.group}/control-points"
        assert await classroom.teacher.fault("POST", path, EXAM | {field: value}) == field
        assert await classroom.teacher.fault("PUT", "/control-points/1", {field: value}) == field

    async def test_grades_are_given_changed_and_taken_back(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        path = f"/control-points/{point}/grades"
        given = await classroom.teacher.put(
            path, [of(classroom.vera, grade=7.5, comment="Хорошо"), of(classroom.boris, grade="0")]
        )
        assert [(row["student_name"], row["grade"], row["comment"]) for row in given] == [
            ("Boris", "0.00", None),
            ("Vera", "7.50", "Хорошо"),
        ]
        assert {row["graded_by"] for row in given} == {str(classroom.teacher.id)}
        kept = await classroom.grade(point, vera="8")
        assert [(row["grade"], row["comment"]) for row in kept] == [("0.00", None), ("8.00", "Хорошо")]
        other = await classroom.teacher.put(path, [of(classroom.vera, grade=8, comment="Отлично")])
        assert other[1]["comment"] == "Отлично"
        assert (await classroom.teacher.put(path, [of(classroom.vera, grade=8, comment=None)]))[1]["comment"] is None
        assert [row["student_name"] for row in await classroom.grade(point, boris=None)] == ["Vera"]
        assert (
            await classroom.grade(point, boris=None)
            == await classroom.teacher.get(path)
            == await classroom.admin.get(path)
        )

    @pytest.mark.refuses
    @pytest.mark.parametrize("grade", ["five", True, {}])
    async def test_a_grade_of_the_wrong_shape_is_named(self, classroom: GradebookClassroom, grade: Any) -> None:
        grades = [of(classroom.boris, grade=5), of(classroom.vera, grade=grade)]
        assert await classroom.teacher.fault("PUT", "/control-points/1/grades", grades) == "[1].grade"

    @pytest.mark.parametrize("grade", ["10.01", "NaN"])
    async def test_a_grade_that_is_none_is_named_and_nobody_is_graded(
        self, classroom: GradebookClassroom, grade: Any
    ) -> None:
        path = f"/control-points/{await classroom.point()}/grades"
        grades = [of(classroom.boris, grade=5), of(classroom.vera, grade=grade)]
        assert await classroom.teacher.fault("PUT", path, grades) == "[1].grade"
        assert await classroom.teacher.get(path) == await classroom.changes() == []

    async def test_who_is_not_in_the_group_is_not_graded_unless_they_were(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        path = f"/control-points/{point}/grades"
        assert (
            await classroom.teacher.fault("PUT", path, [of(classroom.boris, grade=5), of(classroom.oleg, grade=5)])
            == "[1].student_id"
        )
        assert await classroom.teacher.fault("PUT", path, [of(classroom.boris, grade=5)] * 2) == "[1].student_id"
        assert await classroom.teacher.fault("PUT", path, [{"student_id": str(classroom.boris.id)}]) == "[0].grade"
        await classroom.grade(point, boris=5)
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{classroom.boris.id}", 204)
        assert [row["grade"] for row in await classroom.grade(point, boris=6)] == ["6.00"]

    async def test_the_most_is_not_lowered_below_a_grade(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        await classroom.grade(point, boris="7.50")
        path = f"/control-points/{point}"
        assert await classroom.teacher.refused("PUT", path, 409, {"max_grade": "7.49"}) == "grades_above"
        assert (await classroom.teacher.put(path, {"max_grade": "7.5"}))["max_grade"] == "7.50"
        assert await classroom.teacher.fault("PUT", f"{path}/grades", [of(classroom.vera, grade=8)]) == "[0].grade"

    async def test_each_change_of_a_grade_is_kept_with_who_when_and_why(self, classroom: GradebookClassroom) -> None:
        """G8: also that a grade was taken back, and what a control point had that is gone."""
        point = await classroom.point()
        path = f"/control-points/{point}/grades"
        await classroom.grade(point, boris=5, vera=9)
        classroom.pass_by(hours=1)
        await classroom.admin.put(
            path, [of(classroom.boris, grade=6, reason="Пересчёт"), of(classroom.vera, grade="9.00", reason="x")]
        )
        await classroom.teacher.put(path, [of(classroom.boris, grade=6, comment="да", reason="нет")])
        await classroom.grade(point, boris=7)
        await classroom.teacher.put(path, [of(classroom.boris, grade=None, reason="Списал")])
        await classroom.teacher.put(f"/control-points/{point}", {"title": "Экзамен"})
        await classroom.teacher.call("DELETE", f"/control-points/{point}", 204)
        told = [
            (
                each["title"],
                each["actor_name"],
                each["student_name"],
                each["old_grade"],
                each["new_grade"],
                each["reason"],
            )
            for each in reversed(await classroom.changes())
        ]
        assert sorted(told[:2]) == [
            ("Зачёт", "Teacher", "Boris", None, "5.00", None),
            ("Зачёт", "Teacher", "Vera", None, "9.00", None),
        ]
        assert told[2:] == [
            ("Зачёт", "Admin", "Boris", "5.00", "6.00", "Пересчёт"),
            ("Зачёт", "Teacher", "Boris", "6.00", "7.00", None),
            ("Зачёт", "Teacher", "Boris", "7.00", None, "Списал"),
            ("Экзамен", "Teacher", "Vera", "9.00", None, "the control point was deleted"),
        ]
        times = [each["at"] for each in await classroom.changes()]
        assert times == ["2026-03-02T13:00:00.000Z"] * 4 + ["2026-03-02T12:00:00.000Z"] * 2
        assert {each["control_point_id"] for each in await classroom.changes()} == {point}
        assert await rows_of(classroom.container, "control_point_grades") == []
        page = await classroom.teacher.get(f"/groups/{classroom.group}/grade-changes?size=2&page=2")
        assert ([each["old_grade"] for each in page["items"]], page["total"]) == (["6.00", "5.00"], 6)

    async def test_a_student_who_became_a_teacher_grades_nobody_in_anothers_group_and_sees_no_changes_there(
        self, classroom: GradebookClassroom
    ) -> None:
        point, lesson = await classroom.point(), await classroom.lesson(3)
        await classroom.grade(point, boris=5)
        await classroom.mark(lesson, boris="absent")
        await classroom.become("boris", Role.TEACHER)
        grades, marks = [of(classroom.boris, grade=10)], [of(classroom.boris, status="present")]
        for method, path, body, code in (
            ("PUT", f"/control-points/{point}/grades", grades, "control_point_not_found"),
            ("GET", f"/control-points/{point}/grades", None, "control_point_not_found"),
            ("PUT", f"/control-points/{point}", {"title": "x"}, "control_point_not_found"),
            ("DELETE", f"/control-points/{point}", None, "control_point_not_found"),
            ("PUT", f"/schedule/lessons/{lesson}/attendance", marks, "lesson_not_found"),
            ("GET", f"/groups/{classroom.group}/grade-changes", None, "group_not_found"),
            ("GET", f"/groups/{classroom.group}/gradebook", None, "group_not_found"),
        ):
            assert await classroom.boris.refused(method, path, 404, body) == code
        assert [each["new_grade"] for each in await classroom.changes()] == ["5.00"]
        [own] = (await classroom.boris.get("/me/gradebook"))["items"]
        assert own["cells"] == ["absent", "5.00"]
