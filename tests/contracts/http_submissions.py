"""Handing in and grading homework over HTTP, over every database alike (spec: homework-gradebook)."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.classroom import MULTI, SINGLE, TEXT, Classroom, right_answer, texts_of

TOMORROW = "2026-03-03T12:00:00Z"


def grades_of(submission: Any) -> list[Any]:
    return [answer["grade"] for answer in submission["answers"]]


def shows_right(homework: Any) -> bool:
    """Whether the right choices are shown; all of them, or none."""
    [shown] = {"is_correct" in choice for question in homework["questions"] for choice in question["choices"]}
    return shown


async def history(room: Classroom, submission: Any, **page: int) -> Any:
    query = "&".join(f"{name}={page[name]}" for name in page)
    return await room.teacher.get(f"/submissions/{submission['id']}/grade-changes?{query}")


class HttpSubmissionsContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        return await Classroom.open(stocked, client)

    async def test_a_draft_is_opened_once_and_then_found_again(self, room: Classroom) -> None:
        made = await room.homework()
        draft = await room.boris.post(f"/homework/{made['id']}/submissions/")
        assert draft == {
            "id": draft["id"],
            "homework_id": made["id"],
            "student_id": str(room.boris.id),
            "student_name": "Boris",
            "attempt": 1,
            "status": "draft",
            "submitted_at": None,
            "grade": None,
            "max_grade": "9.50",
            "is_late": False,
            "answers": [],
            "created_at": "2026-03-02T12:00:00.000Z",
            "updated_at": "2026-03-02T12:00:00.000Z",
        }
        room.pass_by(minutes=1)
        assert await room.boris.post(f"/homework/{made['id']}/submissions", 200) == draft
        assert await room.boris.get(f"/submissions/{draft['id']}") == draft
        other = await room.draft(made, "vera")
        assert (other["attempt"], other["student_id"]) == (1, str(room.vera.id))
        assert other["id"] != draft["id"]

    async def test_answers_are_saved_one_by_one_and_again(self, room: Classroom) -> None:
        made = await room.homework()
        single, multi, text = made["questions"]
        draft = await room.draft(made)
        path = f"/submissions/{draft['id']}/answers"
        chosen = [multi["choices"][1]["id"], multi["choices"][0]["id"]]
        await room.boris.put(path, [{"question_id": text["id"], "text": "Черновик"}])
        first = {"question_id": multi["id"], "choice_ids": [*chosen, chosen[0]]}
        saved = await room.boris.put(path, [first, {"question_id": text["id"], "text": "Ответ"}])
        assert [(each["question_id"], each["text"], each["choice_ids"]) for each in saved["answers"]] == [
            (multi["id"], None, sorted(chosen)),
            (text["id"], "Ответ", []),
        ]
        assert {each["submission_id"] for each in saved["answers"]} == {draft["id"]}
        assert grades_of(saved) == [None, None]
        assert await room.boris.put(path, [first]) == saved
        assert await room.boris.put(path, []) == saved
        taken_back = await room.boris.put(path, [{"question_id": multi["id"]}, right_answer(single)])
        assert [each["choice_ids"] for each in taken_back["answers"]] == [right_answer(single)["choice_ids"], [], []]
        assert await room.boris.get(f"/submissions/{draft['id']}") == taken_back

    async def test_an_answer_that_is_none_is_refused_with_the_member_that_is_wrong(self, room: Classroom) -> None:
        """Z4."""
        made, other = await room.homework(), await room.homework()
        single, multi, text = made["questions"]
        draft = await room.draft(made)
        path = f"/submissions/{draft['id']}/answers"
        good = right_answer(single)
        for wrong, field in (
            ({"question_id": other["questions"][0]["id"]}, "answers[1].question_id"),
            ({"question_id": 99_999}, "answers[1].question_id"),
            (good, "answers[1].question_id"),
            ({"question_id": multi["id"], "choice_ids": good["choice_ids"]}, "answers[1].choice_ids"),
            ({"question_id": text["id"], "choice_ids": good["choice_ids"]}, "answers[1].choice_ids"),
            ({"question_id": multi["id"], "text": "двигатель"}, "answers[1].text"),
            ({"question_id": text["id"], "text": "x" * 10_001}, "answers[1].text"),
            ({"question_id": text["id"], "text": "\x00"}, "answers[1].text"),
            ({"question_id": multi["id"], "choice_ids": ["x"]}, "answers[1].choice_ids[0]"),
            ({"choice_ids": []}, "answers[1].question_id"),
        ):
            assert await room.boris.fault("PUT", path, [good, wrong]) == field
        for body in ({}, None, "x", [1], [good] * 201):
            await room.boris.put(path, body, 400)
        assert (await room.boris.get(f"/submissions/{draft['id']}"))["answers"] == []

    async def test_nobody_grades_themselves(self, room: Classroom) -> None:
        """Z3."""
        made = await room.homework(TEXT)
        draft = await room.boris.post(
            f"/homework/{made['id']}/submissions", body={"grade": "5.00", "status": "graded", "attempt": 7}
        )
        assert (draft["grade"], draft["status"], draft["attempt"]) == (None, "draft", 1)
        answer = {**right_answer(made["questions"][0]), "grade": "5.00", "comment": "отлично"}
        saved = await room.boris.put(f"/submissions/{draft['id']}/answers", [answer])
        assert [(each["grade"], each["comment"]) for each in saved["answers"]] == [(None, None)]
        submitted = await room.boris.post(f"/submissions/{draft['id']}/submit", 200, {"grade": "5.00"})
        assert (submitted["status"], submitted["grade"]) == ("submitted", None)

    async def test_choices_are_graded_at_once(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, MULTI, MULTI)
        single, multi, _ = made["questions"]
        draft = await room.draft(made)
        answers = [right_answer(single), {"question_id": multi["id"], "choice_ids": [multi["choices"][0]["id"]]}]
        await room.boris.put(f"/submissions/{draft['id']}/answers", answers)
        room.pass_by(minutes=5)
        graded = await room.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert (graded["status"], graded["grade"], graded["max_grade"]) == ("graded", "3.25", "7.00")
        assert grades_of(graded) == ["2.00", "1.25", "0.00"]
        assert graded["submitted_at"] == "2026-03-02T12:05:00.000Z"
        room.pass_by(minutes=5)
        assert await room.boris.post(f"/submissions/{draft['id']}/submit/", 200) == graded
        saving = await room.boris.refused("PUT", f"/submissions/{draft['id']}/answers", 409, answers)
        assert saving == "submission_closed"
        assert await room.boris.get(f"/submissions/{draft['id']}") == graded

    async def test_texts_wait_for_the_teacher(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, TEXT, TEXT)
        _, first, second = made["questions"]
        submitted = await room.handed_in(made)
        path = f"/submissions/{submitted['id']}"
        assert (submitted["status"], submitted["grade"]) == ("submitted", None)
        assert grades_of(submitted) == [None, None, None]
        assert grades_of(await room.teacher.get(path)) == ["2.00", None, None]
        half = await room.teacher.put(
            f"{path}/grades", [{"question_id": first["id"], "grade": 4.5, "comment": "почти"}]
        )
        assert (half["status"], half["grade"], grades_of(half)) == ("submitted", None, ["2.00", "4.50", None])
        unseen = await room.boris.get(path)
        assert [(each["grade"], each["comment"]) for each in unseen["answers"]] == [(None, None)] * 3
        graded = await room.teacher.put(f"{path}/grades/", [{"question_id": second["id"], "grade": "5"}])
        assert (graded["status"], graded["grade"], graded["max_grade"]) == ("graded", "11.50", "12.00")
        assert [each["comment"] for each in graded["answers"]] == [None, "почти", None]
        assert await room.boris.get(path) == graded

    async def test_a_text_without_an_answer_can_be_graded_too(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, TEXT)
        draft = await room.draft(made)
        submitted = await room.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert submitted["status"] == "submitted"
        grades = [{"question_id": made["questions"][1]["id"], "grade": "1.50", "comment": "на бумаге"}]
        graded = await room.teacher.put(f"/submissions/{draft['id']}/grades", grades)
        assert (graded["status"], graded["grade"], grades_of(graded)) == ("graded", "1.50", ["0.00", "1.50"])
        assert (graded["answers"][1]["text"], graded["answers"][1]["comment"]) == (None, "на бумаге")

    async def test_a_grade_that_is_none_is_refused_with_the_member_that_is_wrong(self, room: Classroom) -> None:
        made, other = await room.homework(), await room.homework()
        single, _, text = made["questions"]
        submitted = await room.handed_in(made)
        path = f"/submissions/{submitted['id']}/grades"
        good = {"question_id": text["id"], "grade": "5.00"}
        for wrong, field in (
            ({**good, "grade": "5.01"}, "grades[0].grade"),
            ({**good, "grade": "-0.01"}, "grades[0].grade"),
            ({**good, "grade": 1.005}, "grades[0].grade"),
            ({**good, "grade": "Infinity"}, "grades[0].grade"),
            ({**good, "grade": "five"}, "grades[0].grade"),
            ({**good, "grade": None}, "grades[0].grade"),
            ({**good, "comment": "x" * 10_001}, "grades[0].comment"),
            ({**good, "reason": "x" * 1_001}, "grades[0].reason"),
            ({**good, "question_id": single["id"]}, "grades[0].question_id"),
            ({**good, "question_id": texts_of(other)[0]["id"]}, "grades[0].question_id"),
            ({"question_id": text["id"]}, "grades[0].grade"),
        ):
            assert await room.teacher.fault("PUT", path, [wrong]) == field
        assert await room.teacher.fault("PUT", path, [good, good]) == "grades[1].question_id"
        assert (await room.teacher.get(f"/submissions/{submitted['id']}"))["status"] == "submitted"
        draft = await room.draft(made, "vera")
        assert await room.teacher.refused("PUT", f"/submissions/{draft['id']}/grades", 409, [good]) == "not_submitted"

    async def test_grades_may_change_and_each_change_is_kept(self, room: Classroom) -> None:
        """G8."""
        made = await room.homework()
        [text] = texts_of(made)
        graded = await room.graded(made)
        path = f"/submissions/{graded['id']}"
        room.pass_by(hours=1)
        changed = {"question_id": text["id"], "grade": "5.00", "comment": "учтено", "reason": "апелляция"}
        regraded = await room.admin.put(f"{path}/grades", [changed])
        assert (regraded["grade"], regraded["status"], graded["grade"]) == ("9.50", "graded", "8.50")
        room.pass_by(hours=1)
        for nothing_new in ([changed], [{"question_id": text["id"], "grade": "5.00"}], []):
            assert await room.teacher.put(f"{path}/grades", nothing_new) == regraded
        cleared = await room.teacher.put(f"{path}/grades", [{**changed, "comment": None}])
        assert cleared["answers"][-1]["comment"] is None
        changes = await history(room, graded)
        assert [{name: each[name] for name in each if name != "id"} for each in changes["items"]] == [
            {
                "question_id": text["id"],
                "actor_id": str(room.teacher.id),
                "actor_name": "Teacher",
                "at": "2026-03-02T12:00:00.000Z",
                "old_grade": None,
                "new_grade": "4.00",
                "reason": None,
            },
            {
                "question_id": text["id"],
                "actor_id": str(room.admin.id),
                "actor_name": "Admin",
                "at": "2026-03-02T13:00:00.000Z",
                "old_grade": "4.00",
                "new_grade": "5.00",
                "reason": "апелляция",
            },
        ]
        second = await history(room, graded, page=2, size=1)
        assert (second["items"], second["total"]) == (changes["items"][1:], 2)

    async def test_attempts_are_counted(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, max_attempts=2)
        path = f"/homework/{made['id']}/submissions"
        for attempt in (1, 2):
            assert (await room.handed_in(made))["attempt"] == attempt
        assert await room.boris.refused("POST", path, 409) == "attempts_exhausted"
        assert (await room.draft(made, "vera"))["attempt"] == 1
        await room.teacher.put(f"/homework/{made['id']}", {"max_attempts": 3})
        assert (await room.draft(made))["attempt"] == 3
        await room.teacher.put(f"/homework/{made['id']}", {"max_attempts": 1})
        assert (await room.boris.post(path, 200))["attempt"] == 3

    async def test_without_a_number_there_is_any_number_of_attempts(self, room: Classroom) -> None:
        made = await room.homework(SINGLE)
        assert [(await room.handed_in(made))["attempt"] for _ in range(4)] == [1, 2, 3, 4]

    async def test_after_the_deadline_nothing_is_taken(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, due_at=TOMORROW)
        path = f"/homework/{made['id']}"
        draft = await room.draft(made)
        room.pass_by(days=1)
        answer = right_answer(made["questions"][0])
        await room.boris.put(f"/submissions/{draft['id']}/answers", [answer])
        room.pass_by(milliseconds=1)
        for method, closed, body in (
            ("POST", f"{path}/submissions", None),
            ("PUT", f"/submissions/{draft['id']}/answers", [answer]),
            ("POST", f"/submissions/{draft['id']}/submit", None),
        ):
            assert await room.boris.refused(method, closed, 409, body) == "deadline_passed"
        assert await room.vera.refused("POST", f"{path}/submissions", 409) == "deadline_passed"
        await room.teacher.put(path, {"due_at": "2026-03-04T12:00:00Z"})
        handed_in = await room.boris.post(f"/submissions/{draft['id']}/submit", 200)
        assert (handed_in["grade"], handed_in["is_late"]) == ("2.00", False)

    async def test_late_work_is_taken_where_the_teacher_says_so_and_is_marked(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, due_at=TOMORROW, allow_late=True)
        in_time = await room.handed_in(made, "vera")
        room.pass_by(days=1, milliseconds=1)
        late = await room.handed_in(made)
        assert (in_time["is_late"], late["is_late"], late["status"]) == (False, True, "graded")
        listed = await room.teacher.get(f"/homework/{made['id']}/submissions")
        assert [each["is_late"] for each in listed["items"]] == [False, True]
        await room.teacher.put(f"/homework/{made['id']}", {"due_at": "2026-03-04T12:00:00Z"})
        assert not (await room.boris.get(f"/submissions/{late['id']}"))["is_late"]

    async def test_a_teacher_sees_what_was_handed_in_and_a_student_their_own(self, room: Classroom) -> None:
        made = await room.homework(max_attempts=3)
        graded, draft = await room.graded(made), await room.draft(made, "vera")
        waiting = await room.handed_in(made)
        path = f"/homework/{made['id']}/submissions"
        listed = await room.teacher.get(path)
        assert [each["id"] for each in listed["items"]] == [graded["id"], draft["id"], waiting["id"]]
        assert listed["items"][0] == {name: graded[name] for name in graded if name != "answers"}
        assert [each["student_name"] for each in listed["items"]] == ["Boris", "Vera", "Boris"]
        for query, found in (
            ("?status=submitted", [waiting]),
            (f"?student_id={room.vera.id}", [draft]),
            (f"?student_id={room.boris.id}&status=graded", [graded]),
            ("?page=2&size=2", [waiting]),
            (f"?student_id={UUID(int=0)}", []),
        ):
            assert [each["id"] for each in (await room.teacher.get(path + query))["items"]] == [
                each["id"] for each in found
            ]
        for query in ("", f"?student_id={room.vera.id}"):
            own = await room.boris.get(path + query)
            assert [each["id"] for each in own["items"]] == [graded["id"], waiting["id"]]
        for query in ("?status=lost", "?student_id=1"):
            await room.teacher.get(path + query, 400)

    async def test_right_choices_are_shown_when_nothing_can_be_gained_by_them(self, room: Classroom) -> None:
        made = await room.homework(due_at=TOMORROW, max_attempts=2)
        path = f"/homework/{made['id']}"

        async def seen(student: str = "boris") -> bool:
            return shows_right(await room.people[student].get(path))

        assert shows_right(await room.teacher.get(path))
        assert not await seen()
        await room.graded(made)
        assert not await seen()
        draft = await room.draft(made)
        assert not await seen()
        second = await room.submitted(made, draft)
        assert not await seen()
        grades = [{"question_id": texts_of(made)[0]["id"], "grade": "1.00"}]
        await room.teacher.put(f"/submissions/{second['id']}/grades", grades)
        assert await seen()
        assert not await seen("vera")
        third = await room.handed_in(made, "vera")
        room.pass_by(days=2)
        assert not await seen("vera")
        await room.teacher.put(f"/submissions/{third['id']}/grades", grades)
        assert await seen("vera")

    async def test_a_draft_that_was_left_does_not_hide_the_right_choices_for_ever(self, room: Classroom) -> None:
        made = await room.homework(SINGLE, due_at=TOMORROW)
        await room.handed_in(made)
        await room.draft(made)
        assert not shows_right(await room.boris.get(f"/homework/{made['id']}"))
        room.pass_by(days=2)
        assert shows_right(await room.boris.get(f"/homework/{made['id']}"))

    async def test_without_an_end_the_right_choices_are_not_shown(self, room: Classroom) -> None:
        made = await room.homework(SINGLE)
        graded = await room.handed_in(made)
        assert graded["status"] == "graded"
        assert not shows_right(await room.boris.get(f"/homework/{made['id']}"))
        late = await room.homework(SINGLE, due_at=TOMORROW, allow_late=True)
        await room.handed_in(late)
        room.pass_by(days=2)
        assert not shows_right(await room.boris.get(f"/homework/{late['id']}"))

    async def test_who_left_the_group_keeps_what_they_handed_in(self, room: Classroom) -> None:
        made = await room.homework(SINGLE)
        graded = await room.handed_in(made)
        await room.teacher.call("DELETE", f"/groups/{room.group}/students/{room.boris.id}", 204)
        await room.boris.get(f"/homework/{made['id']}", 404)
        assert await room.boris.refused("POST", f"/homework/{made['id']}/submissions", 404) == "homework_not_found"
        assert await room.boris.get(f"/submissions/{graded['id']}") == graded
        listed = await room.teacher.get(f"/homework/{made['id']}/submissions")
        assert [each["id"] for each in listed["items"]] == [graded["id"]]

    async def test_a_group_with_work_handed_in_is_not_deleted(self, room: Classroom) -> None:
        await room.homework(SINGLE, publish=False)
        made = await room.homework(SINGLE)
        graded = await room.handed_in(made)
        await room.teacher.call("DELETE", f"/groups/{room.group}", 409)
        assert await room.boris.get(f"/submissions/{graded['id']}") == graded

    async def test_a_group_goes_with_the_homework_that_nobody_has_worked_on(
        self, room: Classroom, stocked: Container
    ) -> None:
        tables = ("homework", "homework_questions", "homework_choices")
        before = [await rows_of(stocked, table) for table in tables]
        made = await room.homework(SINGLE)
        await room.teacher.call("DELETE", f"/groups/{room.group}", 204)
        await room.admin.get(f"/homework/{made['id']}", 404)
        assert [await rows_of(stocked, table) for table in tables] == before

    async def test_the_same_call_with_a_key_opens_the_same_draft(self, room: Classroom) -> None:
        """M8."""
        made = await room.homework(SINGLE)
        path = f"/homework/{made['id']}/submissions"
        first = await room.boris.post(path, Idempotency_Key="k1")
        await room.boris.post(f"/submissions/{first['id']}/submit", 200)
        assert await room.boris.post(path, Idempotency_Key="k1") == first
        assert (await room.boris.post(path, Idempotency_Key="k2"))["attempt"] == 2
