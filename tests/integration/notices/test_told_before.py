"""Jobs about homework of before there were notices: the migration tells what they had to, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import sqlalchemy as sa

from atg_adapters.sql import schema
from atg_adapters.sql.backup_jobs import add_jobs, jobs_of
from atg_adapters.sql.connection import Connection
from atg_adapters.sql.database import Database
from atg_adapters.sql.tables.homework import homework, homework_submissions
from atg_adapters.sql.tables.identity import users
from atg_adapters.sql.tables.notices import notices
from atg_adapters.sql.tables.schedule import group_students, study_groups

BEFORE = "0054"
NOW, DUE = (datetime(year, 3, 2, 12, tzinfo=UTC) for year in (2026, 2999))
TEACHER, ANNA, BORIS, GONE = (uuid4() for _ in range(4))


async def school(connection: Connection) -> None:
    """Three pieces of homework, one a draft and one over; of the first Anna's work is graded, and Boris's waits."""
    for name, user_id in (("teacher", TEACHER), ("anna", ANNA), ("boris", BORIS), ("gone", GONE)):
        person = {"id": user_id, "username": name, "full_name": "И. О." if name == "anna" else ""}
        await connection.execute(sa.insert(users).values(**person, is_active=user_id != GONE))
    await connection.execute(sa.insert(study_groups).values(id=1, name="9А", teacher_id=TEACHER))
    for student_id in (ANNA, BORIS, GONE):
        await connection.execute(sa.insert(group_students).values(group_id=1, student_id=student_id))
    for key, published_at, due_at in ((1, NOW, DUE), (2, None, DUE), (3, NOW, NOW)):
        values = {"id": key, "group_id": 1, "title": "Дроби", "due_at": due_at, "published_at": published_at}
        await connection.execute(sa.insert(homework).values(**values))
    for key, student_id, status, grade in ((1, ANNA, "graded", Decimal("4.50")), (2, BORIS, "submitted", None)):
        work = {"id": key, "homework_id": 1, "student_id": student_id, "attempt": 1, "status": status, "grade": grade}
        times = {"submitted_at": NOW, "updated_at": NOW}
        await connection.execute(sa.insert(homework_submissions).values(**work, **times, max_grade=Decimal(5)))


async def test_jobs_about_homework_become_notices(database_url: str) -> None:
    database = Database(database_url)
    await schema.downgrade(database, BEFORE)
    mail = "send_homework_mail"
    kept = ("seal_audit", {})
    former = [
        ("announce_homework", {"homework": 1}),
        ("announce_homework", {"homework": 2}),
        ("announce_homework", {"homework": 3}),
        (mail, {"about": "published", "key": 1, "student": str(ANNA)}),
        (mail, {"about": "graded", "key": 1}),
        (mail, {"about": "waiting", "key": 1}),
        (mail, {"about": "waiting", "key": 2}),
        (mail, {"about": "graded", "key": 77}),
    ]
    async with database.transaction() as connection:
        await school(connection)
        rows = [(*job, None, "waiting", 0, NOW.isoformat(), None) for job in (*former, kept)]
        await add_jobs(connection, rows)
    await schema.migrate(database)
    async with database.transaction() as connection:
        left = [row[0] async for row in jobs_of(connection)]
        told = list(await connection.execute(sa.select(notices).order_by(notices.c.kind, notices.c.user_id)))
    await database.close()
    assert left == ["seal_audit"]
    published = {"due_at": "2999-03-02T12:00:00Z", "group": "9А", "teacher": "teacher"}
    assert {(row.user_id, row.kind, row.subject): row.details for row in told} == {
        (ANNA, "homework_published", "homework:1"): published,
        (BORIS, "homework_published", "homework:1"): published,
        (ANNA, "homework_graded", "submission:1"): {
            "group": "9А",
            "teacher": "teacher",
            "grade": "4.50",
            "max_grade": "5.00",
        },
        (TEACHER, "homework_waiting", "submission:2"): {"group": "9А", "teacher": "teacher", "person": "boris"},
    }
    assert {(row.title, row.occasion, row.deliver_at is None) for row in told} == {("Дроби", NOW, False)}
