"""Grades upon the one before (`was`), and the history of a cell, over every database alike."""

import pytest

from tests.gradebook_classroom import GradebookClassroom, GradebookContract, of


class HttpConditionalGradesContract(GradebookContract):
    async def test_a_grade_is_given_upon_the_one_before(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        path = f"/control-points/{point}/grades"
        first = [of(classroom.boris, grade=5, was=None), of(classroom.vera, grade="6.5", was=None)]
        assert [row["grade"] for row in await classroom.teacher.put(path, first)] == ["5.00", "6.50"]
        then = [of(classroom.boris, grade=7, was="5"), of(classroom.vera, grade=None, was=6.5)]
        assert [row["grade"] for row in await classroom.teacher.put(path, then)] == ["7.00"]
        assert [row["grade"] for row in await classroom.grade(point, boris=1)] == ["1.00"]
        again = [of(classroom.vera, grade=9, was=None)]
        assert [row["grade"] for row in await classroom.teacher.put(path, again)] == ["1.00", "9.00"]

    async def test_one_late_row_refuses_all_and_each_late_one_is_named(self, classroom: GradebookClassroom) -> None:
        point = await classroom.point()
        path = f"/control-points/{point}/grades"
        await classroom.grade(point, by="admin", boris=4)
        body = [of(classroom.vera, grade=9, was=None), of(classroom.boris, grade=5, was=None)]
        told = await classroom.teacher.put(path, body, 409)
        assert told["code"] == "changed_meanwhile"
        assert told["current"] == [{"student_id": str(classroom.boris.id), "grade": "4.00"}]
        assert [(each["field"], each["code"]) for each in told["errors"]] == [("[1].was", "changed_meanwhile")]
        assert told["text"] == told["detail"] == "Пока вы меняли, это изменил кто-то другой"
        both = [of(classroom.vera, grade=9, was=8), of(classroom.boris, grade=5, was="4.01")]
        told = await classroom.teacher.put(path, both, 409)
        assert [each["grade"] for each in told["current"]] == [None, "4.00"]
        assert [each["field"] for each in told["errors"]] == ["[0].was", "[1].was"]
        assert [row["grade"] for row in await classroom.teacher.get(path)] == ["4.00"]
        assert len(await classroom.changes()) == 1

    @pytest.mark.refuses
    async def test_what_was_before_is_a_number_or_nothing(self, classroom: GradebookClassroom) -> None:
        body = [of(classroom.boris, grade=5, was="five")]
        assert await classroom.teacher.fault("PUT", "/control-points/1/grades", body) == "[0].was"

    async def test_the_history_of_a_cell_says_who_changed_what(self, classroom: GradebookClassroom) -> None:
        point, other = await classroom.point(), await classroom.point(title="Тест", kind="test")
        await classroom.grade(point, boris=4, vera=3)
        await classroom.grade(point, by="admin", boris=5)
        await classroom.grade(other, boris=1)
        path = f"/groups/{classroom.group}/grade-changes?control_point_id={point}&student_id={classroom.boris.id}"
        found = await classroom.teacher.get(path)
        told = [(each["actor_name"], each["old_grade"], each["new_grade"]) for each in found["items"]]
        assert told == [("Admin", "4.00", "5.00"), ("Teacher", None, "4.00")]
        assert found["total"] == 2
        assert (await classroom.teacher.get(f"{path}&size=1&page=2"))["items"] == found["items"][1:]
        everything = await classroom.teacher.get(f"/groups/{classroom.group}/grade-changes")
        assert everything["total"] == 4
        of_vera = f"/groups/{classroom.group}/grade-changes?student_id={classroom.vera.id}"
        assert (await classroom.teacher.get(of_vera))["total"] == 1

    async def test_the_history_of_attendance_says_who_marked_what(self, classroom: GradebookClassroom) -> None:
        lesson = await classroom.lesson(3)
        await classroom.mark(lesson, boris="absent", vera="present")
        await classroom.mark(lesson, boris="absent", vera="late")
        await classroom.admin.put(f"/schedule/lessons/{lesson}/attendance", [of(classroom.boris, status=None)])
        path = f"/schedule/lessons/{lesson}/attendance-changes"
        found = await classroom.teacher.get(path)
        told = [(each["student_name"], each["old_status"], each["new_status"]) for each in found["items"]]
        assert sorted(told[:2]) == sorted([("Boris", "absent", None), ("Vera", "present", "late")])
        assert found["total"] == 4
        [of_vera, first] = (await classroom.teacher.get(f"{path}?student_id={classroom.vera.id}"))["items"]
        assert (of_vera["actor_name"], of_vera["old_status"], of_vera["new_status"]) == ("Teacher", "present", "late")
        assert (first["old_status"], first["lesson_id"]) == (None, lesson)
        assert await classroom.colleague.refused("GET", path, 404) == "lesson_not_found"
