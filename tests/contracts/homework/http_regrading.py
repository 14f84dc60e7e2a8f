"""Regrading: submitted questions are frozen and grades change by hand, over every database alike (promises, G6)."""

from copy import deepcopy
from typing import Any

import pytest

from tests.classroom import MULTI, SINGLE, TEXT, Classroom, ClassroomContract, texts_of


class HttpRegradingContract(ClassroomContract):
    @pytest.mark.parametrize("is_over", [False, True])
    async def test_no_edit_reaches_what_was_handed_in(self, classroom: Classroom, *, is_over: bool) -> None:
        """So there is nothing to grade anew: another key is that of a copy."""
        made = await classroom.homework(SINGLE, MULTI, TEXT, max_attempts=1, due_at="2026-03-09T12:00:00Z")
        submission = await classroom.graded(made)
        if is_over:
            classroom.pass_by(days=8)
        before = await classroom.boris.get(f"/submissions/{submission['id']}")
        path = f"/homework/{made['id']}"
        for questions in edits_of(made["questions"]):
            assert (
                await classroom.teacher.refused("PUT", path, 409, {"questions": questions})
                == "homework_has_submissions"
            )
            assert (
                await classroom.admin.refused("PUT", path, 409, {"questions": questions}) == "homework_has_submissions"
            )
        assert await classroom.boris.get(f"/submissions/{submission['id']}") == before
        assert (await classroom.teacher.get(path))["questions"] == made["questions"]

    async def test_another_key_is_that_of_a_copy_and_the_first_grade_stays(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE)
        submission = await classroom.handed_in(made)
        copied = await classroom.teacher.post(f"/homework/{made['id']}/copy")
        [question] = deepcopy(copied["questions"])
        for choice in question["choices"]:
            choice["is_correct"] = choice["text"] == "три"
        await classroom.teacher.put(f"/homework/{copied['id']}", {"questions": [question]})
        published = await classroom.teacher.post(f"/homework/{copied['id']}/publish", 200)
        assert (await classroom.handed_in(published))["grade"] == "2.00"
        assert (await classroom.boris.get(f"/submissions/{submission['id']}"))["grade"] == "2.00"
        wrong = next(choice["id"] for choice in question["choices"] if choice["text"] == "две")
        draft = await classroom.draft(published, "vera")
        answer = {"question_id": question["id"], "choice_ids": [wrong]}
        await classroom.vera.put(f"/submissions/{draft['id']}/answers", [answer])
        assert (await classroom.vera.post(f"/submissions/{draft['id']}/submit", 200))["grade"] == "0.00"

    async def test_a_grade_that_was_changed_is_put_back_as_its_history_has_it(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, TEXT)
        [text] = texts_of(made)
        graded = await classroom.graded(made, grade="4.00")
        path = f"/submissions/{graded['id']}"

        async def regrade(grade: str, reason: str) -> Any:
            classroom.pass_by(hours=1)
            return await classroom.teacher.put(
                f"{path}/grades", [{"question_id": text["id"], "grade": grade, "reason": reason}]
            )

        assert (await regrade("1.00", "списано"))["grade"] == "3.00"
        former = (await classroom.teacher.get(f"{path}/grade-changes"))["items"][-1]["old_grade"]
        restored = await regrade(former, "не списано")
        assert {**restored, "updated_at": ""} == {**graded, "updated_at": ""}
        changes = (await classroom.teacher.get(f"{path}/grade-changes"))["items"]
        assert [(each["old_grade"], each["new_grade"], each["reason"]) for each in changes] == [
            (None, "4.00", None),
            ("4.00", "1.00", "списано"),
            ("1.00", "4.00", "не списано"),
        ]
        [row, _] = (await classroom.teacher.get(f"/groups/{classroom.group}/gradebook"))["rows"]
        assert (row["cells"], row["average"]) == (["6.00"], "85.71")


def edits_of(questions: list[Any]) -> list[list[Any]]:
    """The questions with one thing otherwise."""
    single, multi, text = questions
    other_key = [{**choice, "is_correct": choice["text"] == "три"} for choice in single["choices"]]
    return [
        [{**single, "choices": other_key}, multi, text],
        [{**single, "points": "3.00"}, multi, text],
        [single, {**multi, "choices": multi["choices"][:2]}, text],
        [single, {**multi, "choices": [*multi["choices"], {"text": "мотор", "is_correct": True}]}, text],
        [single, {**multi, "question_type": "SINGLE_CHOICE"}, text],
        [single, multi, {**text, "text": "Опишите антипомпаж"}],
        [multi, single, text],
        [single, multi],
        [single, multi, text, TEXT],
    ]
