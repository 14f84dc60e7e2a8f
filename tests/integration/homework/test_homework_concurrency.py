"""Concurrent requests to homework, on SQLite and PostgreSQL."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
import pytest

from atg_core.homework.answer_files import MAX_FILES
from atg_entrypoints.container import Container
from tests.arranging import rows_of
from tests.classroom import SINGLE, TEXT, Classroom, Person, right_answer, texts_of
from tests.contracts.homework.http_answer_files import PHOTO, send


@pytest.fixture
async def classroom(client: httpx.AsyncClient, stocked: Container) -> Classroom:
    return await Classroom.open(stocked, client)


async def reply(person: Person, method: str, path: str, body: Any = None) -> httpx.Response:
    """Whatever is answered."""
    headers = {"Authorization": f"Bearer {person.token}"}
    return await person.client.request(method, path, json=body, headers=headers)


async def submissions(classroom: Classroom, homework: Any) -> list[dict[str, Any]]:
    rows = [
        row
        for row in await rows_of(classroom.container, "homework_submissions")
        if row["homework_id"] == homework["id"]
    ]
    return sorted(rows, key=lambda row: (str(row["student_id"]), row["attempt"]))


async def test_many_openings_make_one_draft(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE)
    path = f"/homework/{made['id']}/submissions"
    replies = await asyncio.gather(*(reply(classroom.boris, "POST", path) for _ in range(20)))
    assert Counter(each.status_code for each in replies) == {201: 1, 200: 19}
    assert len({each.json()["id"] for each in replies}) == 1
    assert len(await submissions(classroom, made)) == 1


async def test_handing_in_many_times_is_handing_in_once(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE, TEXT)
    draft = await classroom.draft(made)
    await classroom.boris.put(f"/submissions/{draft['id']}/answers", [right_answer(each) for each in made["questions"]])
    path = f"/submissions/{draft['id']}/submit"
    replies = await asyncio.gather(*(reply(classroom.boris, "POST", path) for _ in range(20)))
    assert Counter(each.status_code for each in replies) == {200: 20}
    assert len({each.text for each in replies}) == 1
    notices = await classroom.teacher.get("/notices")
    assert [each["kind"] for each in notices["items"]] == ["homework_waiting"]


async def test_there_are_never_more_attempts_than_allowed(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE, max_attempts=3)

    async def try_hard() -> list[int]:
        statuses = []
        for _ in range(5):
            opened = await reply(classroom.boris, "POST", f"/homework/{made['id']}/submissions")
            statuses.append(opened.status_code)
            if opened.is_success:
                await reply(classroom.boris, "POST", f"/submissions/{opened.json()['id']}/submit")
        return statuses

    statuses = [status for some in await asyncio.gather(*(try_hard() for _ in range(6))) for status in some]
    assert statuses.count(201) == 3
    assert set(statuses) <= {200, 201, 409}
    assert [row["attempt"] for row in await submissions(classroom, made)] == [1, 2, 3]


async def test_two_tabs_that_grade_different_answers_lose_none(classroom: Classroom) -> None:
    made = await classroom.homework(*[TEXT] * 10)
    submitted = await classroom.handed_in(made)
    path = f"/submissions/{submitted['id']}/grades"
    marks = [
        [{"question_id": each["id"], "grade": f"{number}.25"}] for number, each in enumerate(made["questions"][:5])
    ]
    marks += [[{"question_id": each["id"], "grade": "5.00"}] for each in made["questions"][5:]]
    graders = [(classroom.teacher, classroom.admin)[number % 2] for number in range(10)]
    replies = await asyncio.gather(
        *(reply(grader, "PUT", path, mark) for grader, mark in zip(graders, marks, strict=True))
    )
    assert {each.status_code for each in replies} == {200}
    graded = await classroom.teacher.get(f"/submissions/{submitted['id']}")
    assert [each["grade"] for each in graded["answers"]] == [mark[0]["grade"] for mark in marks]
    assert (graded["status"], graded["grade"]) == ("graded", "36.25")
    told = (await classroom.boris.get("/notices"))["items"]
    assert [each["kind"] for each in told].count("homework_graded") == 1


async def test_of_two_grades_for_one_answer_the_later_counts_and_both_are_kept(classroom: Classroom) -> None:
    made = await classroom.homework(TEXT)
    [text] = texts_of(made)
    graded = await classroom.graded(made)
    path = f"/submissions/{graded['id']}"
    grades = [f"{number}.50" for number in range(4)] * 2
    await asyncio.gather(
        *(
            reply(
                (classroom.teacher, classroom.admin)[number % 2],
                "PUT",
                f"{path}/grades",
                [{"question_id": text["id"], "grade": grade}],
            )
            for number, grade in enumerate(grades)
        )
    )
    final = await classroom.teacher.get(path)
    changes = (await classroom.teacher.get(f"{path}/grade-changes"))["items"]
    assert [each["old_grade"] for each in changes] == [None, *(each["new_grade"] for each in changes[:-1])]
    assert {each["new_grade"] for each in changes} == {"4.00", *grades}
    assert changes[-1]["new_grade"] == final["answers"][0]["grade"] == final["grade"]


async def test_nothing_incomplete_is_published_while_it_is_edited(classroom: Classroom) -> None:
    for _ in range(5):
        made = await classroom.homework(SINGLE, publish=False)
        path = f"/homework/{made['id']}"
        broken = {"questions": [{**SINGLE, "choices": []}]}
        published, *edited = await asyncio.gather(
            reply(classroom.teacher, "POST", f"{path}/publish"),
            *(reply(classroom.teacher, "PUT", path, body) for body in (broken, {"questions": [TEXT]}, broken)),
        )
        shown = await classroom.teacher.get(path)
        assert (published.status_code, shown["published_at"] is None) in {(200, False), (409, True)}
        assert {each.status_code for each in edited} <= {200, 409}
        if shown["published_at"]:
            assert all(each["choices"] or each["question_type"] == "TEXT" for each in shown["questions"])


async def test_questions_do_not_change_under_a_student(classroom: Classroom) -> None:
    for points in ("1.00", "2.00", "3.00", "4.00", "5.00"):
        made = await classroom.homework(SINGLE)
        path = f"/homework/{made['id']}"
        changes = {"questions": [{**TEXT, "points": points}]}
        opened, edited, deleted = await asyncio.gather(
            reply(classroom.boris, "POST", f"{path}/submissions"),
            reply(classroom.teacher, "PUT", path, changes),
            reply(classroom.admin, "DELETE", path),
        )
        if opened.status_code == 404:
            assert deleted.status_code == 204
            continue
        assert (opened.status_code, deleted.status_code) == (201, 409)
        expected = points if edited.status_code == 200 else "2.00"
        assert opened.json()["max_grade"] == expected
        assert (await classroom.teacher.get(path))["max_grade"] == expected


async def test_what_is_graded_is_what_was_saved(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE, SINGLE, SINGLE)
    draft = await classroom.draft(made)
    path = f"/submissions/{draft['id']}"
    *saved, submitted = await asyncio.gather(
        *(reply(classroom.boris, "PUT", f"{path}/answers", [right_answer(each)]) for each in made["questions"]),
        reply(classroom.boris, "POST", f"{path}/submit"),
    )
    assert submitted.status_code == 200
    assert {each.status_code for each in saved} <= {200, 409}
    shown = await classroom.boris.get(path)
    right = sum(1 for each in saved if each.status_code == 200)
    assert Decimal(shown["grade"]) == Decimal("2.00") * right
    assert sum(1 for each in shown["answers"] if each["choice_ids"]) == right


async def test_of_conditional_grades_at_once_one_counts_and_the_others_are_told(classroom: Classroom) -> None:
    made = await classroom.homework(TEXT)
    submitted = await classroom.handed_in(made)
    path = f"/submissions/{submitted['id']}/grades"
    marks = [[{"question_id": made["questions"][0]["id"], "grade": f"{n}.50", "was": None}] for n in range(5)]
    replies = await asyncio.gather(*(reply(classroom.teacher, "PUT", path, mark) for mark in marks))
    assert Counter(each.status_code for each in replies) == {200: 1, 409: 4}
    [counts] = [each.json()["answers"][0]["grade"] for each in replies if each.status_code == 200]
    told = [each.json()["errors"][0]["current"] for each in replies if each.status_code == 409]
    assert told == [counts] * 4


async def test_of_conditional_changes_at_once_one_counts(classroom: Classroom) -> None:
    made = await classroom.homework(TEXT, publish=False)
    path = f"/homework/{made['id']}"
    bodies = [{"title": f"Заголовок {number}", "was": made["updated_at"]} for number in range(5)]
    replies = await asyncio.gather(*(reply(classroom.teacher, "PUT", path, body) for body in bodies))
    assert Counter(each.status_code for each in replies) == {200: 1, 409: 4}


async def test_files_at_once_are_no_more_than_allowed_and_the_same_one_is_kept_once(classroom: Classroom) -> None:
    made = await classroom.homework({**TEXT, "allow_files": True})
    [question] = made["questions"]
    draft = await classroom.draft(made)
    same = await asyncio.gather(*(send(classroom.boris, draft, question) for _ in range(5)))
    assert Counter(status for status, _ in same) == {201: 1, 200: 4}
    several = [PHOTO + b"%d" % number for number in range(MAX_FILES + 3)]
    sent = await asyncio.gather(*(send(classroom.boris, draft, question, each) for each in several))
    assert Counter(status for status, _ in sent) == {201: MAX_FILES - 1, 409: 4}
    assert len(await rows_of(classroom.container, "homework_files")) == MAX_FILES
