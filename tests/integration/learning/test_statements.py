"""How many statements requests of learning cost."""

import httpx

from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of
from tests.people import sign_in
from tests.school import school
from tests.statements import counted


async def test_the_callers_own_lists_take_one_statement_or_few(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering)
    for course in (await client.get("/courses?size=10")).json()["items"]:
        await client.post(f"/courses/{course['id']}/enroll")
    for path, exactly in (("/courses/me/enrollments", 1), ("/users/me/stats", 1), ("/users/me", 1), ("/auth/me", 0)):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) == exactly, path


async def test_enrolling_takes_three_statements_and_again_one(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    await sign_in(client, remembering)
    await client.get("/auth/me")
    course = (await client.get("/courses")).json()["items"][0]["id"]
    for exactly in (3, 1):
        with counted(remembering) as statements:
            assert (await client.post(f"/courses/{course}/enroll")).status_code == 200
        assert len(statements) == exactly


async def test_learning_paths_take_five_statements_however_many(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """The paths and their number, their courses, the caller's enrollments, and what the courses require."""
    courses = [{"code": f"C{number}", "title": f"Курс {number}"} for number in range(10)]
    paths = [{"code": f"P{number}", "title": f"Путь {number}", "opening": "at_once"} for number in range(10)]
    items = [{"path": path["code"], "course": course["code"]} for path in paths for course in courses]
    await arrange(remembering, courses=courses, learning_paths=paths, learning_path_courses=items)
    await sign_in(client, remembering)
    for path in (await client.get("/learning-paths?size=100")).json()["items"]:
        assert (await client.post(f"/learning-paths/{path['id']}/enroll")).status_code == 200
    with counted(remembering) as statements:
        body = (await client.get("/learning-paths?mine=true&size=100")).json()
    assert sum(row["mine"]["courses_count"] for row in body["items"]) > 100
    assert len(statements) == 5
    with counted(remembering) as statements:
        assert (await client.get("/courses/me/locked")).status_code == 200
    assert len(statements) == 1


async def test_lists_and_reports_of_learning_take_few_statements_however_many_rows(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    """Ten of everything: learners, topics, results, files."""
    at = await school(remembering, topics=10)
    names = [f"learner-{number}" for number in range(10)]
    await arrange(
        remembering,
        users=[{"username": name, "department": name, "station": "S"} for name in names],
        enrollments=[{"username": name, "course": "S-C"} for name in names],
        progress=[{"username": name, "lesson": "S-L", "topic": "1"} for name in names],
        test_results=[{"username": name, "test": "S-T", "attempt": "1", "score_percent": "80"} for name in names],
        topic_files=[
            {
                "lesson": "S-L",
                "topic": "1",
                "minio_object_name": f"programs/{name}.pdf",
                "file_type": "additional_document",
                "original_name": name,
            }
            for name in names
        ],
    )
    await sign_in(client, remembering, role=Role.ADMIN)
    await client.post(f"/courses/{at.course}/enroll")
    for _ in range(3):
        await client.post(f"/lessons/{at.lesson}/test/results", json={"answers": []})
    for path, most in (
        (f"/courses/{at.course}/learners", 2),
        (f"/courses/{at.course}/progress", 7),
        (f"/lessons/{at.lesson}/test/results", 2),
        (f"/lessons/{at.lesson}/test", 6),
        (f"/topics/{at.topics[0]}", 4),
        ("/users/me/test-results", 2),
        ("/users/me/certificates", 2),
        (f"/admin/reports/compliance?course_id={at.course}", 2),
        (f"/courses/{at.course}/learners?status=late", 2),
        ("/admin/certificates?state=valid&q=learner", 2),
        ("/admin/certificates.csv", 4),
        ("/admin/reports/late", 2),
        ("/admin/reports/late.csv", 4),
        ("/admin/reports/matrix", 4),
        ("/admin/reports/matrix?department=learner-1", 5),
        ("/admin/assignments", 2),
        ("/admin/managers", 3),
        ("/managed/people", 3),
        ("/managed/late", 2),
        ("/managed/matrix", 4),
        ("/managed/assignments", 2),
        ("/admin/users?department=learner-1", 3),
        ("/admin/departments", 1),
        (f"/admin/reports/compliance.csv?course_id={at.course}", 2),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(statements) <= most, path


async def test_keeping_progress_takes_few_statements_however_many_courses(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    at = await school(remembering)
    codes = [f"S-C{number}" for number in range(8)]
    await arrange(remembering, courses=[{"code": code, "station": "S", "title": code} for code in codes])
    await sign_in(client, remembering)
    for row in await rows_of(remembering, "courses"):
        if row["station_id"] == at.station:
            await client.post(f"/courses/{row['id']}/enroll")
    first, last = at.topics
    # Two reads, then what was learnt, the enrollments and the totals; the last topic lets all be counted.
    for topic, body, most in (
        (first, {"position_seconds": 1}, 5),
        (first, {"completed": True}, 5),
        (first, {"completed": True}, 5),
        (first, {"position_seconds": 2, "seconds_studied": 1}, 5),
        (last, {"completed": True}, 8),
    ):
        with counted(remembering) as statements:
            assert (await client.put(f"/topics/{topic}/progress", json=body)).status_code == 200
        assert len(statements) <= most, (topic, body)


async def test_the_existing_frontend_takes_few_statements_however_many_programs_and_files(
    client: httpx.AsyncClient, remembering: Container
) -> None:
    at = await school(remembering)
    keys = [f"programs/{number}.mp4" for number in range(10)]
    await arrange(
        remembering,
        programs=[{"code": f"S-P{number}", "station": "S", "title": str(number)} for number in range(10)],
        topic_files=[
            {
                "lesson": "S-L",
                "topic": "1",
                "minio_object_name": key,
                "file_type": "additional_video",
                "original_name": key,
            }
            for key in keys
        ],
    )
    await sign_in(client, remembering)
    await client.post(f"/courses/programs/{at.program}/enroll")
    for key in keys:
        body = {"course_program_id": at.program, "material_key": key, "position_seconds": 1}
        await client.post("/courses/progress/save", json=body)
    for _ in range(3):
        sent = {"test_id": at.lesson_test, "test_type": "lesson", "answers_data": {}}
        await client.post("/courses/tests/results/create", json=sent)
    for path, most in (
        ("/courses/me/programs", 1),
        ("/courses/me/stats", 2),
        (f"/courses/programs/{at.program}/progress", 2),
        (f"/courses/tests/lesson/{at.lesson_test}/results", 3),
        (f"/courses/progress/{keys[0]}", 1),
    ):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(statements) <= most, path
    with counted(remembering) as statements:
        assert (await client.post("/courses/progress/batch", json={"material_keys": keys})).json()["found"] == 10
    assert len(statements) == 1
    await sign_in(client, remembering, "root", role=Role.ADMIN)
    await client.get("/auth/me")
    for path, most in (("/courses/tests", 2), (f"/courses/tests/final/{at.final_test}", 6)):
        with counted(remembering) as statements:
            assert (await client.get(path)).status_code == 200
        assert 1 <= len(statements) <= most, path
