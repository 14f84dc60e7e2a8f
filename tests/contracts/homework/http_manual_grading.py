"""Manual grading and the grade history over HTTP, over every database alike (spec: homework-gradebook, Homework)."""

from typing import Any

import pytest

from atg_core.identity.model import Role
from tests.classroom import SINGLE, TEXT, Classroom, ClassroomContract, texts_of


def grades_of(submission: Any) -> list[Any]:
    return [answer["grade"] for answer in submission["answers"]]


async def history(classroom: Classroom, submission: Any, **page: int) -> Any:
    query = "&".join(f"{name}={page[name]}" for name in page)
    return await classroom.teacher.get(f"/submissions/{submission['id']}/grade-changes?{query}")


class HttpManualGradingContract(ClassroomContract):
    async def test_texts_wait_for_the_teacher(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, TEXT, TEXT)
        _, first, second = made["questions"]
        submitted = await classroom.handed_in(made)
        path = f"/submissions/{submitted['id']}"
        assert (submitted["status"], submitted["grade"]) == ("submitted", None)
        assert grades_of(submitted) == [None, None, None]
        assert grades_of(await classroom.teacher.get(path)) == ["2.00", None, None]
        half = await classroom.teacher.put(
            f"{path}/grades", [{"question_id": first["id"], "grade": 4.5, "comment": "почти"}]
        )
        assert (half["status"], half["grade"], grades_of(half)) == ("submitted", None, ["2.00", "4.50", None])
        unseen = await classroom.boris.get(path)
        assert [(each["grade"], each["comment"]) for each in unseen["answers"]] == [(None, None)] * 3
        graded = await classroom.teacher.put(f"{path}/grades/", [{"question_id": second["id"], "grade": "5"}])
        assert (graded["status"], graded["grade"], graded["max_grade"]) == ("graded", "11.50", "12.00")
        assert [each["comment"] for each in graded["answers"]] == [None, "почти", None]
        assert await classroom.boris.get(path) == graded

    async def test_a_text_without_an_answer_can_be_graded_too(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, TEXT)
        draft = await classroom.draft(made)
        submitted = await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert submitted["status"] == "submitted"
        grades = [{"question_id": made["questions"][1]["id"], "grade": "1.50", "comment": "на бумаге"}]
        graded = await classroom.teacher.put(f"/submissions/{draft['id']}/grades", grades)
        assert (graded["status"], graded["grade"], grades_of(graded)) == ("graded", "1.50", ["0.00", "1.50"])
        assert (graded["answers"][1]["text"], graded["answers"][1]["comment"]) == (None, "на бумаге")

    async def test_a_grade_that_is_none_is_refused_with_the_member_that_is_wrong(self, classroom: Classroom) -> None:
        made, other = await classroom.homework(), await classroom.homework()
        single, _, text = made["questions"]
        submitted = await classroom.handed_in(made)
        path = f"/submissions/{submitted['id']}/grades"
        good = {"question_id": text["id"], "grade": "5.00"}
        for wrong, field in (
            ({**good, "grade": "5.01"}, "grades[0].grade"),
            ({**good, "grade": "-0.01"}, "grades[0].grade"),
            ({**good, "grade": 1.005}, "grades[0].grade"),
            ({**good, "grade": "Infinity"}, "grades[0].grade"),
            ({**good, "question_id": single["id"]}, "grades[0].question_id"),
            ({**good, "question_id": texts_of(other)[0]["id"]}, "grades[0].question_id"),
        ):
            assert await classroom.teacher.fault("PUT", path, [wrong]) == field
        assert await classroom.teacher.fault("PUT", path, [good, good]) == "grades[1].question_id"
        assert (await classroom.teacher.get(f"/submissions/{submitted['id']}"))["status"] == "submitted"
        draft = await classroom.draft(made, "vera")
        assert (
            await classroom.teacher.refused("PUT", f"/submissions/{draft['id']}/grades", 409, [good]) == "not_submitted"
        )

    @pytest.mark.refuses
    async def test_a_grade_of_the_wrong_shape_is_refused(self, classroom: Classroom) -> None:
        good = {"question_id": 1, "grade": "5.00"}
        for wrong, field in (
            ({**good, "grade": "five"}, "grades[0].grade"),
            ({**good, "grade": None}, "grades[0].grade"),
            ({**good, "comment": "x" * 10_001}, "grades[0].comment"),
            ({**good, "reason": "x" * 1_001}, "grades[0].reason"),
            ({"question_id": 1}, "grades[0].grade"),
        ):
            assert await classroom.teacher.fault("PUT", "/submissions/1/grades", [wrong]) == field

    async def test_grades_may_change_and_each_change_is_kept(self, classroom: Classroom) -> None:
        """G8."""
        made = await classroom.homework()
        [text] = texts_of(made)
        graded = await classroom.graded(made)
        path = f"/submissions/{graded['id']}"
        classroom.pass_by(hours=1)
        changed = {"question_id": text["id"], "grade": "5.00", "comment": "учтено", "reason": "апелляция"}
        regraded = await classroom.admin.put(f"{path}/grades", [changed])
        assert (regraded["grade"], regraded["status"], graded["grade"]) == ("9.50", "graded", "8.50")
        classroom.pass_by(hours=1)
        for nothing_new in ([changed], [{"question_id": text["id"], "grade": "5.00"}], []):
            assert await classroom.teacher.put(f"{path}/grades", nothing_new) == regraded
        cleared = await classroom.teacher.put(f"{path}/grades", [{**changed, "comment": None}])
        assert cleared["answers"][-1]["comment"] is None
        changes = await history(classroom, graded)
        assert [{name: each[name] for name in each if name != "id"} for each in changes["items"]] == [
            {
                "question_id": text["id"],
                "actor_id": str(classroom.teacher.id),
                "actor_name": "Teacher",
                "at": "2026-03-02T12:00:00.000Z",
                "old_grade": None,
                "new_grade": "4.00",
                "reason": None,
            },
            {
                "question_id": text["id"],
                "actor_id": str(classroom.admin.id),
                "actor_name": "Admin",
                "at": "2026-03-02T13:00:00.000Z",
                "old_grade": "4.00",
                "new_grade": "5.00",
                "reason": "апелляция",
            },
        ]
        second = await history(classroom, graded, page=2, size=1)
        assert (second["items"], second["total"]) == (changes["items"][1:], 2)

    async def test_a_student_who_became_a_teacher_grades_nothing_in_anothers_group_and_sees_no_changes_there(
        self, classroom: Classroom
    ) -> None:
        """Their own work is found, and stays another's to grade."""
        made = await classroom.homework(TEXT)
        own, classmates = await classroom.handed_in(made), await classroom.graded(made, "vera")
        await classroom.become("boris", Role.TEACHER)
        grades = [{"question_id": made["questions"][0]["id"], "grade": "5.00"}]
        path = f"/submissions/{own['id']}"
        assert await classroom.boris.refused("PUT", f"{path}/grades", 403, grades) == "not_your_group"
        assert await classroom.boris.refused("GET", f"{path}/grade-changes", 403) == "not_your_group"
        assert grades_of(await classroom.boris.get(path)) == [None]
        other = f"/submissions/{classmates['id']}"
        assert await classroom.boris.refused("PUT", f"{other}/grades", 404, grades) == "submission_not_found"
        assert await classroom.boris.refused("GET", f"{other}/grade-changes", 404) == "submission_not_found"
        assert grades_of(await classroom.teacher.get(other)) == ["4.00"]
