"""How many statements requests of homework cost."""

import httpx

from atg_entrypoints.container import Container
from tests.classroom import MULTI, SINGLE, STUDENTS, TEXT, Classroom, texts_of
from tests.statements import counted


async def test_homework_takes_few_statements_however_much_there_is(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Ten questions of each type, several homeworks and attempts."""
    room = await Classroom.open(remembering, client)
    made = [await room.homework(*[SINGLE, MULTI, TEXT] * 10) for _ in range(4)]
    for homework in made[:3]:
        for student in STUDENTS:
            graded = await room.graded(homework, student)
            await room.handed_in(homework, student)
    drafts = [await room.draft(made[3], student) for student in STUDENTS]
    path, submission = f"/homework/{made[0]['id']}", f"/submissions/{graded['id']}"
    grades = [{"question_id": each["id"], "grade": "3.00"} for each in texts_of(made[2])]
    for name, method, asked, body, most in (
        ("teacher", "GET", "/homework", None, 2),
        ("boris", "GET", "/homework", None, 3),
        ("teacher", "GET", path, None, 3),
        ("boris", "GET", path, None, 4),
        ("teacher", "GET", f"{path}/submissions", None, 3),
        ("vera", "GET", f"{path}/submissions", None, 3),
        ("vera", "GET", submission, None, 3),
        ("teacher", "GET", "/submissions", None, 2),
        ("teacher", "GET", "/submissions?status=submitted&late=false&q=bo", None, 2),
        ("teacher", "GET", f"{path}/missing", None, 3),
        ("teacher", "GET", f"{submission}/grade-changes", None, 3),
        ("teacher", "PUT", f"{submission}/grades", grades, 15),
        ("boris", "POST", f"/submissions/{drafts[0]['id']}/submit", None, 14),
        ("teacher", "PUT", path, {"title": "Иное"}, 5),
        ("teacher", "PUT", f"/homework/{made[3]['id']}", {"questions": made[3]["questions"]}, 6),
    ):
        person = room.people[name]
        await person.get("/auth/me")
        with counted(remembering) as statements:
            await person.call(method, asked, 200, body)
        assert 1 <= len(statements) <= most, (asked, statements)
    assert (await room.boris.get("/homework"))["items"][3]["submission"]["status"] == "submitted"
