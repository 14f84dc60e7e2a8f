"""Authoring homework over HTTP, over every database alike (spec: homework-gradebook, Homework)."""

from typing import Any
from uuid import uuid4

import pytest

from atg_core.schedule.model import Viewer
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.classroom import MULTI, NOON, SINGLE, TEXT, Classroom, ClassroomContract

LATER = "2026-03-09T12:00:00.000Z"


def without_ids(questions: list[Any]) -> list[Any]:
    """What was written: the questions and choices without what the database gives."""
    given = {"id", "homework_id", "question_id", "position"}
    bare = [{name: each[name] for name in each if name not in given} for each in questions]
    return [{**each, "choices": without_ids(each.get("choices", []))} if "choices" in each else each for each in bare]


class HttpHomeworkAuthoringContract(ClassroomContract):
    async def test_homework_that_is_due_at_the_end_of_a_day_is_not_due_on_the_next(self, classroom: Classroom) -> None:
        made = await classroom.teacher.post(
            "/homework",
            body={"group_id": classroom.group, "title": "x", "due_at": "2026-03-09T23:59:59.999999999+03:00"},
        )
        assert made["due_at"] == "2026-03-09T20:59:59.999Z"

    async def test_the_whole_tree_is_written_and_read_at_once(self, classroom: Classroom) -> None:
        body = {
            "group_id": classroom.group,
            "title": "Помпаж",
            "description": "К среде",
            "due_at": "2026-03-09T15:00:00+03:00",
            "max_attempts": 2,
            "questions": [SINGLE, MULTI, TEXT],
        }
        made = await classroom.teacher.post("/homework/", body=body)
        assert {name: made[name] for name in made if name not in {"id", "questions", "created_at", "updated_at"}} == {
            "teacher_id": str(classroom.teacher.id),
            "group_id": classroom.group,
            "lesson_id": None,
            "title": "Помпаж",
            "description": "К среде",
            "due_at": LATER,
            "max_attempts": 2,
            "allow_late": False,
            "late_rule": None,
            "published_at": None,
            "max_grade": "9.50",
            "submission": None,
        }
        assert [each["points"] for each in made["questions"]] == ["2.00", "2.50", "5.00"]
        assert [each["position"] for each in made["questions"]] == [1, 2, 3]
        assert [choice["position"] for choice in made["questions"][0]["choices"]] == [1, 2, 3]
        assert [choice["is_correct"] for choice in made["questions"][1]["choices"]] == [True, True, False]
        assert made["questions"][2]["choices"] == []
        assert await classroom.teacher.get(f"/homework/{made['id']}") == made

    async def test_of_an_administrator_it_is_the_teachers_of_the_group(self, classroom: Classroom) -> None:
        made = await classroom.homework(TEXT, by="admin", publish=False)
        assert made["teacher_id"] == str(classroom.teacher.id)
        assert (await classroom.teacher.get("/homework"))["items"][0]["id"] == made["id"]

    async def test_a_lesson_is_one_of_the_group(self, classroom: Classroom, stocked: Container) -> None:
        async def lesson(group: int, teacher: str) -> int:
            viewer, times = (
                Viewer(id=classroom.people[teacher].id),
                {"start_time": NOON, "end_time": NOON.replace(hour=13)},
            )
            planned = await stocked.edit_lessons().add(viewer, group_id=group, title="x", **times)
            number: int = planned.id
            return number

        own, foreign = await lesson(classroom.group, "teacher"), await lesson(classroom.other_group, "colleague")
        made = await classroom.homework(TEXT, publish=False, lesson_id=own)
        assert made["lesson_id"] == own
        path = f"/homework/{made['id']}"
        for wrong in (foreign, 99_999):
            body = {"group_id": classroom.group, "title": "x", "lesson_id": wrong}
            assert await classroom.teacher.fault("POST", "/homework", body) == "lesson_id"
            assert await classroom.teacher.fault("PUT", path, {"lesson_id": wrong}) == "lesson_id"
        assert (await classroom.teacher.put(path, {"lesson_id": None}))["lesson_id"] is None
        await classroom.teacher.put(path, {"lesson_id": own})
        await classroom.teacher.call("DELETE", f"/schedule/lessons/{own}", 204)
        assert (await classroom.teacher.get(path))["lesson_id"] is None

    @pytest.mark.refuses
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
    async def test_a_member_that_is_none_is_refused(self, classroom: Classroom, field: str, value: Any) -> None:
        body = {"group_id": classroom.group, "title": "x", field: value}
        assert await classroom.teacher.fault("POST", "/homework", body) == field
        assert await classroom.teacher.fault("PUT", "/homework/1", {field: value}) == field

    async def test_a_put_changes_only_what_it_names(self, classroom: Classroom) -> None:
        made = await classroom.homework(publish=False, due_at=LATER, max_attempts=3)
        path = f"/homework/{made['id']}"
        classroom.pass_by(minutes=1)
        changed = await classroom.teacher.put(path, {"title": "Иное", "nonsense": 1, "teacher_id": str(uuid4())})
        assert changed == {**made, "title": "Иное", "updated_at": changed["updated_at"]}
        assert changed["updated_at"] > made["updated_at"]
        classroom.pass_by(minutes=1)
        assert await classroom.teacher.put(path, {"title": "Иное"}) == changed
        assert await classroom.teacher.put(path, {}) == changed
        cleared = await classroom.teacher.put(path, {"due_at": None, "max_attempts": None, "allow_late": True})
        assert (cleared["due_at"], cleared["max_attempts"], cleared["allow_late"]) == (None, None, True)
        assert cleared["questions"] == made["questions"]

    async def test_publishing_twice_is_publishing_once(self, classroom: Classroom) -> None:
        made = await classroom.homework(publish=False)
        published = await classroom.teacher.post(f"/homework/{made['id']}/publish", 200)
        assert published["published_at"] == "2026-03-02T12:00:00.000Z"
        classroom.pass_by(minutes=1)
        assert await classroom.teacher.post(f"/homework/{made['id']}/publish/", 200) == published

    async def test_what_was_published_stays_complete_and_with_its_group(self, classroom: Classroom) -> None:
        second = await classroom.make_group("teacher", name="ТК-2")
        made = await classroom.homework()
        path = f"/homework/{made['id']}"
        broken = {"questions": [{**SINGLE, "choices": []}]}
        assert await classroom.teacher.refused("PUT", path, 409, broken) == "homework_incomplete"
        assert await classroom.teacher.refused("PUT", path, 409, {"questions": []}) == "homework_incomplete"
        assert await classroom.teacher.refused("PUT", path, 409, {"group_id": second}) == "homework_published"
        assert await classroom.teacher.get(path) == made
        changed = await classroom.teacher.put(path, {"questions": [TEXT], "group_id": classroom.group})
        assert [each["text"] for each in changed["questions"]] == [TEXT["text"]]

    async def test_before_it_is_published_it_may_go_to_another_group_of_the_teacher(self, classroom: Classroom) -> None:
        second = await classroom.make_group("teacher", name="ТК-2")
        made = await classroom.homework(publish=False)
        path = f"/homework/{made['id']}"
        assert (await classroom.teacher.put(path, {"group_id": second}))["group_id"] == second
        assert (
            await classroom.teacher.refused("PUT", path, 404, {"group_id": classroom.other_group}) == "group_not_found"
        )

    async def test_as_soon_as_somebody_works_on_it_its_questions_stay(self, classroom: Classroom) -> None:
        """G6: what was handed in keeps its questions, and its grade."""
        made = await classroom.homework(due_at=LATER)
        path = f"/homework/{made['id']}"
        await classroom.draft(made)
        for body in (
            {"questions": [TEXT]},
            {"questions": [*made["questions"], TEXT]},
            {"questions": [{**made["questions"][0], "points": "3.00"}, *made["questions"][1:]]},
            {"due_at": "2026-03-09T11:59:59Z"},
        ):
            assert await classroom.teacher.refused("PUT", path, 409, body) == "homework_has_submissions"
        assert await classroom.teacher.refused("DELETE", path, 409) == "homework_has_submissions"
        assert await classroom.teacher.get(path) == made
        graded = await classroom.graded(made, "vera")
        classroom.pass_by(minutes=1)
        whole = {**made, "title": "Иное", "description": "x", "due_at": "2026-03-10T12:00:00Z", "max_attempts": 5}
        changed = await classroom.teacher.put(path, whole)
        assert (changed["title"], changed["max_attempts"]) == ("Иное", 5)
        assert changed["questions"] == made["questions"]
        assert (await classroom.teacher.put(path, {"due_at": None}))["due_at"] is None
        assert await classroom.teacher.refused("PUT", path, 409, {"due_at": LATER}) == "homework_has_submissions"
        assert (await classroom.vera.get(f"/submissions/{graded['id']}"))["grade"] == graded["grade"] == "8.50"

    async def test_it_can_be_deleted_until_somebody_works_on_it(self, classroom: Classroom, stocked: Container) -> None:
        tables = ("homework", "homework_questions", "homework_choices")
        before = [await rows_of(stocked, table) for table in tables]
        for publish in (False, True):
            made = await classroom.homework(publish=publish)
            await classroom.teacher.call("DELETE", f"/homework/{made['id']}", 204)
            await classroom.teacher.get(f"/homework/{made['id']}", 404)
        assert [await rows_of(stocked, table) for table in tables] == before

    async def test_a_copy_has_the_same_questions_and_is_not_published(self, classroom: Classroom) -> None:
        second = await classroom.make_group("teacher", name="ТК-2")
        made = await classroom.homework(due_at=LATER, max_attempts=2, allow_late=True)
        await classroom.draft(made)
        copied = await classroom.teacher.post(f"/homework/{made['id']}/copy")
        other = {"id", "questions", "published_at", "created_at", "updated_at"}
        assert {name for name in made if made[name] != copied[name]} <= other
        assert copied["published_at"] is None
        assert without_ids(copied["questions"]) == without_ids(made["questions"])
        assert not {each["id"] for each in copied["questions"]} & {each["id"] for each in made["questions"]}
        await classroom.teacher.put(f"/homework/{copied['id']}", {"questions": [TEXT]})
        for_others = await classroom.teacher.post(f"/homework/{made['id']}/copy/", body={"group_id": second})
        assert for_others["group_id"] == second
        refused = await classroom.teacher.post(f"/homework/{made['id']}/copy", 404, {"group_id": classroom.other_group})
        assert refused["code"] == "group_not_found"

    async def test_the_same_creating_call_again_gives_the_same_homework(self, classroom: Classroom) -> None:
        """M8."""
        body = {"group_id": classroom.group, "title": "x", "questions": [TEXT]}
        first = await classroom.teacher.post("/homework", body=body, Idempotency_Key="k1")
        assert await classroom.teacher.post("/homework", body=body, Idempotency_Key="k1") == first
        other = {**body, "title": "y"}
        refused = await classroom.teacher.post("/homework", 422, other, Idempotency_Key="k1")
        assert refused["code"] == "key_used_for_another_call"
        copied = await classroom.teacher.post(f"/homework/{first['id']}/copy", Idempotency_Key="k2")
        assert await classroom.teacher.post(f"/homework/{first['id']}/copy", Idempotency_Key="k2") == copied
        assert (await classroom.teacher.get("/homework"))["total"] == 2
