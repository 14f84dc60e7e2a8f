"""Conditional writes of homework and of grades over HTTP, over every database alike (spec: README, `was`)."""

from tests.classroom import TEXT, Classroom, ClassroomContract, texts_of
from tests.contracts.homework.http_manual_grading import grades_of


class HttpChangedMeanwhileContract(ClassroomContract):
    async def test_homework_that_was_changed_meanwhile_is_refused_with_what_is_there(
        self, classroom: Classroom
    ) -> None:
        made = await classroom.homework(TEXT, publish=False)
        path = f"/homework/{made['id']}"
        first = await classroom.teacher.put(path, {"title": "Первый", "was": made["updated_at"]})
        assert first["updated_at"] > made["updated_at"]
        problem = await classroom.teacher.put(path, {"title": "Второй", "was": made["updated_at"]}, 409)
        assert (problem["code"], problem["current"]) == ("changed_meanwhile", first["updated_at"])
        assert (await classroom.teacher.get(path))["title"] == "Первый"
        second = await classroom.teacher.put(path, {"title": "Второй", "was": first["updated_at"]})
        published = await classroom.teacher.post(f"{path}/publish", 200)
        assert published["updated_at"] > second["updated_at"]
        await classroom.teacher.put(path, {"title": "Без условия"})

    async def test_grades_that_were_changed_meanwhile_are_refused_together_and_named(
        self, classroom: Classroom
    ) -> None:
        made = await classroom.homework(TEXT, TEXT, TEXT)
        submitted = await classroom.handed_in(made)
        path = f"/submissions/{submitted['id']}/grades"
        first, second, third = (each["id"] for each in texts_of(made))
        await classroom.teacher.put(
            path, [{"question_id": first, "grade": "4", "was": None}, {"question_id": third, "grade": "1"}]
        )
        late = [
            {"question_id": first, "grade": "5", "was": None},
            {"question_id": second, "grade": "5", "was": None},
            {"question_id": third, "grade": "5", "was": "2.00"},
        ]
        problem = await classroom.teacher.put(path, late, 409)
        assert problem["code"] == "changed_meanwhile"
        assert [(each["field"], each["code"], each["current"]) for each in problem["errors"]] == [
            ("grades[0].was", "changed_meanwhile", "4.00"),
            ("grades[2].was", "changed_meanwhile", "1.00"),
        ]
        assert problem["current"] == [
            {"question_id": first, "current": "4.00"},
            {"question_id": third, "current": "1.00"},
        ]
        shown = await classroom.teacher.get(f"/submissions/{submitted['id']}")
        assert grades_of(shown) == ["4.00", None, "1.00"]
        now = [{**each, "was": was} for each, was in zip(late, (4, None, "1"), strict=True)]
        assert grades_of(await classroom.teacher.put(path, now)) == ["5.00"] * 3
