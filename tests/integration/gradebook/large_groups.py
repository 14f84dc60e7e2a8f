"""Groups with many students and columns, inserted in bulk."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from atg_adapters.sql.tables.every import metadata
from atg_core.identity.model import Role
from atg_entrypoints.container import Container
from tests.people import account

BEGUN = datetime(2025, 9, 1, 8, tzinfo=UTC)
TIMES = {"created_at": BEGUN, "updated_at": BEGUN}
STATUSES = ("present", "absent", "late", "excused")


async def insert_many(container: Container, table: str, rows: list[dict[str, Any]]) -> list[Any]:
    """Returns their ids, where the database gives them; in the order of the rows, since that is how they are given."""
    target, made = metadata.tables[table], []
    async with container.database().transaction() as connection:
        for some in batched(rows, 2_000):
            if "id" in target.c and "id" not in rows[0]:
                adding = sa.insert(target).returning(target.c.id)
                made += sorted((await connection.execute(adding, list(some))).scalars())
            else:
                await connection.execute(sa.insert(target), list(some))
    return made


async def a_group(container: Container, teacher: UUID, students: int, columns: int) -> int:
    """Half of the columns are lessons, a quarter each homework and control points; every cell is filled."""
    people = [account(f"s{uuid4().hex[:12]}", role=Role.STUDENT, full_name=f"Ученик {n}").user for n in range(students)]
    await insert_many(
        container,
        "users",
        [
            {name: getattr(each, name) for name in each.__dataclass_fields__ if name in metadata.tables["users"].c}
            for each in people
        ],
    )
    group = (await insert_many(container, "study_groups", [{"name": uuid4().hex, "teacher_id": teacher, **TIMES}]))[0]
    await insert_many(container, "group_students", [{"group_id": group, "student_id": each.id} for each in people])
    ids = [each.id for each in people]
    await _lessons(container, group, teacher, ids, columns // 2)
    await _homework(container, group, ids, columns // 4)
    await _points(container, group, teacher, ids, columns // 4)
    async with container.database().reader() as connection:
        await connection.execute_text("ANALYZE")
    return int(group)


async def _lessons(container: Container, group: int, teacher: UUID, students: list[UUID], number: int) -> None:
    lessons = [
        {
            "group_id": group,
            "teacher_id": teacher,
            "title": f"Урок {n}",
            "start_time": BEGUN + timedelta(days=n),
            "end_time": BEGUN + timedelta(days=n, hours=1),
            "status": "ended",
            "allow_overlap": True,
            **TIMES,
        }
        for n in range(number)
    ]
    rows = [
        {"lesson_id": lesson, "student_id": student, "status": STATUSES[(lesson + place) % 4], **TIMES}
        for lesson in await insert_many(container, "scheduled_lessons", lessons)
        for place, student in enumerate(students)
    ]
    await insert_many(container, "attendance", rows)


async def _homework(container: Container, group: int, students: list[UUID], number: int) -> None:
    homework = [
        {"group_id": group, "title": f"Задание {n}", "published_at": BEGUN + timedelta(days=n, minutes=5), **TIMES}
        for n in range(number)
    ]
    numbers = await insert_many(container, "homework", homework)
    question = {"position": 1, "question_type": "TEXT", "text": "x", "points": Decimal("10.00")}
    await insert_many(container, "homework_questions", [{"homework_id": each, **question} for each in numbers])
    rows = [
        {
            "homework_id": each,
            "student_id": student,
            "attempt": 1,
            "status": "graded",
            "submitted_at": BEGUN,
            "grade": Decimal(place * 7 % 1001).scaleb(-2),
            "max_grade": Decimal("10.00"),
            **TIMES,
        }
        for each in numbers
        for place, student in enumerate(students)
    ]
    await insert_many(container, "homework_submissions", rows)


async def _points(container: Container, group: int, teacher: UUID, students: list[UUID], number: int) -> None:
    points = [
        {
            "group_id": group,
            "title": f"Тест {n}",
            "kind": "test",
            "date": BEGUN.date() + timedelta(days=n),
            "max_grade": Decimal(5 + n % 7),
            "weight": Decimal("2.00"),
            **TIMES,
        }
        for n in range(number)
    ]
    rows = [
        {
            "control_point_id": each,
            "student_id": student,
            "grade": Decimal((place + each) % 501).scaleb(-2),
            "graded_by": teacher,
            **TIMES,
        }
        for each in await insert_many(container, "control_points", points)
        for place, student in enumerate(students)
    ]
    await insert_many(container, "control_point_grades", rows)
