"""The draws of a test with the questions that they choose from, on SQL."""

from typing import Any

import sqlalchemy as sa

from atg_adapters.sql.connection import Connection
from atg_adapters.sql.result import Row
from atg_adapters.sql.tables.tests import question_tags, test_draw_tags, test_draws, test_questions
from atg_core.question_draws import Draw

# Correlated by name, since a condition of a join is not a part of the statement that SQLAlchemy would look through.
_has_tag = (
    sa.exists()
    .where(question_tags.c.question_id == test_questions.c.id, question_tags.c.tag == test_draw_tags.c.tag)
    .correlate(test_questions, test_draw_tags)
)
_tag_is_missing = (
    sa.exists().where(test_draw_tags.c.draw_id == test_draws.c.id, ~_has_tag).correlate(test_draws, test_questions)
)
_is_candidate = sa.and_(
    test_questions.c.bank_id == test_draws.c.bank_id,
    test_questions.c.is_active,
    test_draws.c.category.is_(None) | (test_draws.c.category == test_questions.c.category),
    ~_tag_is_missing,
)
_DRAWS = {
    column: sa.select(test_draws, test_questions.c.id.label("question_id"))
    .select_from(test_draws.outerjoin(test_questions, _is_candidate))
    .where(test_draws.c[column] == sa.bindparam("test"))
    .order_by(test_draws.c.order_index, test_draws.c.id, test_questions.c.id)
    for column in ("lesson_test_id", "final_test_id")
}


async def draws_of(connection: Connection, column: str, test_id: int) -> list[tuple[Row, Draw]]:
    """In one statement: each draw with its candidates, which are not retired and have all its tags.

    `column`: `lesson_test_id` or `final_test_id`.
    """
    found: dict[int, tuple[Any, list[int]]] = {}
    for row in await connection.execute(_DRAWS[column], {"test": test_id}):
        _, candidates = found.setdefault(row.id, (row, []))
        if row.question_id is not None:
            candidates.append(row.question_id)
    return [(row, Draw(count=row.questions_count, candidates=candidates)) for row, candidates in found.values()]
