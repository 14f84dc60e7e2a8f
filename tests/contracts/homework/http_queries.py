"""What teachers and students see of homework and submissions, over HTTP, over every database alike."""

from typing import Any
from uuid import UUID

import pytest

from atg_entrypoints.container import Container
from tests.classroom import SINGLE, TEXT, Classroom, ClassroomContract, texts_of
from tests.contracts.homework.http_authoring import without_ids

TOMORROW = "2026-03-03T12:00:00Z"


def shows_correct(homework: Any) -> bool:
    """Whether the right choices are shown; all of them, or none."""
    [shown] = {"is_correct" in choice for question in homework["questions"] for choice in question["choices"]}
    return shown


class HttpHomeworkQueriesContract(ClassroomContract):
    async def test_students_see_what_is_published_for_their_groups(self, classroom: Classroom) -> None:
        made = await classroom.homework()
        hidden = await classroom.homework(publish=False)
        await classroom.boris.get(f"/homework/{hidden['id']}", 404)
        [listed] = (await classroom.boris.get("/homework"))["items"]
        assert listed == {name: made[name] for name in made if name != "questions"}
        shown = await classroom.boris.get(f"/homework/{made['id']}")
        assert without_ids(shown["questions"])[2] == without_ids(made["questions"])[2]
        choices = [choice for question in shown["questions"] for choice in question["choices"]]
        assert len(choices) == 6
        assert not any("is_correct" in choice for choice in choices)
        for name in ("oleg", "colleague", "clerk"):
            assert (await classroom.people[name].get("/homework"))["total"] == 0
            await classroom.people[name].get(f"/homework/{made['id']}", 404)

    async def test_a_list_is_narrowed_to_a_group_and_paged(self, classroom: Classroom) -> None:
        second = await classroom.make_group("teacher", "boris", name="ТК-2")
        made = [await classroom.homework(TEXT, title=str(number)) for number in range(3)]
        other = await classroom.homework(TEXT, group_id=second)
        ids = [each["id"] for each in (other, *reversed(made))]
        for name in ("teacher", "boris"):
            assert [each["id"] for each in (await classroom.people[name].get("/homework"))["items"]] == ids
        page = await classroom.boris.get("/homework?page=2&size=3")
        assert ([each["id"] for each in page["items"]], page["total"], page["pages"]) == (ids[3:], 4, 2)
        narrowed = await classroom.teacher.get(f"/homework?group_id={second}")
        assert [each["id"] for each in narrowed["items"]] == [other["id"]]
        assert (await classroom.vera.get(f"/homework?group_id={second}"))["total"] == 0

    async def test_a_student_finds_their_latest_submission_beside_each(self, classroom: Classroom) -> None:
        made = await classroom.homework(TEXT, max_attempts=2)
        assert (await classroom.boris.get("/homework"))["items"][0]["submission"] is None
        await classroom.graded(made)
        second = await classroom.draft(made)
        for shown in (
            (await classroom.boris.get("/homework"))["items"][0],
            await classroom.boris.get(f"/homework/{made['id']}"),
        ):
            assert shown["submission"] == {name: second[name] for name in second if name not in {"answers", "files"}}
        for name in ("vera", "teacher"):
            assert (await classroom.people[name].get("/homework"))["items"][0]["submission"] is None

    async def test_homework_goes_to_another_teacher_with_its_group(
        self, classroom: Classroom, stocked: Container
    ) -> None:
        made = await classroom.homework()
        await classroom.admin.put(f"/groups/{classroom.group}", {"teacher_id": str(classroom.colleague.id)})
        assert (await classroom.colleague.get(f"/homework/{made['id']}"))["teacher_id"] == str(classroom.colleague.id)
        await classroom.teacher.get(f"/homework/{made['id']}", 404)

    async def test_a_teacher_sees_what_was_handed_in_and_a_student_their_own(self, classroom: Classroom) -> None:
        made = await classroom.homework(max_attempts=3)
        graded, draft = await classroom.graded(made), await classroom.draft(made, "vera")
        waiting = await classroom.handed_in(made)
        path = f"/homework/{made['id']}/submissions"
        listed = await classroom.teacher.get(path)
        assert [each["id"] for each in listed["items"]] == [graded["id"], draft["id"], waiting["id"]]
        assert listed["items"][0] == {name: graded[name] for name in graded if name not in {"answers", "files"}}
        assert [each["student_name"] for each in listed["items"]] == ["Boris", "Vera", "Boris"]
        for query, found in (
            ("?status=submitted", [waiting]),
            (f"?student_id={classroom.vera.id}", [draft]),
            (f"?student_id={classroom.boris.id}&status=graded", [graded]),
            ("?page=2&size=2", [waiting]),
            (f"?student_id={UUID(int=0)}", []),
        ):
            assert [each["id"] for each in (await classroom.teacher.get(path + query))["items"]] == [
                each["id"] for each in found
            ]
        for query in ("", f"?student_id={classroom.vera.id}"):
            own = await classroom.boris.get(path + query)
            assert [each["id"] for each in own["items"]] == [graded["id"], waiting["id"]]

    async def test_right_choices_are_shown_when_nothing_can_be_gained_by_them(self, classroom: Classroom) -> None:
        made = await classroom.homework(due_at=TOMORROW, max_attempts=2)
        path = f"/homework/{made['id']}"

        async def seen(student: str = "boris") -> bool:
            return shows_correct(await classroom.people[student].get(path))

        assert shows_correct(await classroom.teacher.get(path))
        assert not await seen()
        await classroom.graded(made)
        assert not await seen()
        draft = await classroom.draft(made)
        assert not await seen()
        second = await classroom.submitted(made, draft)
        assert not await seen()
        grades = [{"question_id": texts_of(made)[0]["id"], "grade": "1.00"}]
        await classroom.teacher.put(f"/submissions/{second['id']}/grades", grades)
        assert await seen()
        assert not await seen("vera")
        third = await classroom.handed_in(made, "vera")
        classroom.pass_by(days=2)
        assert not await seen("vera")
        await classroom.teacher.put(f"/submissions/{third['id']}/grades", grades)
        assert await seen("vera")

    async def test_a_draft_that_was_left_does_not_hide_the_right_choices_for_ever(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE, due_at=TOMORROW)
        await classroom.handed_in(made)
        await classroom.draft(made)
        assert not shows_correct(await classroom.boris.get(f"/homework/{made['id']}"))
        classroom.pass_by(days=2)
        assert shows_correct(await classroom.boris.get(f"/homework/{made['id']}"))

    async def test_without_an_end_the_right_choices_are_not_shown(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE)
        graded = await classroom.handed_in(made)
        assert graded["status"] == "graded"
        assert not shows_correct(await classroom.boris.get(f"/homework/{made['id']}"))
        late = await classroom.homework(SINGLE, due_at=TOMORROW, allow_late=True)
        await classroom.handed_in(late)
        classroom.pass_by(days=2)
        assert not shows_correct(await classroom.boris.get(f"/homework/{late['id']}"))

    async def test_who_left_the_group_keeps_what_they_handed_in(self, classroom: Classroom) -> None:
        made = await classroom.homework(SINGLE)
        graded = await classroom.handed_in(made)
        await classroom.teacher.call("DELETE", f"/groups/{classroom.group}/students/{classroom.boris.id}", 204)
        await classroom.boris.get(f"/homework/{made['id']}", 404)
        assert await classroom.boris.refused("POST", f"/homework/{made['id']}/submissions", 404) == "homework_not_found"
        assert await classroom.boris.get(f"/submissions/{graded['id']}") == graded
        listed = await classroom.teacher.get(f"/homework/{made['id']}/submissions")
        assert [each["id"] for each in listed["items"]] == [graded["id"]]

    @pytest.mark.refuses
    @pytest.mark.parametrize("query", ["?group_id=x", "/1/submissions?status=lost", "/1/submissions?student_id=1"])
    async def test_a_filter_that_is_none_is_refused(self, classroom: Classroom, query: str) -> None:
        await classroom.teacher.get(f"/homework{query}", 400)
