"""Attendance, control points and grades over HTTP, over every database alike (spec: homework-gradebook)."""

from typing import Any
from uuid import uuid4

import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.recorded import EXAM, Recorded, Recording, of


class HttpGradesContract(Recording):
    async def test_a_whole_group_is_marked_in_one_call_and_marks_change(self, room: Recorded) -> None:
        lesson = await room.lesson(3)
        path = f"/schedule/lessons/{lesson}/attendance"
        marked = await room.mark(lesson, vera="present", boris="absent")
        assert [(row["student_name"], row["status"]) for row in marked] == [("Boris", "absent"), ("Vera", "present")]
        assert {row["lesson_id"] for row in marked} == {lesson}
        room.pass_by(minutes=5)
        again = await room.mark(lesson, vera="late", boris="absent")
        assert [row["status"] for row in again] == ["absent", "late"]
        assert again[0] == marked[0]
        assert again[1]["updated_at"] > marked[1]["updated_at"]
        assert [row["status"] for row in await room.mark(lesson, boris="excused")] == ["excused", "late"]
        assert await room.teacher.put(path, []) == await room.teacher.get(path) == await room.admin.get(path)
        assert [row["student_name"] for row in await room.mark(lesson, boris=None)] == ["Vera"]

    async def test_who_is_not_in_the_group_has_no_mark_unless_they_had_one(self, room: Recorded) -> None:
        lesson = await room.lesson(3)
        path = f"/schedule/lessons/{lesson}/attendance"
        await room.mark(lesson, boris="present")
        marks = [of(room.boris, status="absent"), of(room.oleg, status="present")]
        assert await room.teacher.fault("PUT", path, marks) == "[1].student_id"
        assert (
            await room.teacher.fault("PUT", path, [{"student_id": str(uuid4()), "status": "late"}]) == "[0].student_id"
        )
        twice = [of(room.boris, status="absent"), of(room.vera, status="late"), of(room.boris, status="late")]
        assert await room.teacher.fault("PUT", path, twice) == "[2].student_id"
        assert (await room.teacher.get(path))[0]["status"] == "present"
        await room.teacher.call("DELETE", f"/groups/{room.group}/students/{room.boris.id}", 204)
        assert [row["status"] for row in await room.mark(lesson, boris="absent")] == ["absent"]

    async def test_a_mark_that_is_none_is_named(self, room: Recorded) -> None:
        path = f"/schedule/lessons/{await room.lesson(3)}/attendance"
        marks = [of(room.boris, status="present"), of(room.vera, status="asleep")]
        assert await room.teacher.fault("PUT", path, marks) == "[1].status"
        assert await room.teacher.fault("PUT", path, [{"student_id": "x", "status": "late"}]) == "[0].student_id"
        assert await room.teacher.fault("PUT", path, [{"status": "late"}]) == "[0].student_id"
        assert await room.teacher.refused("PUT", path, 400, {"student_id": str(room.vera.id), "status": "late"})
        await room.teacher.put(path, [of(room.vera, status="late")] * 10_001, 400)

    async def test_a_lesson_that_was_cancelled_is_not_marked(self, room: Recorded) -> None:
        lesson = await room.lesson(3)
        await room.teacher.put(f"/schedule/lessons/{lesson}", {"status": "cancelled"})
        path = f"/schedule/lessons/{lesson}/attendance"
        assert await room.teacher.refused("PUT", path, 409, [of(room.boris, status="late")]) == "lesson_cancelled"

    async def test_what_was_recorded_holds_its_lesson_and_its_group(self, room: Recorded) -> None:
        lesson = await room.lesson(3)
        await room.mark(lesson, boris="present")
        assert await room.teacher.refused("DELETE", f"/schedule/lessons/{lesson}", 409) == "lesson_has_records"
        assert await room.teacher.refused("DELETE", f"/groups/{room.group}", 409) == "group_was_taught"
        await room.mark(lesson, boris=None)
        await room.teacher.call("DELETE", f"/schedule/lessons/{lesson}", 204)
        point = await room.point()
        await room.grade(point, boris=5)
        assert await room.teacher.refused("DELETE", f"/groups/{room.group}", 409) == "group_was_taught"
        await room.colleague.post(f"/groups/{room.other_group}/control-points", body=EXAM)
        await room.colleague.call("DELETE", f"/groups/{room.other_group}", 204)

    async def test_a_control_point_is_made_changed_and_deleted(self, room: Recorded) -> None:
        path = f"/groups/{room.group}/control-points"
        made = await room.teacher.post(path, body=EXAM)
        assert made | EXAM == made
        assert (made["weight"], made["group_id"]) == ("2.00", room.group)
        earlier = await room.point(title="Тест", kind="test", date="2026-03-01", weight=0.5, max_grade=100)
        page = await room.teacher.get(path)
        assert [(each["title"], each["weight"], each["max_grade"]) for each in page["items"]] == [
            ("Тест", "0.50", "100.00"),
            ("Зачёт", "2.00", "10.00"),
        ]
        assert (page["total"], page["pages"]) == (2, 1)
        changed = await room.teacher.put(f"/control-points/{made['id']}", {"title": "Экзамен", "weight": "3"})
        assert (changed["title"], changed["weight"], changed["max_grade"]) == ("Экзамен", "3.00", "10.00")
        assert await room.teacher.put(f"/control-points/{made['id']}", {}) == changed
        await room.teacher.call("DELETE", f"/control-points/{earlier}", 204)
        assert await room.teacher.refused("DELETE", f"/control-points/{earlier}", 404) == "control_point_not_found"
        assert [each["title"] for each in (await room.teacher.get(path))["items"]] == ["Экзамен"]

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
    async def test_a_control_point_that_is_none_is_named(self, room: Recorded, field: str, value: Any) -> None:
        path = f"/groups/{room.group}/control-points"
        assert await room.teacher.fault("POST", path, EXAM | {field: value}) == field
        assert await room.teacher.fault("PUT", f"/control-points/{await room.point()}", {field: value}) == field

    async def test_grades_are_given_changed_and_taken_back(self, room: Recorded) -> None:
        point = await room.point()
        path = f"/control-points/{point}/grades"
        given = await room.teacher.put(path, [of(room.vera, grade=7.5, comment="Хорошо"), of(room.boris, grade="0")])
        assert [(row["student_name"], row["grade"], row["comment"]) for row in given] == [
            ("Boris", "0.00", None),
            ("Vera", "7.50", "Хорошо"),
        ]
        assert {row["graded_by"] for row in given} == {str(room.teacher.id)}
        kept = await room.grade(point, vera="8")
        assert [(row["grade"], row["comment"]) for row in kept] == [("0.00", None), ("8.00", "Хорошо")]
        other = await room.teacher.put(path, [of(room.vera, grade=8, comment="Отлично")])
        assert other[1]["comment"] == "Отлично"
        assert (await room.teacher.put(path, [of(room.vera, grade=8, comment=None)]))[1]["comment"] is None
        assert [row["student_name"] for row in await room.grade(point, boris=None)] == ["Vera"]
        assert await room.grade(point, boris=None) == await room.teacher.get(path) == await room.admin.get(path)

    @pytest.mark.parametrize("grade", ["10.01", "-0.01", "4.505", "1e-400", "NaN", "-Infinity", "five", True, {}])
    async def test_a_grade_that_is_none_is_named_and_nobody_is_graded(self, room: Recorded, grade: Any) -> None:
        path = f"/control-points/{await room.point()}/grades"
        grades = [of(room.boris, grade=5), of(room.vera, grade=grade)]
        assert await room.teacher.fault("PUT", path, grades) == "[1].grade"
        assert await room.teacher.get(path) == await room.changes() == []

    async def test_who_is_not_in_the_group_is_not_graded_unless_they_were(self, room: Recorded) -> None:
        point = await room.point()
        path = f"/control-points/{point}/grades"
        assert (
            await room.teacher.fault("PUT", path, [of(room.boris, grade=5), of(room.oleg, grade=5)]) == "[1].student_id"
        )
        assert await room.teacher.fault("PUT", path, [of(room.boris, grade=5)] * 2) == "[1].student_id"
        assert await room.teacher.fault("PUT", path, [{"student_id": str(room.boris.id)}]) == "[0].grade"
        await room.grade(point, boris=5)
        await room.teacher.call("DELETE", f"/groups/{room.group}/students/{room.boris.id}", 204)
        assert [row["grade"] for row in await room.grade(point, boris=6)] == ["6.00"]

    async def test_the_most_is_not_lowered_below_a_grade(self, room: Recorded) -> None:
        point = await room.point()
        await room.grade(point, boris="7.50")
        path = f"/control-points/{point}"
        assert await room.teacher.refused("PUT", path, 409, {"max_grade": "7.49"}) == "grades_above"
        assert (await room.teacher.put(path, {"max_grade": "7.5"}))["max_grade"] == "7.50"
        assert await room.teacher.fault("PUT", f"{path}/grades", [of(room.vera, grade=8)]) == "[0].grade"

    async def test_each_change_of_a_grade_is_kept_with_who_when_and_why(self, room: Recorded) -> None:
        """G8: also that a grade was taken back, and what a control point had that is gone."""
        point = await room.point()
        path = f"/control-points/{point}/grades"
        await room.grade(point, boris=5, vera=9)
        room.pass_by(hours=1)
        await room.admin.put(
            path, [of(room.boris, grade=6, reason="Пересчёт"), of(room.vera, grade="9.00", reason="x")]
        )
        await room.teacher.put(path, [of(room.boris, grade=6, comment="да", reason="нет")])
        await room.grade(point, boris=7)
        await room.teacher.put(path, [of(room.boris, grade=None, reason="Списал")])
        await room.teacher.put(f"/control-points/{point}", {"title": "Экзамен"})
        await room.teacher.call("DELETE", f"/control-points/{point}", 204)
        told = [
            (
                each["title"],
                each["actor_name"],
                each["student_name"],
                each["old_grade"],
                each["new_grade"],
                each["reason"],
            )
            for each in reversed(await room.changes())
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
        times = [each["at"] for each in await room.changes()]
        assert times == ["2026-03-02T13:00:00.000Z"] * 4 + ["2026-03-02T12:00:00.000Z"] * 2
        assert {each["control_point_id"] for each in await room.changes()} == {point}
        assert await rows_of(room.container, "control_point_grades") == []
        page = await room.teacher.get(f"/groups/{room.group}/grade-changes?size=2&page=2")
        assert ([each["old_grade"] for each in page["items"]], page["total"]) == (["6.00", "5.00"], 6)

    async def test_a_lesson_is_marked_by_who_gives_it_and_by_who_teaches_the_group(
        self, room: Recorded, stocked: Container
    ) -> None:
        lesson = await room.lesson(3)
        await room.admin.put(f"/groups/{room.group}", {"teacher_id": str(room.colleague.id)})
        path = f"/schedule/lessons/{lesson}/attendance"
        for person, status in ((room.teacher, "present"), (room.colleague, "late"), (room.admin, "absent")):
            assert [row["status"] for row in await person.put(path, [of(room.boris, status=status)])] == [status]
