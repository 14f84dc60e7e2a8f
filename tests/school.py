"""A small station where courses can be completed, for tests."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from atg_entrypoints.container import Container
from tests.arranging import arrange, rows_of


@dataclass(frozen=True, kw_only=True)
class School:
    """A station with one course, one program, one lesson with a test, some topics and a final test, by their ids."""

    station: int
    course: UUID
    program: int
    lesson: int
    topics: list[int]
    lesson_test: int
    final_test: int


async def school(container: Container, *, name: str = "S", topics: int = 2, **test_fields: str) -> School:
    """`test_fields`: of both tests, as an import file has them; every right option is the first."""
    await arrange(
        container,
        stations=[{"short_name": name, "name": name}],
        courses=[{"code": f"{name}-C", "station": name, "title": f"Курс {name}"}],
        programs=[{"code": f"{name}-P", "station": name, "title": f"Программа {name}"}],
        lessons=[{"code": f"{name}-L", "program": f"{name}-P", "title": f"Урок {name}"}],
        topics=[
            {"lesson": f"{name}-L", "code": str(number), "title": f"Тема {number}", "order_index": str(number)}
            for number in range(1, topics + 1)
        ],
        tests=[
            {"code": f"{name}-T", "lesson": f"{name}-L", "program": "", "title": "Тест", **test_fields},
            {"code": f"{name}-F", "lesson": "", "program": f"{name}-P", "title": "Итоговый тест", **test_fields},
        ],
        questions=[
            {
                "test": f"{name}-{test}",
                "position": str(position),
                "text": f"Вопрос {position}",
                "question_type": "multiple" if position == 2 else "single",
                "points": str(position),
                "options": "верно;неверно;тоже верно" if position == 2 else "верно;неверно",
                "correct": "1;3" if position == 2 else "1",
            }
            for test in "TF"
            for position in (1, 2)
        ],
    )
    station = await _id_of(container, "stations", short_name=name)
    lesson = await _id_of(container, "lessons", code=f"{name}-L")
    return School(
        station=station,
        course=await _id_of(container, "courses", code=f"{name}-C"),
        program=await _id_of(container, "course_programs", code=f"{name}-P"),
        lesson=lesson,
        topics=sorted(row["id"] for row in await rows_of(container, "topics") if row["lesson_id"] == lesson),
        lesson_test=await _id_of(container, "lesson_tests", code=f"{name}-T"),
        final_test=await _id_of(container, "final_tests", code=f"{name}-F"),
    )


@dataclass(frozen=True, kw_only=True)
class CompanyCourse:
    """A course without a station, with a program of its own, by their ids."""

    id: UUID
    program: int
    lesson: int
    topics: list[int]
    final_test: int


async def company_course(
    container: Container, *, name: str = "W", topics: int = 2, station: str = "", final_test: bool = True
) -> CompanyCourse:
    """One program of one lesson with topics, and a final test with one question unless told otherwise."""
    tests = [{"code": f"{name}-F", "lesson": "", "program": f"{name}-P", "title": f"Итог {name}"}]
    question = {"test": f"{name}-F", "position": "1", "text": "?", "options": "верно;неверно", "correct": "1"}
    await arrange(
        container,
        courses=[{"code": f"{name}-C", "title": f"Курс {name}", "station": station}],
        programs=[{"code": f"{name}-P", "course": f"{name}-C", "title": f"Программа {name}"}],
        lessons=[{"code": f"{name}-L", "program": f"{name}-P", "title": f"Урок {name}"}],
        topics=[
            {"lesson": f"{name}-L", "code": str(number), "title": f"Тема {number}", "order_index": str(number)}
            for number in range(1, topics + 1)
        ],
        tests=tests,
        questions=[question] if final_test else [],
    )
    lesson = await _id_of(container, "lessons", code=f"{name}-L")
    return CompanyCourse(
        id=await _id_of(container, "courses", code=f"{name}-C"),
        program=await _id_of(container, "course_programs", code=f"{name}-P"),
        lesson=lesson,
        topics=sorted(row["id"] for row in await rows_of(container, "topics") if row["lesson_id"] == lesson),
        final_test=await _id_of(container, "final_tests", code=f"{name}-F"),
    )


async def _id_of(container: Container, table: str, **values: object) -> Any:
    [found] = [row["id"] for row in await rows_of(container, table) if values.items() <= row.items()]
    return found


async def right_answers(client: httpx.AsyncClient, path: str) -> list[dict[str, object]]:
    """Answers that are all right: the options whose text says so."""
    questions = (await client.get(path)).json()["questions"]
    return [
        {
            "question_id": question["id"],
            "option_ids": [option["id"] for option in question["options"] if option["text"] != "неверно"],
        }
        for question in questions
    ]


async def complete_topics(client: httpx.AsyncClient, topics: list[int]) -> list[httpx.Response]:
    return [await client.put(f"/topics/{topic}/progress", json={"completed": True}) for topic in topics]


async def complete_course(client: httpx.AsyncClient, at: School) -> None:
    await client.post(f"/courses/{at.course}/enroll")
    await complete_topics(client, at.topics)
    path = f"/programs/{at.program}/final-test"
    reply = await client.post(f"{path}/results", json={"answers": await right_answers(client, path)})
    assert reply.status_code == 201, reply.text


async def stats_of(client: httpx.AsyncClient) -> dict[str, object]:
    return (await client.get("/users/me/stats")).json()["stats"]  # type: ignore[no-any-return]
