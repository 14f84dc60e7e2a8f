"""Attendance over HTTP, over every database alike (spec: homework-gradebook, Gradebook)."""

from uuid import uuid4

import pytest

from atg_entrypoints.container import Container
from tests.gradebook_classroom import EXAM, GradebookClassroom, GradebookContract, of


class HttpAttendanceContract(GradebookContract):
    async def test_a_whole_group_is_marked_in_one_call_and_marks_change(self, classroom: GradebookClassroom) -> None:
        lesson = await classroom.lesson(3)
        path = f"/schedule/lessons/{lesson}/attendance"
        marked = await classroom.mark(lesson, vera="present", boris="absent")
        assert [(row["student_name"], row["status"]) for row in marked] == [("Boris", "absent"), ("Vera", "present")]
        assert {row["lesson_id"] for row in marked} == {lesson}
        classroom.pass_by(minutes=5)
        again = await classroom.mark(lesson, vera="late", boris="absent")
        assert [row["status"] for row in again] == ["absent", "late"]
        assert again[0] == marked[0]
        assert again[1]["updated_at"] > marked[1]["updated_at"]
        assert [row["status"] for row in await classroom.mark(lesson, boris="excused")] == ["excused", "late"]
        assert (
            await classroom.teacher.put(path, [])
            == await classroom.teacher.get(path)
            == await classroom.admin.get(path)
        )
        assert [row["student_name"] for row in await classroom.mark(lesson, boris=None)] == ["Vera"]

    async def test_who_is_not_in_the_group_has_no_mark_unless_they_had_one(self, classroom: GradebookClassroom) -> None:
        lesson = await classroom.lesson(3)
        path = f"/schedule/lessons/{lesson}/attendance"
        await classroom.mark(lesson, boris="present")
        marks = [of(classroom.boris, status="absent"), of(classroom.oleg, status="present")]
        assert await classroom.teacher.fault("PUT", path, marks) == "[1].student_id"
        assert (
            await classroom.teacher.fault("PUT", path, [{"student_id": str(uuid4()), "status": "late"}])
            == "[0].student_id"
        )
        twice = [
            of(classroom.boris, status="absent"),
            of(classroom.vera, status="late"),
            of(classroom.boris, status="late"),
        ]
        assert await classroom.teacher.fault("PUT", path, twice) == "[2].student_id"
        assert (await classroom.teacher.get(path))[0]["status"] == "present"
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{classroom.boris.id}", 204)
        assert [row["status"] for row in await classroom.mark(lesson, boris="absent")] == ["absent"]

    @pytest.mark.refuses
    async def test_a_mark_that_is_none_is_named(self, classroom: GradebookClassroom) -> None:
        path = "/schedule/lessons/1/attendance"
        marks = [of(classroom.boris, status="present"), of(classroom.vera, status="asleep")]
        assert await classroom.teacher.fault("PUT", path, marks) == "[1].status"
        assert await classroom.teacher.fault("PUT", path, [{"student_id": "x", "status": "late"}]) == "[0].student_id"
        assert await classroom.teacher.fault("PUT", path, [{"status": "late"}]) == "[0].student_id"
        assert await classroom.teacher.refused(
            "PUT", path, 400, {"student_id": str(classroom.vera.id), "status": "late"}
        )

    async def test_of_marks_that_were_changed_meanwhile_none_is_saved_and_each_is_named(
        self, classroom: GradebookClassroom
    ) -> None:
        lesson = await classroom.lesson(3)
        path = f"/schedule/lessons/{lesson}/attendance"
        first = [of(classroom.boris, status="late", was=None), of(classroom.vera, status="present", was=None)]
        saved = await classroom.teacher.put(path, first)
        late = [
            of(classroom.boris, status="absent", was="late"),
            of(classroom.vera, status="absent", was="excused"),
        ]
        refused = await classroom.admin.put(path, late, 409)
        assert refused["code"] == "changed_meanwhile"
        assert refused["current"] == [of(classroom.vera, value="present")]
        assert [(each["field"], each["code"]) for each in refused["errors"]] == [("[1].was", "changed_meanwhile")]
        refused = await classroom.admin.put(path, first, 409)
        assert refused["current"] == [of(classroom.boris, value="late"), of(classroom.vera, value="present")]
        assert await classroom.teacher.get(path) == saved
        removed = [of(classroom.boris, status=None, was="late"), of(classroom.vera, status="absent")]
        assert [row["status"] for row in await classroom.admin.put(path, removed)] == ["absent"]
        gone = await classroom.teacher.put(path, [of(classroom.boris, status="late", was="late")], 409)
        assert gone["current"] == [of(classroom.boris, value=None)]

    async def test_a_lesson_that_was_cancelled_is_not_marked(self, classroom: GradebookClassroom) -> None:
        lesson = await classroom.lesson(3)
        await classroom.teacher.put(f"/schedule/lessons/{lesson}", {"status": "cancelled"})
        path = f"/schedule/lessons/{lesson}/attendance"
        assert (
            await classroom.teacher.refused("PUT", path, 409, [of(classroom.boris, status="late")])
            == "lesson_cancelled"
        )

    async def test_a_lesson_is_marked_by_who_gives_it_and_by_who_teaches_the_group(
        self, classroom: GradebookClassroom, stocked: Container
    ) -> None:
        lesson = await classroom.lesson(2)
        await classroom.mark(lesson, boris="late")  # it was held, and stays with who held it
        await classroom.admin.put(f"/groups/{classroom.group}", {"teacher_id": str(classroom.colleague.id)})
        path = f"/schedule/lessons/{lesson}/attendance"
        for person, status in (
            (classroom.teacher, "present"),
            (classroom.colleague, "late"),
            (classroom.admin, "absent"),
        ):
            assert [row["status"] for row in await person.put(path, [of(classroom.boris, status=status)])] == [status]

    async def test_what_was_recorded_holds_its_lesson_and_its_group(self, classroom: GradebookClassroom) -> None:
        lesson = await classroom.lesson(3)
        await classroom.mark(lesson, boris="present")
        assert await classroom.teacher.refused("DELETE", f"/schedule/lessons/{lesson}", 409) == "lesson_has_records"
        assert await classroom.teacher.refused("DELETE", f"/groups/{classroom.group}", 409) == "group_was_taught"
        await classroom.mark(lesson, boris=None)
        await classroom.teacher.call("DELETE", f"/schedule/lessons/{lesson}", 204)
        point = await classroom.point()
        await classroom.grade(point, boris=5)
        assert await classroom.teacher.refused("DELETE", f"/groups/{classroom.group}", 409) == "group_was_taught"
        await classroom.colleague.post(f"/groups/{classroom.other_group}/control-points", body=EXAM)
        await classroom.colleague.call("DELETE", f"/groups/{classroom.other_group}", 204)
