"""Constraints and triggers of homework on SQLite and PostgreSQL: exact numbers, one draft, a complete grade history."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from atg_adapters.sql.tables.homework import (
    answer_grade_changes,
    homework_answers,
    homework_choices,
    homework_questions,
    homework_submissions,
)
from atg_adapters.sql.types import Hundredths
from atg_entrypoints.container import Container
from tests.arranging import insert, rows_of
from tests.classroom import NOON, SINGLE, TEXT, Classroom


@pytest.fixture
async def classroom(client: httpx.AsyncClient, stocked: Container) -> Classroom:
    return await Classroom.open(stocked, client)


async def run(container: Container, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> Any:
    async with container.database().transaction() as connection:
        return await connection.execute(statement, values)


async def test_no_grade_changes_without_a_word_of_who_changed_it(classroom: Classroom) -> None:
    """G8."""
    graded = await classroom.graded(await classroom.homework(SINGLE, TEXT), grade="4.00")
    [choice, text] = graded["answers"]
    change = sa.update(homework_answers).where(homework_answers.c.id == text["id"])
    for statement in (
        change.values(grade=Decimal("5.00")),
        change.values(grade=None),
        sa.update(homework_answers).values(grade=Decimal(0)),
        sa.update(homework_answers).where(homework_answers.c.id == choice["id"]).values(grade=Decimal(1)),
    ):
        with pytest.raises(IntegrityError):
            await run(classroom.container, statement)
    word = {"answer_id": text["id"], "actor_id": classroom.teacher.id, "at": NOON, "reason": None}
    for old, new in (("3.00", "5.00"), ("4.00", "4.50")):
        row = {**word, "old_grade": Decimal(old), "new_grade": Decimal(new)}
        await insert(classroom.container, "answer_grade_changes", **row)
        with pytest.raises(IntegrityError):
            await run(classroom.container, change.values(grade=Decimal("5.00")))
    await run(classroom.container, change.values(comment="без оценки", grade=Decimal("4.00")))
    await run(classroom.container, change.values(grade=Decimal("4.50")))
    with pytest.raises(IntegrityError):
        await run(classroom.container, change.values(grade=Decimal("4.00")))


async def test_what_somebody_was_graded_for_is_not_deleted(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE, TEXT)
    await classroom.graded(made)
    for table in (homework_answers, homework_questions, homework_submissions):
        with pytest.raises(IntegrityError):
            await run(classroom.container, sa.delete(table))
    assert len(await rows_of(classroom.container, answer_grade_changes.name)) == 1


async def test_questions_stay_as_they_were_answered_also_for_who_writes_sql(classroom: Classroom) -> None:
    """G6: thus no grade is ever for another question than the one that was asked."""
    made, other = await classroom.homework(SINGLE, TEXT), await classroom.homework(SINGLE)
    elsewhere = other["questions"][0]["id"]
    question, choice = made["questions"][0]["id"], made["questions"][0]["choices"][0]["id"]
    await classroom.draft(made)
    new_question = {"homework_id": made["id"], "position": 9, **TEXT, "points": Decimal(1)}
    new_choice = {"question_id": question, "text": "x", "is_correct": True}
    own_question = sa.update(homework_questions).where(homework_questions.c.id == question)
    own_choice = sa.update(homework_choices).where(homework_choices.c.id == choice)
    for statement in (
        own_question.values(text="Иное"),
        own_question.values(points=Decimal(3)),
        own_question.values(question_type="MULTI_CHOICE"),
        own_question.values(homework_id=other["id"], position=9),
        own_choice.values(is_correct=True),
        own_choice.values(text="Иное"),
        own_choice.values(question_id=elsewhere),
        sa.delete(homework_choices).where(homework_choices.c.id == choice),
        sa.delete(homework_questions).where(homework_questions.c.id == question),
        sa.insert(homework_questions).values(new_question),
        sa.insert(homework_choices).values(new_choice),
    ):
        with pytest.raises(IntegrityError):
            await run(classroom.container, statement)
    assert (await classroom.teacher.get(f"/homework/{made['id']}"))["questions"] == made["questions"]


async def test_a_student_has_one_draft_and_each_attempt_once(classroom: Classroom) -> None:
    made = await classroom.homework(SINGLE)
    draft = await classroom.draft(made)
    times = {"created_at": NOON, "updated_at": NOON}
    row = {"homework_id": made["id"], "student_id": classroom.boris.id, "max_grade": Decimal("2.00"), **times}
    with pytest.raises(IntegrityError):
        await insert(classroom.container, "homework_submissions", attempt=2, status="draft", **row)
    await classroom.boris.post(f"/submissions/{draft['id']}/submit", 200)
    with pytest.raises(IntegrityError):
        await insert(classroom.container, "homework_submissions", attempt=1, status="draft", **row)
    await insert(classroom.container, "homework_submissions", attempt=2, status="draft", **row)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "submitted", "submitted_at": None},
        {"status": "draft", "submitted_at": NOON},
        {"status": "graded", "submitted_at": NOON, "grade": None},
        {"status": "submitted", "submitted_at": NOON, "grade": Decimal("1.00")},
        {"status": "graded", "submitted_at": NOON, "grade": Decimal("2.01")},
        {"status": "graded", "submitted_at": NOON, "grade": Decimal("-0.01")},
        {"status": "lost", "submitted_at": NOON},
    ],
)
async def test_a_submission_is_draft_submitted_or_graded(classroom: Classroom, wrong: dict[str, Any]) -> None:
    made = await classroom.homework(SINGLE)
    row = {"homework_id": made["id"], "student_id": classroom.boris.id, "attempt": 1, "max_grade": Decimal("2.00")}
    with pytest.raises(IntegrityError):
        await insert(classroom.container, "homework_submissions", **row, **wrong, created_at=NOON, updated_at=NOON)


async def test_numbers_with_two_decimals_are_exact_and_add_up(classroom: Classroom) -> None:
    points = [Decimal(number).scaleb(-2) for number in (1, 10, 20, 30, 705, 999_999, 1_000_000)]
    made = await classroom.homework(*({**TEXT, "points": str(each)} for each in points))
    column = homework_questions.c.points
    mine = homework_questions.c.homework_id == made["id"]
    [row] = await classroom.container.database().rows(
        sa.select(sa.func.sum(column), sa.func.min(column), sa.func.max(column)).where(mine)
    )
    assert tuple(map(str, row)) == (str(sum(points)), "0.01", "10000.00")
    above = await classroom.container.database().rows(
        sa.select(column).where(mine, column > Decimal("0.30")).order_by(column)
    )
    assert [str(each.points) for each in above] == ["7.05", "9999.99", "10000.00"]
    found = await classroom.container.database().rows(sa.select(column).where(mine, column.in_([Decimal("0.1")])))
    assert [str(each.points) for each in found] == ["0.10"]


def test_sqlite_takes_no_more_than_two_decimals() -> None:
    engine = sa.create_engine("sqlite://")
    statement = sa.select(sa.literal(Decimal("0.001"), Hundredths(9, 2)))
    with engine.connect() as connection, pytest.raises(sa.exc.StatementError, match="two decimals"):
        connection.execute(statement)
    engine.dispose()
