"""The draws of a test with the questions that they choose from, in memory."""

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_core.question_draws import Draw


def draws_of(database: MemoryDatabase, column: str, test_id: int) -> list[tuple[Row, Draw]]:
    """Each draw with its candidates, which are not retired and have all its tags.

    `column`: `lesson_test_id` or `final_test_id`.
    """
    rows = sorted(database.rows("test_draws", **{column: test_id}), key=lambda row: (row["order_index"], row["id"]))
    return [(row, Draw(count=row["questions_count"], candidates=_candidates(database, row))) for row in rows]


def _candidates(database: MemoryDatabase, draw: Row) -> list[int]:
    wanted = {row["tag"] for row in database.rows("test_draw_tags", draw_id=draw["id"])}
    of_category = {} if draw["category"] is None else {"category": draw["category"]}
    return [
        question["id"]
        for question in database.rows("test_questions", bank_id=draw["bank_id"], is_active=True, **of_category)
        if wanted <= {row["tag"] for row in database.rows("question_tags", question_id=question["id"])}
    ]
