"""Questions and choices of homework over HTTP, over every database alike (spec: homework-gradebook, Homework)."""

from typing import Any

import pytest

from tests.classroom import MULTI, SINGLE, TEXT, Classroom, ClassroomContract


class HttpQuestionsContract(ClassroomContract):
    @pytest.mark.refuses
    @pytest.mark.parametrize(
        ("question", "field"),
        [
            ({**TEXT, "points": 0}, "questions[0].points"),
            ({**TEXT, "points": "-1"}, "questions[0].points"),
            ({**TEXT, "points": "7.505"}, "questions[0].points"),
            ({**TEXT, "points": 0.001}, "questions[0].points"),
            ({**TEXT, "points": "10000.01"}, "questions[0].points"),
            ({**TEXT, "points": "NaN"}, "questions[0].points"),
            ({**TEXT, "points": "five"}, "questions[0].points"),
            ({**TEXT, "points": True}, "questions[0].points"),
            ({**TEXT, "points": None}, "questions[0].points"),
            ({**TEXT, "text": ""}, "questions[0].text"),
            ({**TEXT, "text": "x" * 10_001}, "questions[0].text"),
            ({**TEXT, "text": "\x00"}, "questions[0].text"),
            ({**TEXT, "choices": SINGLE["choices"]}, "questions[0].choices"),
            ({**TEXT, "question_type": "ESSAY"}, "questions[0].question_type"),
            ({**SINGLE, "choices": [{"text": "x"}] * 51}, "questions[0].choices"),
            ({**SINGLE, "choices": [{"text": ""}]}, "questions[0].choices[0].text"),
            ({"question_type": "TEXT", "points": 1}, "questions[0].text"),
        ],
    )
    async def test_a_question_that_is_none_is_refused_with_the_member_that_is_wrong(
        self, classroom: Classroom, question: Any, field: str
    ) -> None:
        body = {"group_id": classroom.group, "title": "x", "questions": [question]}
        assert await classroom.teacher.fault("POST", "/homework", body) == field
        assert (await classroom.teacher.get("/homework"))["total"] == 0

    async def test_points_are_exact_numbers_or_strings(self, classroom: Classroom) -> None:
        points = [0.1, "0.2", 7.35, "1e2", 10000, "2.50"]
        made = await classroom.homework(*({**TEXT, "points": each} for each in points), publish=False)
        given = [each["points"] for each in made["questions"]]
        assert given == ["0.10", "0.20", "7.35", "100.00", "10000.00", "2.50"]
        assert made["max_grade"] == "10110.15"

    async def test_questions_are_replaced_as_they_are_given(self, classroom: Classroom) -> None:
        made = await classroom.homework(publish=False)
        single, _, text = made["questions"]
        kept_choice = {**single["choices"][2], "text": "три, поправлено", "is_correct": True}
        given = [
            {**TEXT, "text": "Новый"},
            {**text, "text": "Поправлен", "points": "7.00"},
            {**single, "choices": [{"text": "новая"}, kept_choice]},
        ]
        changed = await classroom.teacher.put(f"/homework/{made['id']}", {"questions": given})
        new, moved, rewritten = changed["questions"]
        assert [each["id"] for each in (moved, rewritten)] == [text["id"], single["id"]]
        assert new["id"] not in {each["id"] for each in made["questions"]}
        assert [each["position"] for each in changed["questions"]] == [1, 2, 3]
        assert (moved["text"], moved["points"]) == ("Поправлен", "7.00")
        assert [choice["text"] for choice in rewritten["choices"]] == ["новая", "три, поправлено"]
        assert rewritten["choices"][1]["id"] == single["choices"][2]["id"]
        assert rewritten["choices"][0]["id"] not in {choice["id"] for choice in single["choices"]}
        assert await classroom.teacher.get(f"/homework/{made['id']}") == changed
        emptied = await classroom.teacher.put(f"/homework/{made['id']}", {"questions": []})
        assert (emptied["questions"], emptied["max_grade"]) == ([], "0.00")

    async def test_ids_of_elsewhere_are_refused(self, classroom: Classroom) -> None:
        """Z4."""
        made, other = await classroom.homework(publish=False), await classroom.homework(publish=False)
        single, multi, _ = made["questions"]
        path = f"/homework/{made['id']}"
        foreign_choice = {**single, "choices": [other["questions"][0]["choices"][0]]}
        sibling_choice = {**single, "choices": [multi["choices"][0]]}
        for questions, field in (
            ([other["questions"][0]], "questions[0].id"),
            ([single, single], "questions[0].id"),
            ([single, {**TEXT, "id": 99_999}], "questions[1].id"),
            ([foreign_choice], "questions[0].choices"),
            ([sibling_choice], "questions[0].choices"),
            ([{**single, "choices": [single["choices"][0]] * 2}], "questions[0].choices"),
            ([{**SINGLE, "choices": [single["choices"][0]]}], "questions[0].choices"),
        ):
            refused = await classroom.teacher.call("PUT", path, 400, {"questions": questions})
            assert refused["errors"][0]["field"] == field
        assert await classroom.teacher.get(path) == made
        assert await classroom.teacher.get(f"/homework/{other['id']}") == other

    async def test_what_can_not_be_graded_is_not_published(self, classroom: Classroom) -> None:
        def choices(*right: bool) -> list[Any]:
            return [{"text": "x", "is_correct": each} for each in right]

        broken = [
            TEXT,
            {**SINGLE, "choices": []},
            {**SINGLE, "choices": choices(False, False)},
            {**SINGLE, "choices": choices(True, True)},
            {**MULTI, "choices": choices(False)},
            {**MULTI, "choices": choices(True)},
            {**SINGLE, "choices": choices(False, True)},
        ]
        made = await classroom.homework(*broken, publish=False)
        path = f"/homework/{made['id']}"
        refused = await classroom.teacher.post(f"{path}/publish", 409)
        assert refused["code"] == "homework_incomplete"
        assert [fault["field"] for fault in refused["errors"]] == [f"questions[{number}]" for number in (1, 2, 3, 4)]
        assert all(fault["message"] for fault in refused["errors"])
        assert (await classroom.teacher.get(path))["published_at"] is None
        await classroom.teacher.put(path, {"questions": []})
        refused = await classroom.teacher.post(f"{path}/publish", 409)
        assert [fault["field"] for fault in refused["errors"]] == ["questions"]
        assert await classroom.mails() == []
