"""Drafts, attempts and submitting over HTTP, over every database alike (spec: homework-gradebook, Homework)."""

import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.classroom import MULTI, SINGLE, TEXT, Classroom, ClassroomContract, right_answer
from tests.contracts.homework.http_manual_grading import grades_of

TOMORROW = "2026-03-03T12:00:00Z"


class HttpSubmissionsContract(ClassroomContract):
    async def test_a_draft_is_opened_once_and_then_found_again(self, classroom: Classroom) -> None:
        made = await classroom.homework()
        draft = await classroom.boris.post(f"/homework/{made['id']}/submissions/")
        assert draft == {
            "id": draft["id"],
            "homework_id": made["id"],
            "student_id": str(classroom.boris.id),
            "student_name": "Boris",
            "attempt": 1,
            "status": "draft",
            "submitted_at": None,
            "grade": None,
            "max_grade": "9.50",
            "is_late": False,
            "days_late": 0,
            "final_grade": None,
            "answers": [],
            "files": [],
            "created_at": "2026-03-02T12:00:00.000Z",
            "updated_at": "2026-03-02T12:00:00.000Z",
        }
        classroom.pass_by(minutes=1)
        assert await classroom.boris.post(f"/homework/{made['id']}/submissions", 200) == draft
        assert await classroom.boris.get(f"/submissions/{draft['id']}") == draft
        other = await classroom.draft(made, "vera")
        assert (other["attempt"], other["student_id"]) == (1, str(classroom.vera.id))
        assert other["id"] != draft["id"]

    async def test_answers_are_saved_one_by_one_and_again(self, classroom: Classroom) -> None:
        made = await classroom.homework()
        single, multi, text = made["questions"]
        draft = await classroom.draft(made)
        path = f"/submissions/{draft['id']}/answers"
        chosen = [multi["choices"][1]["id"], multi["choices"][0]["id"]]
        await classroom.boris.put(path, [{"question_id": text["id"], "text": "Черновик"}])
        first = {"question_id": multi["id"], "choice_ids": [*chosen, chosen[0]]}
        saved = await classroom.boris.put(path, [first, {"question_id": text["id"], "text": "Ответ"}])
        assert [(each["question_id"], each["text"], each["choice_ids"]) for each in saved["answers"]] == [
            (multi["id"], None, sorted(chosen)),
            (text["id"], "Ответ", []),
        ]
        assert {each["submission_id"] for each in saved["answers"]} == {draft["id"]}
        assert grades_of(saved) == [None, None]
        assert await classroom.boris.put(path, [first]) == saved
        assert await classroom.boris.put(path, []) == saved
        taken_back = await classroom.boris.put(path, [{"question_id": multi["id"]}, right_answer(single)])
        assert [each["choice_ids"] for each in taken_back["answers"]] == [right_answer(single)["choice_ids"], [], []]
        assert await classroom.boris.get(f"/submissions/{draft['id']}") == taken_back

    async def test_an_answer_that_is_none_is_refused_with_the_member_that_is_wrong(self, classroom: Classroom) -> None:
        """Z4."""
        made, other = await classroom.homework(), await classroom.homework()
        single, multi, text = made["questions"]
        draft = await classroom.draft(made)
        path = f"/submissions/{draft['id']}/answers"
        good = right_answer(single)
        for wrong, field in (
            ({"question_id": other["questions"][0]["id"]}, "answers[1].question_id"),
            ({"question_id": 99_999}, "answers[1].question_id"),
            (good, "answers[1].question_id"),
            ({"question_id": multi["id"], "choice_ids": good["choice_ids"]}, "answers[1].choice_ids"),
            ({"question_id": text["id"], "choice_ids": good["choice_ids"]}, "answers[1].choice_ids"),
            ({"question_id": multi["id"], "text": "двигатель"}, "answers[1].text"),
        ):
            assert await classroom.boris.fault("PUT", path, [good, wrong]) == field
        two = [{"question_id": 99_999}, good, {"question_id": multi["id"], "text": "двигатель"}]
        told = (await classroom.boris.put(path, two, 400))["errors"]
        assert [(each["field"], each["code"]) for each in told] == [
            ("answers[0].question_id", "unknown_question"),
            ("answers[2].text", "wrong_answer_type"),
        ]
        many = [{**good, "question_id": number} for number in range(1, 202)]
        problem = await classroom.boris.put(path, many, 400)
        assert problem["errors"][0] | {"message": ""} == {
            "field": "answers",
            "message": "",
            "code": "too_many",
            "max": 200,
        }
        assert (await classroom.boris.get(f"/submissions/{draft['id']}"))["answers"] == []

    @pytest.mark.refuses
    async def test_an_answer_of_the_wrong_shape_is_refused(self, classroom: Classroom) -> None:
        path, good = "/submissions/1/answers", {"question_id": 1}
        for wrong, field in (
            ({"question_id": 1, "text": "x" * 10_001}, "answers[1].text"),
            ({"question_id": 1, "text": "\x00"}, "answers[1].text"),
            ({"question_id": 1, "choice_ids": ["x"]}, "answers[1].choice_ids[0]"),
            ({"choice_ids": []}, "answers[1].question_id"),
        ):
            assert await classroom.boris.fault("PUT", path, [good, wrong]) == field
        for body in ({}, None, "x", [1]):
            await classroom.boris.put(path, body, 400)

    async def test_nobody_grades_themselves(self, classroom: Classroom) -> None:
        """Z3."""
        made = await classroom.homework(TEXT)
        draft = await classroom.boris.post(
            f"/homework/{made['id']}/submissions", body={"grade": "5.00", "status": "graded", "attempt": 7}
        )
        assert (draft["grade"], draft["status"], draft["attempt"]) == (None, "draft", 1)
        answer = {**right_answer(made["questions"][0]), "grade": "5.00", "comment": "отлично"}
        saved = await classroom.boris.put(f"/submissions/{draft['id']}/answers", [answer])
        assert [(each["grade"], each["comment"]) for each in saved["answers"]] == [(None, None)]
        submitted = await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200, {"grade": "5.00"})
        assert (submitted["status"], submitted["grade"]) == ("submitted", None)

    async def test_choices_are_graded_at_once(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, MULTI, MULTI)
        single, multi, _ = made["questions"]
        draft = await classroom.draft(made)
        answers = [right_answer(single), {"question_id": multi["id"], "choice_ids": [multi["choices"][0]["id"]]}]
        await classroom.boris.put(f"/submissions/{draft['id']}/answers", answers)
        classroom.pass_by(minutes=5)
        graded = await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert (graded["status"], graded["grade"], graded["max_grade"]) == ("graded", "3.25", "7.00")
        assert grades_of(graded) == ["2.00", "1.25", "0.00"]
        assert graded["submitted_at"] == "2026-03-02T12:05:00.000Z"
        classroom.pass_by(minutes=5)
        assert await classroom.boris.post(f"/submissions/{draft['id']}/submit/", 200) == graded
        saving = await classroom.boris.refused("PUT", f"/submissions/{draft['id']}/answers", 409, answers)
        assert saving == "submission_closed"
        assert await classroom.boris.get(f"/submissions/{draft['id']}") == graded

    async def test_attempts_are_counted(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, max_attempts=2)
        path = f"/homework/{made['id']}/submissions"
        for attempt in (1, 2):
            assert (await classroom.handed_in(made))["attempt"] == attempt
        assert await classroom.boris.refused("POST", path, 409) == "attempts_exhausted"
        assert (await classroom.draft(made, "vera"))["attempt"] == 1
        await classroom.teacher.put(f"/homework/{made['id']}", {"max_attempts": 3})
        assert (await classroom.draft(made))["attempt"] == 3
        await classroom.teacher.put(f"/homework/{made['id']}", {"max_attempts": 1})
        assert (await classroom.boris.post(path, 200))["attempt"] == 3

    async def test_without_a_number_there_is_any_number_of_attempts(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE)
        assert [(await classroom.handed_in(made))["attempt"] for _ in range(4)] == [1, 2, 3, 4]

    async def test_after_the_deadline_nothing_is_taken(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, due_at=TOMORROW)
        path = f"/homework/{made['id']}"
        draft = await classroom.draft(made)
        classroom.pass_by(days=1)
        answer = right_answer(made["questions"][0])
        await classroom.boris.put(f"/submissions/{draft['id']}/answers", [answer])
        classroom.pass_by(milliseconds=1)
        for method, closed, body in (
            ("POST", f"{path}/submissions", None),
            ("PUT", f"/submissions/{draft['id']}/answers", [answer]),
            ("POST", f"/submissions/{draft['id']}/submit", None),
        ):
            assert await classroom.boris.refused(method, closed, 409, body) == "deadline_passed"
        assert await classroom.vera.refused("POST", f"{path}/submissions", 409) == "deadline_passed"
        await classroom.teacher.put(path, {"due_at": "2026-03-04T12:00:00Z"})
        handed_in = await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert (handed_in["grade"], handed_in["is_late"]) == ("2.00", False)

    async def test_late_work_is_taken_where_the_teacher_says_so_and_is_marked(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, due_at=TOMORROW, allow_late=True)
        in_time = await classroom.handed_in(made, "vera")
        classroom.pass_by(days=1, milliseconds=1)
        late = await classroom.handed_in(made)
        assert (in_time["is_late"], late["is_late"], late["status"]) == (False, True, "graded")
        listed = await classroom.teacher.get(f"/homework/{made['id']}/submissions")
        assert [each["is_late"] for each in listed["items"]] == [False, True]
        await classroom.teacher.put(f"/homework/{made['id']}", {"due_at": "2026-03-04T12:00:00Z"})
        assert not (await classroom.boris.get(f"/submissions/{late['id']}"))["is_late"]

    async def test_a_group_with_work_handed_in_is_not_deleted(self, classroom: Classroom) -> None:
        await classroom.homework(SINGLE, publish=False)
        made = await classroom.homework(SINGLE)
        graded = await classroom.handed_in(made)
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}", 409)
        assert await classroom.boris.get(f"/submissions/{graded['id']}") == graded

    async def test_a_group_goes_with_the_homework_that_nobody_has_worked_on(
        self, classroom: Classroom, stocked: Container
    ) -> None:
        tables = ("homework", "homework_questions", "homework_choices")
        before = [await rows_of(stocked, table) for table in tables]
        made = await classroom.homework(SINGLE)
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}", 204)
        await classroom.admin.get(f"/homework/{made['id']}", 404)
        assert [await rows_of(stocked, table) for table in tables] == before

    async def test_the_same_call_with_a_key_opens_the_same_draft(self, classroom: Classroom) -> None:
        """M8."""
        made = await classroom.homework(SINGLE)
        path = f"/homework/{made['id']}/submissions"
        first = await classroom.boris.post(path, Idempotency_Key="k1")
        await classroom.boris.post(f"/submissions/{first['id']}/submit", 200)
        assert await classroom.boris.post(path, Idempotency_Key="k1") == first
        assert (await classroom.boris.post(path, Idempotency_Key="k2"))["attempt"] == 2
