"""Homework over HTTP, over every database alike (spec: homework-gradebook): writing and reading it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.classroom import MULTI, NOON, SINGLE, TEXT, Classroom

LATER, SOONER = "2026-03-09T12:00:00.000Z", "2026-03-01T12:00:00.000Z"


def without_ids(questions: list[Any]) -> list[Any]:
    """What was written: the questions and choices without what the database gives."""
    given = {"id", "homework_id", "question_id", "position"}
    bare = [{name: each[name] for name in each if name not in given} for each in questions]
    return [{**each, "choices": without_ids(each.get("choices", []))} if "choices" in each else each for each in bare]


class HttpHomeworkContract:
    """The fixtures `client` and `stocked` say over which database."""

    @pytest.fixture
    async def room(self, client: httpx.AsyncClient, stocked: Container) -> Classroom:
        return await Classroom.open(stocked, client)

    async def test_the_whole_tree_is_written_and_read_at_once(self, room: Classroom) -> None:
        body = {
            "group_id": room.group,
            "title": "Помпаж",
            "description": "К среде",
            "due_at": "2026-03-09T15:00:00+03:00",
            "max_attempts": 2,
            "questions": [SINGLE, MULTI, TEXT],
        }
        made = await room.teacher.post("/homework/", body=body)
        assert {name: made[name] for name in made if name not in {"id", "questions", "created_at", "updated_at"}} == {
            "teacher_id": str(room.teacher.id),
            "group_id": room.group,
            "lesson_id": None,
            "title": "Помпаж",
            "description": "К среде",
            "due_at": LATER,
            "max_attempts": 2,
            "allow_late": False,
            "published_at": None,
            "max_grade": "9.50",
            "submission": None,
        }
        assert [each["points"] for each in made["questions"]] == ["2.00", "2.50", "5.00"]
        assert [each["position"] for each in made["questions"]] == [1, 2, 3]
        assert [choice["position"] for choice in made["questions"][0]["choices"]] == [1, 2, 3]
        assert [choice["is_correct"] for choice in made["questions"][1]["choices"]] == [True, True, False]
        assert made["questions"][2]["choices"] == []
        assert await room.teacher.get(f"/homework/{made['id']}") == made

    async def test_of_an_administrator_it_is_the_teachers_of_the_group(self, room: Classroom) -> None:
        made = await room.homework(TEXT, by="admin", publish=False)
        assert made["teacher_id"] == str(room.teacher.id)
        assert (await room.teacher.get("/homework"))["items"][0]["id"] == made["id"]

    async def test_a_lesson_is_one_of_the_group(self, room: Classroom, stocked: Container) -> None:
        async def lesson(group: int, teacher: str) -> int:
            viewer, times = Viewer(id=room.people[teacher].id), {"start_time": NOON, "end_time": NOON.replace(hour=13)}
            planned = await stocked.edit_lessons().add(viewer, group_id=group, title="x", **times)
            number: int = planned.id
            return number

        own, foreign = await lesson(room.group, "teacher"), await lesson(room.other_group, "colleague")
        made = await room.homework(TEXT, publish=False, lesson_id=own)
        assert made["lesson_id"] == own
        path = f"/homework/{made['id']}"
        for wrong in (foreign, 99_999):
            body = {"group_id": room.group, "title": "x", "lesson_id": wrong}
            assert await room.teacher.fault("POST", "/homework", body) == "lesson_id"
            assert await room.teacher.fault("PUT", path, {"lesson_id": wrong}) == "lesson_id"
        assert (await room.teacher.put(path, {"lesson_id": None}))["lesson_id"] is None
        await room.teacher.put(path, {"lesson_id": own})
        await room.teacher.call("DELETE", f"/schedule/lessons/{own}", 204)
        assert (await room.teacher.get(path))["lesson_id"] is None

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
        self, room: Classroom, question: Any, field: str
    ) -> None:
        body = {"group_id": room.group, "title": "x", "questions": [question]}
        assert await room.teacher.fault("POST", "/homework", body) == field
        assert (await room.teacher.get("/homework"))["total"] == 0

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", None),
            ("title", "x" * 256),
            ("description", None),
            ("max_attempts", 0),
            ("due_at", "2026-03-02T12:00:00"),
            ("due_at", "9999-12-31T23:59:59Z"),
            ("due_at", "soon"),
            ("allow_late", "no"),
            ("questions", [TEXT] * 201),
            ("group_id", None),
        ],
    )
    async def test_a_member_that_is_none_is_refused(self, room: Classroom, field: str, value: Any) -> None:
        body = {"group_id": room.group, "title": "x", field: value}
        assert await room.teacher.fault("POST", "/homework", body) == field
        made = await room.homework(TEXT, publish=False)
        assert await room.teacher.fault("PUT", f"/homework/{made['id']}", {field: value}) == field

    async def test_points_are_exact_numbers_or_strings(self, room: Classroom) -> None:
        points = [0.1, "0.2", 7.35, "1e2", 10000, "2.50"]
        made = await room.homework(*({**TEXT, "points": each} for each in points), publish=False)
        given = [each["points"] for each in made["questions"]]
        assert given == ["0.10", "0.20", "7.35", "100.00", "10000.00", "2.50"]
        assert made["max_grade"] == "10110.15"

    async def test_a_put_changes_only_what_it_names(self, room: Classroom) -> None:
        made = await room.homework(publish=False, due_at=LATER, max_attempts=3)
        path = f"/homework/{made['id']}"
        room.pass_by(minutes=1)
        changed = await room.teacher.put(path, {"title": "Иное", "nonsense": 1, "teacher_id": str(uuid4())})
        assert changed == {**made, "title": "Иное", "updated_at": changed["updated_at"]}
        assert changed["updated_at"] > made["updated_at"]
        room.pass_by(minutes=1)
        assert await room.teacher.put(path, {"title": "Иное"}) == changed
        assert await room.teacher.put(path, {}) == changed
        cleared = await room.teacher.put(path, {"due_at": None, "max_attempts": None, "allow_late": True})
        assert (cleared["due_at"], cleared["max_attempts"], cleared["allow_late"]) == (None, None, True)
        assert cleared["questions"] == made["questions"]

    async def test_questions_are_replaced_as_they_are_given(self, room: Classroom) -> None:
        made = await room.homework(publish=False)
        single, _, text = made["questions"]
        kept_choice = {**single["choices"][2], "text": "три, поправлено", "is_correct": True}
        given = [
            {**TEXT, "text": "Новый"},
            {**text, "text": "Поправлен", "points": "7.00"},
            {**single, "choices": [{"text": "новая"}, kept_choice]},
        ]
        changed = await room.teacher.put(f"/homework/{made['id']}", {"questions": given})
        new, moved, rewritten = changed["questions"]
        assert [each["id"] for each in (moved, rewritten)] == [text["id"], single["id"]]
        assert new["id"] not in {each["id"] for each in made["questions"]}
        assert [each["position"] for each in changed["questions"]] == [1, 2, 3]
        assert (moved["text"], moved["points"]) == ("Поправлен", "7.00")
        assert [choice["text"] for choice in rewritten["choices"]] == ["новая", "три, поправлено"]
        assert rewritten["choices"][1]["id"] == single["choices"][2]["id"]
        assert rewritten["choices"][0]["id"] not in {choice["id"] for choice in single["choices"]}
        assert await room.teacher.get(f"/homework/{made['id']}") == changed
        emptied = await room.teacher.put(f"/homework/{made['id']}", {"questions": []})
        assert (emptied["questions"], emptied["max_grade"]) == ([], "0.00")

    async def test_ids_of_elsewhere_are_refused(self, room: Classroom) -> None:
        """Z4."""
        made, other = await room.homework(publish=False), await room.homework(publish=False)
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
            assert await room.teacher.fault("PUT", path, {"questions": questions}) == field
        assert await room.teacher.get(path) == made
        assert await room.teacher.get(f"/homework/{other['id']}") == other

    async def test_what_can_not_be_graded_is_not_published(self, room: Classroom) -> None:
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
        made = await room.homework(*broken, publish=False)
        path = f"/homework/{made['id']}"
        refused = await room.teacher.post(f"{path}/publish", 409)
        assert refused["code"] == "homework_incomplete"
        assert [fault["field"] for fault in refused["errors"]] == [f"questions[{number}]" for number in (1, 2, 3, 4)]
        assert all(fault["message"] for fault in refused["errors"])
        assert (await room.teacher.get(path))["published_at"] is None
        await room.teacher.put(path, {"questions": []})
        refused = await room.teacher.post(f"{path}/publish", 409)
        assert [fault["field"] for fault in refused["errors"]] == ["questions"]
        assert await room.mails() == []

    async def test_publishing_twice_is_publishing_once(self, room: Classroom) -> None:
        made = await room.homework(publish=False)
        published = await room.teacher.post(f"/homework/{made['id']}/publish", 200)
        assert published["published_at"] == "2026-03-02T12:00:00.000Z"
        room.pass_by(minutes=1)
        assert await room.teacher.post(f"/homework/{made['id']}/publish/", 200) == published

    async def test_what_was_published_stays_complete_and_with_its_group(self, room: Classroom) -> None:
        second = await room.make_group("teacher", name="ТК-2")
        made = await room.homework()
        path = f"/homework/{made['id']}"
        broken = {"questions": [{**SINGLE, "choices": []}]}
        assert await room.teacher.refused("PUT", path, 409, broken) == "homework_incomplete"
        assert await room.teacher.refused("PUT", path, 409, {"questions": []}) == "homework_incomplete"
        assert await room.teacher.refused("PUT", path, 409, {"group_id": second}) == "homework_published"
        assert await room.teacher.get(path) == made
        changed = await room.teacher.put(path, {"questions": [TEXT], "group_id": room.group})
        assert [each["text"] for each in changed["questions"]] == [TEXT["text"]]

    async def test_before_it_is_published_it_may_go_to_another_group_of_the_teacher(self, room: Classroom) -> None:
        second = await room.make_group("teacher", name="ТК-2")
        made = await room.homework(publish=False)
        path = f"/homework/{made['id']}"
        assert (await room.teacher.put(path, {"group_id": second}))["group_id"] == second
        assert await room.teacher.refused("PUT", path, 404, {"group_id": room.other_group}) == "group_not_found"

    async def test_as_soon_as_somebody_works_on_it_its_questions_stay(self, room: Classroom) -> None:
        """G6: what was handed in keeps its questions, and its grade."""
        made = await room.homework(due_at=LATER)
        path = f"/homework/{made['id']}"
        await room.draft(made)
        for body in (
            {"questions": [TEXT]},
            {"questions": [*made["questions"], TEXT]},
            {"questions": [{**made["questions"][0], "points": "3.00"}, *made["questions"][1:]]},
            {"due_at": "2026-03-09T11:59:59Z"},
        ):
            assert await room.teacher.refused("PUT", path, 409, body) == "homework_has_submissions"
        assert await room.teacher.refused("DELETE", path, 409) == "homework_has_submissions"
        assert await room.teacher.get(path) == made
        graded = await room.graded(made, "vera")
        room.pass_by(minutes=1)
        whole = {**made, "title": "Иное", "description": "x", "due_at": "2026-03-10T12:00:00Z", "max_attempts": 5}
        changed = await room.teacher.put(path, whole)
        assert (changed["title"], changed["max_attempts"]) == ("Иное", 5)
        assert changed["questions"] == made["questions"]
        assert (await room.teacher.put(path, {"due_at": None}))["due_at"] is None
        assert await room.teacher.refused("PUT", path, 409, {"due_at": LATER}) == "homework_has_submissions"
        assert (await room.vera.get(f"/submissions/{graded['id']}"))["grade"] == graded["grade"] == "8.50"

    async def test_it_can_be_deleted_until_somebody_works_on_it(self, room: Classroom, stocked: Container) -> None:
        tables = ("homework", "homework_questions", "homework_choices")
        before = [await rows_of(stocked, table) for table in tables]
        for publish in (False, True):
            made = await room.homework(publish=publish)
            await room.teacher.call("DELETE", f"/homework/{made['id']}", 204)
            await room.teacher.get(f"/homework/{made['id']}", 404)
        assert [await rows_of(stocked, table) for table in tables] == before

    async def test_a_copy_has_the_same_questions_and_is_not_published(self, room: Classroom) -> None:
        second = await room.make_group("teacher", name="ТК-2")
        made = await room.homework(due_at=LATER, max_attempts=2, allow_late=True)
        await room.draft(made)
        copied = await room.teacher.post(f"/homework/{made['id']}/copy")
        other = {"id", "questions", "published_at", "created_at", "updated_at"}
        assert {name for name in made if made[name] != copied[name]} <= other
        assert copied["published_at"] is None
        assert without_ids(copied["questions"]) == without_ids(made["questions"])
        assert not {each["id"] for each in copied["questions"]} & {each["id"] for each in made["questions"]}
        await room.teacher.put(f"/homework/{copied['id']}", {"questions": [TEXT]})
        for_others = await room.teacher.post(f"/homework/{made['id']}/copy/", body={"group_id": second})
        assert for_others["group_id"] == second
        refused = await room.teacher.post(f"/homework/{made['id']}/copy", 404, {"group_id": room.other_group})
        assert refused["code"] == "group_not_found"

    async def test_students_see_what_is_published_for_their_groups(self, room: Classroom) -> None:
        made = await room.homework()
        hidden = await room.homework(publish=False)
        await room.boris.get(f"/homework/{hidden['id']}", 404)
        [listed] = (await room.boris.get("/homework"))["items"]
        assert listed == {name: made[name] for name in made if name != "questions"}
        shown = await room.boris.get(f"/homework/{made['id']}")
        assert without_ids(shown["questions"])[2] == without_ids(made["questions"])[2]
        choices = [choice for question in shown["questions"] for choice in question["choices"]]
        assert len(choices) == 6
        assert not any("is_correct" in choice for choice in choices)
        for name in ("oleg", "colleague", "clerk"):
            assert (await room.people[name].get("/homework"))["total"] == 0
            await room.people[name].get(f"/homework/{made['id']}", 404)

    async def test_a_list_is_narrowed_to_a_group_and_paged(self, room: Classroom) -> None:
        second = await room.make_group("teacher", "boris", name="ТК-2")
        made = [await room.homework(TEXT, title=str(number)) for number in range(3)]
        other = await room.homework(TEXT, group_id=second)
        ids = [each["id"] for each in (other, *reversed(made))]
        for name in ("teacher", "boris"):
            assert [each["id"] for each in (await room.people[name].get("/homework"))["items"]] == ids
        page = await room.boris.get("/homework?page=2&size=3")
        assert ([each["id"] for each in page["items"]], page["total"], page["pages"]) == (ids[3:], 4, 2)
        narrowed = await room.teacher.get(f"/homework?group_id={second}")
        assert [each["id"] for each in narrowed["items"]] == [other["id"]]
        assert (await room.vera.get(f"/homework?group_id={second}"))["total"] == 0
        await room.teacher.get("/homework?group_id=x", 400)

    async def test_a_student_finds_their_latest_submission_beside_each(self, room: Classroom) -> None:
        made = await room.homework(TEXT, max_attempts=2)
        assert (await room.boris.get("/homework"))["items"][0]["submission"] is None
        await room.graded(made)
        second = await room.draft(made)
        for shown in ((await room.boris.get("/homework"))["items"][0], await room.boris.get(f"/homework/{made['id']}")):
            assert shown["submission"] == {name: second[name] for name in second if name != "answers"}
        for name in ("vera", "teacher"):
            assert (await room.people[name].get("/homework"))["items"][0]["submission"] is None

    async def test_homework_goes_to_another_teacher_with_its_group(self, room: Classroom, stocked: Container) -> None:
        made = await room.homework()
        await room.admin.put(f"/groups/{room.group}", {"teacher_id": str(room.colleague.id)})
        assert (await room.colleague.get(f"/homework/{made['id']}"))["teacher_id"] == str(room.colleague.id)
        await room.teacher.get(f"/homework/{made['id']}", 404)

    async def test_the_same_creating_call_again_gives_the_same_homework(self, room: Classroom) -> None:
        """M8."""
        body = {"group_id": room.group, "title": "x", "questions": [TEXT]}
        first = await room.teacher.post("/homework", body=body, Idempotency_Key="k1")
        assert await room.teacher.post("/homework", body=body, Idempotency_Key="k1") == first
        other = {**body, "title": "y"}
        refused = await room.teacher.post("/homework", 422, other, Idempotency_Key="k1")
        assert refused["code"] == "key_used_for_another_call"
        copied = await room.teacher.post(f"/homework/{first['id']}/copy", Idempotency_Key="k2")
        assert await room.teacher.post(f"/homework/{first['id']}/copy", Idempotency_Key="k2") == copied
        assert (await room.teacher.get("/homework"))["total"] == 2
